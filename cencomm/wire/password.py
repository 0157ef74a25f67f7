"""A new password, and with it a new sealing of the vault, in one request (D2)."""

from msgspec import Struct

from cencomm.wire.accounts import Profile, SourceKey
from cencomm.wire.errors import refuse_longer
from cencomm.wire.fields import Counter, Salt, SignInSecret
from cencomm.wire.limits import MAX_VAULT_BYTES
from cencomm.wire.second_factor import Code


class ChangePassword(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """POST /v1/account/password. `version` is that of the vault which `sealed` replaces."""

    sign_in_secret: SignInSecret
    code: Code | None = None
    salt: Salt
    profile: Profile
    new_sign_in_secret: SignInSecret
    version: Counter
    sealed: bytes

    def __post_init__(self) -> None:
        refuse_longer(self.sealed, MAX_VAULT_BYTES)

    def __repr__(self) -> str:
        return "ChangePassword(…)"


class PasswordChanged(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The vault's version now, and the key by which this computer alone is known."""

    version: Counter
    source: SourceKey

    def __repr__(self) -> str:
        return "PasswordChanged(…)"
