"""The reset letter (D7): an access letter that names the account."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.errors import MalformedError
from cencomm.ids import AccountId, OperationId
from cencomm.ledger.enrolment_code import EnrolmentCode
from cencomm.ledger.fingerprint import FingerprintMismatch
from cencomm.ledger.letter import AccessLetter, read_letter
from cencomm.ledger.reset_letter import ResetLetter, read_reset_letter, reset_ticket

ACCESS = AccessLetter("https://relay.example/", OperationId(bytes(range(32))), EnrolmentCode(b"\x01" * 16))
LETTER = ResetLetter(ACCESS, AccountId(b"\x02" * 16))


def test_what_is_written_is_read_and_serves_as_an_access_letter() -> None:
    assert read_reset_letter(LETTER.text()) == LETTER
    assert read_letter(LETTER.text()) == ACCESS
    assert LETTER.text().startswith("CENcomm reset letter\n")


def test_an_access_letter_resets_nobody() -> None:
    with pytest.raises(MalformedError, match="Account"):
        read_reset_letter(ACCESS.text())


def test_the_ticket_does_not_tell_the_code() -> None:
    assert len(reset_ticket(ACCESS.code)) == 32
    assert ACCESS.code.expose() not in reset_ticket(ACCESS.code)
    assert reset_ticket(ACCESS.code) != reset_ticket(EnrolmentCode(b"\x02" * 16))


@given(st.text())
def test_any_text_is_a_letter_or_malformed(text: str) -> None:
    for tried in (text, LETTER.text() + text, LETTER.text().replace("02" * 16, text)):
        try:
            read_reset_letter(tried)
        except (MalformedError, FingerprintMismatch):
            continue
