"""The second factor as its owner handles it: an authenticator's secret, its codes, recovery codes (D2)."""

import base64
import re

import pyotp

from cencomm.client.account.session import Access
from cencomm.client.errors import UnusableText
from cencomm.secret import Entropy, Secret
from cencomm.wire.limits import RECOVERY_CODES
from cencomm.wire.second_factor import (
    RECOVERY_CODE_LETTERS,
    RECOVERY_LETTERS,
    TOTP_DIGITS,
    TOTP_SECRET_BYTES,
    TOTP_STEP_SECONDS,
    RenewRecoveryCodes,
    SecondFactor,
    SwitchOffTotp,
    SwitchOnTotp,
    recovery_verifier,
)

GROUP = 5  # letters of a recovery code that are written together
MAX_TYPED_LETTERS = 100
_FORGIVEN = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None, "\t": None})
_CODE = re.compile(rf"[0-9]{{{TOTP_DIGITS}}}|[{RECOVERY_LETTERS}]{{{RECOVERY_CODE_LETTERS}}}")


class TotpSecret(Secret):
    """What authenticator and relay share."""

    __slots__ = ()

    def text(self) -> str:
        """To be typed where no camera is. It is the secret itself: show it once, never log it."""
        return base64.b32encode(self.expose()).decode()

    def uri(self, *, name: str, relay_name: str) -> str:
        """What the QR code says, in the form that authenticators read. The names stay on screen and telephone."""
        totp = pyotp.TOTP(self.text(), digits=TOTP_DIGITS, interval=TOTP_STEP_SECONDS)
        return totp.provisioning_uri(name=name, issuer_name=relay_name)


class RecoveryCode(Secret):
    """Stands for a code of the authenticator, once."""

    __slots__ = ()

    def text(self) -> str:
        """In groups, as it is written down."""
        letters = self.expose().decode()
        return "-".join(letters[start : start + GROUP] for start in range(0, len(letters), GROUP))

    def verifier(self) -> bytes:
        return recovery_verifier(self.expose().decode())


def new_totp_secret(entropy: Entropy) -> TotpSecret:
    return TotpSecret(entropy(TOTP_SECRET_BYTES))


def new_recovery_codes(entropy: Entropy) -> tuple[RecoveryCode, ...]:
    """Ten of 100 bits each. Only their owner ever has them: the relay gets verifiers."""
    return tuple(
        RecoveryCode(
            "".join(RECOVERY_LETTERS[byte % len(RECOVERY_LETTERS)] for byte in entropy(RECOVERY_CODE_LETTERS)).encode()
        )
        for _ in range(RECOVERY_CODES)
    )


def read_code(text: str) -> str:
    """What somebody typed, in the spelling of the wire: spaces, hyphens and look-alike letters are forgiven.

    Raises:
        UnusableText: neither six digits nor a recovery code.
    """
    plain = text[:MAX_TYPED_LETTERS].upper().translate(_FORGIVEN) if text.isascii() else ""
    if not _CODE.fullmatch(plain):
        raise UnusableText("a code has six digits, a recovery code twenty letters and digits")
    return plain


async def second_factor_of(access: Access) -> SecondFactor:
    """What the relay says it asks for; it may lie, and only the vault's sealing does not depend on it."""
    return await access.relay.second_factor()


async def switch_on(access: Access, secret: TotpSecret, code: str, recovery: tuple[RecoveryCode, ...]) -> None:
    """From now on a sign-in wants a code; the account's other sessions have ended.

    Raises:
        WrongSignIn: the code is not one of this secret's now: compare the clocks.
        CodeNeeded: there is a second factor already.
    """
    await access.relay.switch_on_totp(
        SwitchOnTotp(
            sign_in_secret=access.keys.sign_in_secret.expose(),
            secret=secret.expose(),
            code=code,
            recovery=tuple(one.verifier() for one in recovery),
        )
    )


async def switch_off(access: Access, code: str) -> None:
    """The password is enough again. Raises WrongSignIn."""
    await access.relay.switch_off_totp(SwitchOffTotp(sign_in_secret=access.keys.sign_in_secret.expose(), code=code))


async def renew_recovery_codes(access: Access, code: str, recovery: tuple[RecoveryCode, ...]) -> None:
    """These count, and none of those before. Raises WrongSignIn."""
    await access.relay.renew_recovery_codes(
        RenewRecoveryCodes(
            sign_in_secret=access.keys.sign_in_secret.expose(),
            code=code,
            recovery=tuple(one.verifier() for one in recovery),
        )
    )
