"""The second factor of an account: TOTP (RFC 6238) and one-time recovery codes (D2, docs/protocol.md section 7).

The client makes secret and recovery codes. The relay has to keep the secret, of the codes it gets verifiers only.
"""

import hashlib
from typing import Annotated

from msgspec import Meta, Struct

from cencomm import codec
from cencomm.ids import HASH_BYTES
from cencomm.wire.fields import SignInSecret
from cencomm.wire.limits import RECOVERY_CODES

TOTP_DIGITS = 6  # RFC 6238 with SHA-1 and steps of 30 s: what every authenticator can do
TOTP_STEP_SECONDS = 30
TOTP_SECRET_BYTES = 20  # RFC 4226 section 4, R6: 160 bits are recommended
RECOVERY_CODE_LETTERS = 20  # of 5 bits: 100 bits need no slow hash to be kept
RECOVERY_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32, as on access letters
LABEL_RECOVERY_CODE = b"cencomm recovery code"

Code = Annotated[str, Meta(pattern=rf"^([0-9]{{{TOTP_DIGITS}}}|[{RECOVERY_LETTERS}]{{{RECOVERY_CODE_LETTERS}}})\Z")]
"""Six digits of an authenticator, or a recovery code without its hyphens."""
TotpCode = Annotated[str, Meta(pattern=rf"^[0-9]{{{TOTP_DIGITS}}}\Z")]
TotpSecret = Annotated[bytes, Meta(min_length=TOTP_SECRET_BYTES, max_length=TOTP_SECRET_BYTES)]
RecoveryVerifier = Annotated[bytes, Meta(min_length=HASH_BYTES, max_length=HASH_BYTES)]
RecoveryVerifiers = Annotated[tuple[RecoveryVerifier, ...], Meta(min_length=RECOVERY_CODES, max_length=RECOVERY_CODES)]


def recovery_verifier(code: str) -> bytes:
    """What the relay keeps of a recovery code."""
    return hashlib.sha256(codec.opaque(LABEL_RECOVERY_CODE) + code.encode()).digest()


class SwitchOnTotp(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST /v1/account/totp: `code` shows that the authenticator has the secret."""

    sign_in_secret: SignInSecret
    secret: TotpSecret
    code: TotpCode
    recovery: RecoveryVerifiers

    def __repr__(self) -> str:
        return "SwitchOnTotp(…)"


class SwitchOffTotp(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST /v1/account/totp/off."""

    sign_in_secret: SignInSecret
    code: Code

    def __repr__(self) -> str:
        return "SwitchOffTotp(…)"


class RenewRecoveryCodes(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST /v1/account/recovery-codes: the old ones are worth nothing then."""

    sign_in_secret: SignInSecret
    code: Code
    recovery: RecoveryVerifiers

    def __repr__(self) -> str:
        return "RenewRecoveryCodes(…)"


class SecondFactor(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """GET /v1/account/totp."""

    totp: bool
    recovery_codes: Annotated[int, Meta(ge=0, le=RECOVERY_CODES)]
    """How many are left."""
