"""Accounts and sign-in (docs/protocol.md section 7). The relay sees handles, never names, and no password."""

from typing import Annotated

from msgspec import Meta, Struct

from cencomm.wire.fields import SECRET_BYTES, Account, Handle, Salt, Seconds, SignInSecret
from cencomm.wire.limits import MAX_REGISTRATION_CODE_LETTERS
from cencomm.wire.second_factor import Code

Profile = Annotated[int, Meta(ge=1, le=255)]
"""Number of a KDF profile (D1)."""
Token = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}$")]
"""32 random bytes in base64url without padding."""
SourceKey = Annotated[bytes, Meta(min_length=SECRET_BYTES, max_length=SECRET_BYTES)]
"""32 random bytes that a completed sign-in gave to one computer: by them it is a known source (D6)."""
SEALED_LABEL_BYTES = 64 + 40  # 64 bytes of text and zeros, a nonce and a tag: its length tells nothing
SealedLabel = Annotated[bytes, Meta(min_length=SEALED_LABEL_BYTES, max_length=SEALED_LABEL_BYTES)]
"""What the account calls one of its computers, sealed for its own eyes."""


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


class SignIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """POST /v1/sign-in. `code` where the account has a second factor, `source` from a computer that got one."""

    handle: Handle
    sign_in_secret: SignInSecret
    code: Code | None = None
    source: SourceKey | None = None
    label: SealedLabel | None = None

    def __repr__(self) -> str:
        return "SignIn(…)"


class SignedIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """`source` is there for a computer that was not known: keep it with the mailbox, show it next time."""

    account: Account
    token: Token
    expires: Seconds
    source: SourceKey | None = None

    def __repr__(self) -> str:
        return "SignedIn(…)"
