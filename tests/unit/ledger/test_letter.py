from dataclasses import replace

import pytest

from cencomm.errors import MalformedError
from cencomm.ids import OperationId
from cencomm.ledger.enrolment_code import EnrolmentCode
from cencomm.ledger.fingerprint import FingerprintMismatch
from cencomm.ledger.letter import AccessLetter, read_letter

OPERATION = OperationId(bytes(range(32)))


@pytest.fixture
def letter() -> AccessLetter:
    return AccessLetter("https://relay.example.org:8443", OPERATION, EnrolmentCode(bytes(range(16))))


def test_a_letter_is_read_as_it_was_written(letter: AccessLetter) -> None:
    assert read_letter(letter.text()) == letter


def test_other_lines_and_looser_spelling_do_not_matter(letter: AccessLetter) -> None:
    text = "Dear colleague,\n\n" + letter.text().replace("Code:", "  Code :  ") + "\nNote: destroy this.\n"

    assert read_letter(text) == letter


@pytest.mark.parametrize("name", ["Relay", "Words", "QR", "Code"])
def test_a_missing_or_second_line_is_refused_by_name(letter: AccessLetter, name: str) -> None:
    lines = letter.text().splitlines()
    line = next(line for line in lines if line.startswith(name))

    for text in ("\n".join(other for other in lines if other != line), letter.text() + line):
        with pytest.raises(MalformedError, match=name):
            read_letter(text)


def test_a_coordinators_letter_asks_for_a_device_secret_d3(letter: AccessLetter) -> None:
    asking = replace(letter, asks_for_device_secret=True)

    assert read_letter(asking.text()) == asking
    assert "device secret" not in letter.text()


def test_a_mark_that_says_something_else_or_twice_is_refused(letter: AccessLetter) -> None:
    line = "Asks for device secret: yes\n"

    for wrong in (line + line, line.replace("yes", "no"), line.replace("yes", "")):
        with pytest.raises(MalformedError, match="device secret"):
            read_letter(letter.text() + wrong)


def test_words_and_qr_text_of_two_operations_are_refused(letter: AccessLetter) -> None:
    other = AccessLetter(letter.relay_address, OperationId(bytes(32)), letter.code).text().splitlines()
    mixed = [theirs if theirs.startswith("Words") else ours
             for ours, theirs in zip(letter.text().splitlines(), other, strict=True)]  # fmt: skip

    with pytest.raises(FingerprintMismatch):
        read_letter("\n".join(mixed))


@pytest.mark.parametrize("address", ["", "relay.example.org", "ftp://relay", "https://a b", "https://" + "a" * 300])
def test_what_is_no_address_is_refused(letter: AccessLetter, address: str) -> None:
    with pytest.raises(MalformedError):
        read_letter(letter.text().replace(letter.relay_address, address))


def test_a_book_is_no_letter(letter: AccessLetter) -> None:
    with pytest.raises(MalformedError):
        read_letter(letter.text() + "x" * 10_000)


def test_the_code_shows_in_the_text_only(letter: AccessLetter) -> None:
    assert letter.code.text() in letter.text()
    assert letter.code.text() not in repr(letter)
