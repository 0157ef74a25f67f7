"""What is generated, printed once and typed by a person: passwords and recovery codes, 100 bits each."""

import hashlib
import re

from cencomm import codec
from cencomm.secret import Entropy, Secret
from cencomm.wire.second_factor import RECOVERY_CODE_LETTERS, RECOVERY_LETTERS, TOTP_DIGITS

GROUP = 5  # letters that are written together
MAX_TYPED_LETTERS = 100
LABEL_RECOVERY_CODE = b"cencomm person's recovery code"

_FORGIVEN = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None, "\t": None})
_LETTERS = re.compile(rf"[{RECOVERY_LETTERS}]{{{RECOVERY_CODE_LETTERS}}}")
_DIGITS = re.compile(rf"[0-9]{{{TOTP_DIGITS}}}")


class Letters(Secret):
    """Twenty letters of Crockford's base 32."""

    __slots__ = ()

    @classmethod
    def generate(cls, entropy: Entropy) -> "Letters":
        # 32 divides 256: every letter is as likely as another
        picked = (RECOVERY_LETTERS[byte % len(RECOVERY_LETTERS)] for byte in entropy(RECOVERY_CODE_LETTERS))
        return cls("".join(picked).encode())

    def text(self) -> str:
        """In groups, as it is written down."""
        letters = self.expose().decode()
        return "-".join(letters[start : start + GROUP] for start in range(0, len(letters), GROUP))

    def recovery_verifier(self) -> bytes:
        """What the server keeps of a recovery code: 100 random bits need no slow hash."""
        return hashlib.sha256(codec.opaque(LABEL_RECOVERY_CODE) + self.expose()).digest()


def read_letters(text: str) -> Letters | None:
    """What somebody typed; spaces, hyphens, case and look-alikes are forgiven. None: nothing that we ever generated."""
    plain = _plain(text)
    return Letters(plain.encode()) if _LETTERS.fullmatch(plain) else None


def read_digits(text: str) -> str | None:
    """A code of an authenticator; None: not one."""
    plain = _plain(text)
    return plain if _DIGITS.fullmatch(plain) else None


def _plain(text: str) -> str:
    return text[:MAX_TYPED_LETTERS].upper().translate(_FORGIVEN) if text.isascii() else ""
