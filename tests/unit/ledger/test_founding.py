"""The founding letter, and the charter that it leads to (L5, D7; ADR 0010)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.errors import MalformedError
from cencomm.ledger.enrolment_code import EnrolmentCode
from cencomm.ledger.fingerprint import FingerprintMismatch
from cencomm.ledger.founding import FoundingLetter, read_founding_letter

LETTER = FoundingLetter("https://relay.example/", b"\x01" * 32, b"\x02" * 32, EnrolmentCode(b"\x03" * 16))


def test_what_is_written_is_read() -> None:
    assert read_founding_letter("Dear colleague,\n\n" + LETTER.text() + "\nYours") == LETTER


def test_it_says_whether_this_is_an_exercise() -> None:
    exercise = replace(LETTER, exercise=True)

    assert read_founding_letter(exercise.text()) == exercise
    assert "Exercise" not in LETTER.text()


def test_its_words_are_over_nonce_and_creator() -> None:
    """A messenger who swaps either changes what is compared by voice."""
    assert len(LETTER.words) == 12
    assert replace(LETTER, nonce=b"\x04" * 32).words != LETTER.words
    assert replace(LETTER, creator=b"\x04" * 32).words != LETTER.words


def test_the_slot_is_the_codes_and_does_not_tell_it() -> None:
    assert replace(LETTER, nonce=b"\x04" * 32).slot == LETTER.slot
    assert replace(LETTER, code=EnrolmentCode(b"\x04" * 16)).slot != LETTER.slot
    assert LETTER.code.expose() not in LETTER.slot


@pytest.mark.parametrize("name", ["Relay", "Founding", "Creator", "Words", "Code"])
def test_a_letter_without_one_of_its_lines_is_refused(name: str) -> None:
    lines = [line for line in LETTER.text().splitlines() if not line.startswith(name + ":")]

    with pytest.raises(MalformedError, match=name):
        read_founding_letter("\n".join(lines))


def test_a_letter_with_a_swapped_creator_is_refused() -> None:
    other = replace(LETTER, creator=b"\x04" * 32)

    with pytest.raises(FingerprintMismatch):
        read_founding_letter(LETTER.text().replace(LETTER.creator.hex(), other.creator.hex()))


@given(st.text())
def test_any_text_is_a_letter_or_malformed(text: str) -> None:
    for tried in (text, LETTER.text() + text, LETTER.text().replace("Founding: 01", f"Founding: {text}")):
        try:
            assert replace(read_founding_letter(tried), exercise=False) == LETTER
        except (MalformedError, FingerprintMismatch):
            continue
