"""Why the API says no, and what it answers then: the one table from types to codes, status and words."""

from dataclasses import dataclass

from msgspec import Struct

from cencomm.client.words import Words
from cencomm.errors import AccessDenied, CencommError, MalformedError, ProtocolError, Unavailable, UsageError
from cencomm.site.origin import ForeignOrigin
from cencomm.site.people.consultation import LogBroken
from cencomm.site.people.desk import Inactive
from cencomm.site.people.tries import Locked
from cencomm.site.refusals import CodeNeeded, NoSession, WrongSignIn
from cencomm.wire.errors import TooLarge

MAX_DETAIL_LETTERS = 400


class NotHere(AccessDenied):
    """There is no such thing, or no such address."""

    def __init__(self) -> None:
        super().__init__("there is nothing here")


class NotYours(AccessDenied):
    """The person's role does not include this."""

    def __init__(self, needs: str) -> None:
        super().__init__(f"this takes the permission {needs}")


class AuthenticatorNeeded(AccessDenied):
    """Signed in with a password, in a store of personal data: an authenticator has to be set up first."""

    def __init__(self) -> None:
        super().__init__("set up an authenticator first: GET /v1/authenticator")


class PurposeNeeded(ProtocolError):  # noqa: N818 (names what is missing)
    """Personal data is looked at for a purpose that is written down (domain.md E5, E8)."""

    def __init__(self) -> None:
        super().__init__("say what for, in the header Cencomm-Purpose")


class Withheld(AccessDenied):
    """TLP:RED: for named persons, who have it."""

    def __init__(self) -> None:
        super().__init__("what is for named persons does not leave the node")


class FileNotHere(AccessDenied):
    """The file's content has not been fetched, or is not what its author sent."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """`sentence` is of the catalogue."""

    kind: type[CencommError]
    code: str
    status: int
    sentence: str


REFUSALS = (  # the first that fits counts
    Refusal(TooLarge, "too_large", 413, "This is longer than what is read here."),
    Refusal(WrongSignIn, "wrong_sign_in", 401, "Name, password or code is wrong."),
    Refusal(CodeNeeded, "code_needed", 401, "Give the code of your authenticator too, or a recovery code."),
    Refusal(Locked, "locked", 429, "Too many wrong tries: wait, or use a computer that you have signed in on."),
    Refusal(Inactive, "inactive", 403, "This account was not used for too long: have it reset."),
    Refusal(NoSession, "no_session", 401, "Sign in again."),
    Refusal(AuthenticatorNeeded, "authenticator_needed", 403, "Set up your authenticator first."),
    Refusal(PurposeNeeded, "purpose_needed", 400, "Say what you need it for: it is written down."),
    Refusal(ForeignOrigin, "foreign_origin", 403, "Another site asked for this in your name: nothing was done."),
    Refusal(Withheld, "withheld", 403, "This is TLP:RED, for the persons whom it names: it does not leave the node."),
    Refusal(FileNotHere, "file_not_here", 404, "This file is not here, or not what its author sent."),
    Refusal(NotHere, "not_found", 404, "There is nothing here."),
    Refusal(NotYours, "not_entitled", 403, "Your role does not include this."),
    Refusal(AccessDenied, "not_entitled", 403, "This is not allowed."),
    Refusal(Unavailable, "unavailable", 503, "Not now: try again in a moment; nothing is lost."),
    Refusal(LogBroken, "log_broken", 500, "The log of consultations was tampered with: tell whoever supervises it."),
    Refusal(MalformedError, "malformed", 400, "This request is not one that the API knows."),
    Refusal(UsageError, "malformed", 400, "This cannot be done."),
    Refusal(ProtocolError, "refused", 422, "Something that was received was refused; nothing was changed."),
)


class ProblemDetails(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What a program needs beside the code."""

    reason: str | None = None
    """What exactly, in English."""
    retry_after: int | None = None
    """Seconds, as in the Retry-After header."""


class Problem(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    code: str
    """What a program decides by."""
    message: str
    """For people, in the language that was asked for."""
    details: ProblemDetails = ProblemDetails()


class ProblemAnswer(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The body of every answer whose status is 400 or more."""

    error: Problem


def describe(error: CencommError, words: Words) -> tuple[int, ProblemAnswer]:
    """Status and body for an error."""
    refusal = next(one for one in REFUSALS if isinstance(error, one.kind))
    retry_after = error.retry_after if isinstance(error, Locked) else None
    details = ProblemDetails(reason=str(error)[:MAX_DETAIL_LETTERS], retry_after=retry_after)
    problem = Problem(code=refusal.code, message=words.say(refusal.sentence), details=details)
    return refusal.status, ProblemAnswer(error=problem)
