"""The access letter: what an officer gets outside the relay, on paper or by a trusted messenger (rule D7).

    CENcomm access letter

    Relay: https://relay.example.org
    Words: babab dabib …
    QR: CENCOMM1:9F3A…
    Code: 7K2M9-…

A person reads it, a program parses the four lines and lets others (a greeting, instructions) be.
"""

from dataclasses import dataclass

from cencomm.errors import MalformedError
from cencomm.ids import OperationId
from cencomm.ledger import fingerprint
from cencomm.ledger.enrolment_code import EnrolmentCode

MAX_LETTER_CHARACTERS = 8192
MAX_ADDRESS_CHARACTERS = 255
_FIELDS = ("Relay", "Words", "QR", "Code")


@dataclass(frozen=True, slots=True)
class AccessLetter:
    """Where to go, which operation it must be, and the code that the relay never sees."""

    relay_address: str
    operation: OperationId
    code: EnrolmentCode

    def text(self) -> str:
        """The letter in full, the code in clear: print it, never log it."""
        values = (
            self.relay_address,
            " ".join(fingerprint.words(self.operation)),
            fingerprint.qr_text(self.operation),
            self.code.text(),
        )
        lines = [f"{name}: {value}" for name, value in zip(_FIELDS, values, strict=True)]
        return "\n".join(["CENcomm access letter", "", *lines, ""])


def read_letter(text: str) -> AccessLetter:
    """The letter that `text` holds; words and QR text agree.

    Raises:
        MalformedError: a line is missing, stands twice, or holds a mistake that the message names.
        FingerprintMismatch: words and QR text are of two operations.
    """
    if len(text) > MAX_LETTER_CHARACTERS:
        raise MalformedError("this is far longer than an access letter")
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if not colon or name.strip() not in _FIELDS:
            continue
        if name.strip() in found:
            raise MalformedError(f"the letter has two lines {name.strip()!r}")
        found[name.strip()] = value.strip()
    missing = [name for name in _FIELDS if name not in found]
    if missing:
        raise MalformedError(f"the letter lacks the line {missing[0]!r}")
    operation = fingerprint.parse_qr_text(found["QR"])
    fingerprint.verify_words(operation, found["Words"])
    return AccessLetter(_address(found["Relay"]), operation, EnrolmentCode.from_text(found["Code"]))


def _address(text: str) -> str:
    if not text.startswith(("https://", "http://")) or len(text) > MAX_ADDRESS_CHARACTERS:
        raise MalformedError("the relay's address begins with https://")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise MalformedError("the relay's address holds a character that no address has")
    return text
