"""Accounts and sign-in (docs/protocol.md section 7). The relay sees handles, never names, and no password."""

from typing import Annotated

from msgspec import Meta, Struct

from cencomm.wire.fields import SECRET_BYTES, Account, Handle, Salt, Seconds
from cencomm.wire.limits import MAX_REGISTRATION_CODE_LETTERS

Profile = Annotated[int, Meta(ge=1, le=255)]
"""Number of a KDF profile (D1)."""
SignInSecret = Annotated[bytes, Meta(min_length=SECRET_BYTES, max_length=SECRET_BYTES)]
Token = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}$")]
"""32 random bytes in base64url without padding."""


class CreateAccount(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST /v1/accounts."""

    handle: Handle
    salt: Salt
    profile: Profile
    sign_in_secret: SignInSecret
    registration_code: Annotated[str, Meta(max_length=MAX_REGISTRATION_CODE_LETTERS)] | None = None

    def __repr__(self) -> str:
        return "CreateAccount(…)"


class AccountCreated(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    account: Account


class AskSignInParameters(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST /v1/sign-in/parameters."""

    handle: Handle


class SignInParameters(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A stable answer for every handle, also for those that nobody has."""

    salt: Salt
    profile: Profile


class SignIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST /v1/sign-in."""

    handle: Handle
    sign_in_secret: SignInSecret

    def __repr__(self) -> str:
        return "SignIn(…)"


class SignedIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    account: Account
    token: Token
    expires: Seconds

    def __repr__(self) -> str:
        return "SignedIn(…)"
