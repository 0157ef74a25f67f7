"""The reset letter: a member who lost password or device goes on under new keys (rules D7, L6; ADR 0014).

It is an access letter with one line more, the account, so that it serves where an access letter does: whoever is signed
in already asks with it to be replaced in a further operation.
"""

from dataclasses import dataclass

from cencomm.ids import ACCOUNT_ID_BYTES, AccountId, from_hex
from cencomm.ledger import labels
from cencomm.ledger.enrolment_code import EnrolmentCode
from cencomm.ledger.letter import AccessLetter, read_letter
from cencomm.ledger.letter_lines import read_lines
from cencomm.primitives import hkdf

TICKET_BYTES = 32
_ACCOUNT = "Account"


@dataclass(frozen=True, slots=True)
class ResetLetter:
    """Whose keys are to be new, and the code under which they come."""

    access: AccessLetter
    account: AccountId

    def text(self) -> str:
        """The letter in full, the code in clear: print it, never log it."""
        title, rest = self.access.text().split("\n", 1)
        return f"{title.replace('access', 'reset')}\n{rest}{_ACCOUNT}: {self.account.hex()}\n"


def read_reset_letter(text: str) -> ResetLetter:
    """The reset letter that `text` holds.

    Raises:
        MalformedError: a line is missing, stands twice, or holds a mistake that the message names.
        FingerprintMismatch: words and QR text are of two operations.
    """
    account = read_lines(text, (_ACCOUNT,))[_ACCOUNT]
    return ResetLetter(read_letter(text), AccountId(from_hex(account, length=ACCOUNT_ID_BYTES)))


def reset_ticket(code: EnrolmentCode) -> bytes:
    """What shows the relay that one holds the letter. It does not tell the code: no key can be enrolled with it."""
    return hkdf.expand(hkdf.extract(b"", code.expose()), labels.RESET, TICKET_BYTES)
