"""The access letter: what an officer gets outside the relay, on paper or by a trusted messenger (rule D7).

    CENcomm access letter

    Relay: https://relay.example.org
    Words: babab dabib …
    QR: CENCOMM1:9F3A…
    Code: 7K2M9-…
    Asks for device secret: yes

A person reads it, a program parses these lines and lets others (a greeting, instructions) be. The last one is on the
letters of coordinators (D3).
"""

from dataclasses import dataclass

from cencomm.ids import OperationId
from cencomm.ledger import fingerprint
from cencomm.ledger.enrolment_code import EnrolmentCode
from cencomm.ledger.letter_lines import (
    MAX_LETTER_CHARACTERS,
    YES,
    read_address,
    read_lines,
    read_mark,
    write_lines,
)

__all__ = ["MAX_LETTER_CHARACTERS", "AccessLetter", "read_letter"]

_FIELDS = ("Relay", "Words", "QR", "Code")
_COORDINATORS = "Asks for device secret"


@dataclass(frozen=True, slots=True)
class AccessLetter:
    """Where to go, which operation it must be, and the code that the relay never sees."""

    relay_address: str
    operation: OperationId
    code: EnrolmentCode
    asks_for_device_secret: bool = False

    def text(self) -> str:
        """The letter in full, the code in clear: print it, never log it."""
        values = (
            self.relay_address,
            " ".join(fingerprint.words(self.operation)),
            fingerprint.qr_text(self.operation),
            self.code.text(),
        )
        lines = dict(zip(_FIELDS, values, strict=True))
        asked = {_COORDINATORS: YES} if self.asks_for_device_secret else {}
        return write_lines("CENcomm access letter", {**lines, **asked})


def read_letter(text: str) -> AccessLetter:
    """The letter that `text` holds; words and QR text agree.

    Raises:
        MalformedError: a line is missing, stands twice, or holds a mistake that the message names.
        FingerprintMismatch: words and QR text are of two operations.
    """
    found = read_lines(text, _FIELDS)
    operation = fingerprint.parse_qr_text(found["QR"])
    fingerprint.verify_words(operation, found["Words"])
    return AccessLetter(
        read_address(found["Relay"]),
        operation,
        EnrolmentCode.from_text(found["Code"]),
        asks_for_device_secret=read_mark(text, _COORDINATORS),
    )
