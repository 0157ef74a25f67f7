"""Signing in and out, and what one may do (docs/api.md)."""

import base64
from typing import Annotated

from msgspec import Meta, Struct

from cencomm.node.api.refusals import NotHere
from cencomm.node.api.route import Answer, Call, Cookies, Door, Nothing, Route
from cencomm.site.one_time_code import provisioning_uri
from cencomm.site.people.person import DAY_SECONDS, GRANTS, REMINDER_DAYS, SessionKind
from cencomm.site.people.queries.sessions import Session

MAX_TYPED = 200
Typed = Annotated[str, Meta(min_length=1, max_length=MAX_TYPED)]


class SignIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: Typed
    password: Typed
    code: Typed | None = None
    """Of the authenticator, or a recovery code."""

    def __repr__(self) -> str:
        return "SignIn(…)"


class Code(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    code: Typed

    def __repr__(self) -> str:
        return "Code(…)"


class Me(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who asks. Times in seconds."""

    name: str
    role: str
    permissions: tuple[str, ...]
    session: str
    """browser, program or setup: set up an authenticator first, nothing else is allowed."""
    label: str
    """Of a program's token: what it is for."""
    expires: int
    purpose_needed: bool
    """Whether the store holds personal data: each look takes a purpose."""
    inactive_at: int
    """When the account will have to be reset, unless its owner signs in before."""
    inactive_soon: bool
    """Within ten days."""


class Authenticator(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    secret: str
    """In base 32, to be typed where no camera is."""
    uri: str
    """For a QR code."""

    def __repr__(self) -> str:
        return "Authenticator(…)"


class RecoveryCodes(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    recovery_codes: tuple[str, ...]
    """Each stands once for a code of the authenticator. They are shown now and never again."""

    def __repr__(self) -> str:
        return "RecoveryCodes(…)"


async def sign_in(call: Call, asked: SignIn) -> Answer:
    begun = await call.room.desk.sign_in(asked.name, asked.password, asked.code, source=call.source, now=call.now)
    cookies = Cookies(session=begun.token, source=begun.source_key)
    return Answer(document=_me(call, begun.session), cookies=cookies)


async def sign_out(call: Call, _: Nothing) -> Answer:
    await call.room.desk.sign_out(call.signed_in)
    return Answer(cookies=Cookies(sign_out=True))


async def get_me(call: Call, _: Nothing) -> Answer:
    return Answer(document=_me(call, call.signed_in))


async def get_authenticator(call: Call, _: Nothing) -> Answer:
    session = call.signed_in
    if session.kind is not SessionKind.SETUP:  # what was set up is never shown again
        raise NotHere
    secret = call.room.desk.authenticator_secret(session).expose()
    uri = provisioning_uri(secret, name=session.name, issuer=f"CENcomm {call.room.kind.name}")
    return Answer(document=Authenticator(secret=base64.b32encode(secret).decode(), uri=uri))


async def set_authenticator(call: Call, asked: Code) -> Answer:
    done = await call.room.desk.set_authenticator(call.signed_in, asked.code, now=call.now)
    codes = RecoveryCodes(recovery_codes=tuple(one.text() for one in done.recovery_codes))
    return Answer(document=codes, cookies=Cookies(session=done.signed_in.token, source=done.signed_in.source_key))


def _me(call: Call, session: Session) -> Me:
    inactive_at = session.person_inactive_at(call.room.kind.inactive_days)
    return Me(
        name=session.name,
        role=session.role.value,
        permissions=tuple(sorted(GRANTS[session.role])),
        session=session.kind.value,
        label=session.label,
        expires=session.expires,
        purpose_needed=call.room.kind.nominal,
        inactive_at=inactive_at,
        inactive_soon=inactive_at - call.now <= REMINDER_DAYS * DAY_SECONDS,
    )


SESSION_ROUTES = (
    Route(
        method="POST",
        path="/v1/session",
        summary="Sign in. The session comes as a cookie; programs use a token instead.",
        handler=sign_in,
        asked=SignIn,
        answers=Me,
        door=Door.OPEN,
    ),
    Route(method="DELETE", path="/v1/session", summary="Sign out.", handler=sign_out, asked=Nothing, door=Door.SETUP),
    Route(
        method="GET",
        path="/v1/me",
        summary="Who one is here, and what one may do.",
        handler=get_me,
        asked=Nothing,
        answers=Me,
        door=Door.SETUP,
    ),
    Route(
        method="GET",
        path="/v1/authenticator",
        summary="The secret for one's authenticator, at the first sign-in.",
        handler=get_authenticator,
        asked=Nothing,
        answers=Authenticator,
        door=Door.SETUP,
    ),
    Route(
        method="POST",
        path="/v1/authenticator",
        summary="A code shows that the authenticator has the secret; recovery codes are given once.",
        handler=set_authenticator,
        asked=Code,
        answers=RecoveryCodes,
        door=Door.SETUP,
    ),
)
