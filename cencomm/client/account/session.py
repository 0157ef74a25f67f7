"""A session at the relay: begun with password and code, kept by a store, renewed when it ends.

A session that ended is renewed without a word as long as the password is enough. With a second factor somebody is
asked for a code; where there is nobody to ask (a script, a node) the call fails with CodeNeeded. A node has none.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from cencomm.client.account.label import seal_label
from cencomm.client.account.sign_in import SignInKeys, SignInParameters
from cencomm.client.transport.calls import SessionToken
from cencomm.client.transport.errors import CodeNeeded
from cencomm.client.transport.relay_client import RelayClient
from cencomm.client.vault.state_store import StateStore, Writes
from cencomm.errors import UsageError
from cencomm.ids import AccountId
from cencomm.secret import Entropy, Secret, system_entropy
from cencomm.wire.accounts import SignedIn, SignIn

TOKEN_KEY = "account/token"  # noqa: S105 (where it lies, not what it is)
SOURCE_KEY = "account/source"

AskCode = Callable[[], Awaitable[str]]
"""Gives what somebody reads off an authenticator, or a recovery code, in the spelling of the wire."""


class SourceKey(Secret):
    """By it the relay knows this computer again, so that wrong tries of others do not lock it out (D6)."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Computer:
    """What a computer brings to a sign-in beside the password. `name` is what its owner will see in a list."""

    source: SourceKey | None = None
    ask_code: AskCode | None = None
    name: str | None = None
    entropy: Entropy = system_entropy  # for the seal of the name


UNNAMED = Computer()


@dataclass(slots=True)
class Known:
    """The source key of this computer now: a relay that forgot it gives another at the next sign-in."""

    source: SourceKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A session at a relay and the keys that come from the password. `relay` renews the session when it ends."""

    account: AccountId
    parameters: SignInParameters
    keys: SignInKeys
    relay: RelayClient
    known: Known = field(default_factory=Known)


async def begin_session(
    relay: RelayClient, parameters: SignInParameters, keys: SignInKeys, *, computer: Computer = UNNAMED
) -> Access:
    """A new session; `relay` itself stays signed out.

    Raises:
        WrongSignIn: name, password or code.
        CodeNeeded: the account has a second factor, and nobody can be asked.
        Locked: too many wrong tries; this computer has to wait (D6).
    """
    known = Known(computer.source)
    answer = await _begin(relay, parameters, keys, computer, known)
    return resume_session(
        relay, parameters, keys, account=answer.account, token=_token(answer), computer=computer, known=known
    )


def resume_session(
    relay: RelayClient,
    parameters: SignInParameters,
    keys: SignInKeys,
    *,
    account: AccountId,
    token: SessionToken,
    computer: Computer = UNNAMED,
    known: Known | None = None,
) -> Access:
    """A session that a store kept; nothing is sent before it is used."""
    now_known = known or Known(computer.source)

    async def renew() -> SessionToken:
        return _token(await _begin(relay, parameters, keys, computer, now_known))

    signed_in = relay.signed_in(token, renew=renew)
    return Access(account=account, parameters=parameters, keys=keys, relay=signed_in, known=now_known)


async def kept_token(store: StateStore) -> SessionToken:
    """The session of the last run.

    Raises:
        UsageError: whoever used this mailbox last has signed out.
    """
    token = await store.get(TOKEN_KEY)
    if token is None:
        raise UsageError("you have signed out on this computer: sign in first")
    return SessionToken(token)


async def kept_source(store: StateStore) -> SourceKey | None:
    """What an earlier sign-in on this computer was given; signing out does not forget it."""
    source = await store.get(SOURCE_KEY)
    return None if source is None else SourceKey(source)


def session_writes(access: Access) -> Writes:
    """What the next run needs to go on with this session, or to be known when it begins another."""
    token, source = access.relay.token, access.known.source
    return {
        TOKEN_KEY: None if token is None else token.expose(),
        SOURCE_KEY: None if source is None else source.expose(),
    }


async def remember_session(store: StateStore, access: Access) -> None:
    """For the next run. Call it while no mailbox is open on `store`."""
    await store.apply(session_writes(access), expected_version=await store.version())


async def sign_out(store: StateStore, relay: RelayClient) -> None:
    """End the session, at the relay first. What is on this computer stays, sealed under the password."""
    await relay.sign_out()
    await store.apply({TOKEN_KEY: None}, expected_version=await store.version())


async def _begin(
    relay: RelayClient, parameters: SignInParameters, keys: SignInKeys, computer: Computer, known: Known
) -> SignedIn:
    label = None
    if computer.name is not None:
        label = seal_label(keys.label_key, parameters.handle, computer.name, computer.entropy)

    async def attempt(code: str | None) -> SignedIn:
        return await relay.sign_in(
            SignIn(
                handle=parameters.handle,
                sign_in_secret=keys.sign_in_secret.expose(),
                code=code,
                source=None if known.source is None else known.source.expose(),
                label=label,
            )
        )

    try:
        answer = await attempt(None)
    except CodeNeeded:
        if computer.ask_code is None:
            raise
        answer = await attempt(await computer.ask_code())
    if answer.source is not None:
        known.source = SourceKey(answer.source)
    return answer


def _token(answer: SignedIn) -> SessionToken:
    return SessionToken(answer.token.encode())
