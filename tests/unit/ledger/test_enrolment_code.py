import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.errors import MalformedError, UsageError
from cencomm.ledger.enrolment_code import EnrolmentCode

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODES = st.binary(min_size=16, max_size=16).map(EnrolmentCode)


def symbols_of(code: EnrolmentCode) -> str:
    return code.text().replace("-", "")


@given(CODES)
def test_a_code_survives_its_text(code: EnrolmentCode) -> None:
    assert EnrolmentCode.from_text(code.text()) == code


def test_text_has_26_symbols_and_a_check_in_groups_of_five() -> None:
    assert EnrolmentCode(bytes(16)).text() == "00000-00000-00000-00000-00000-00"
    assert EnrolmentCode(bytes(15) + b"\x25").text() == "00000-00000-00000-00000-00001-50"
    assert EnrolmentCode(bytes(15) + b"\x24").text() == "00000-00000-00000-00000-00001-4U"


@given(CODES)
def test_reading_forgives_case_spaces_and_look_alikes(code: EnrolmentCode) -> None:
    typed = code.text().replace("-", " ").lower().replace("0", "o").replace("1", "l")

    assert EnrolmentCode.from_text(f"  {typed}\n") == code
    assert EnrolmentCode.from_text(code.text().replace("1", "I").replace("-", "")) == code


@given(CODES, st.integers(0, 25), st.sampled_from(SYMBOLS))
def test_one_wrong_symbol_is_noticed(code: EnrolmentCode, place: int, symbol: str) -> None:
    right = symbols_of(code)
    wrong = right[:place] + symbol + right[place + 1 :]

    if wrong != right:
        with pytest.raises(MalformedError):
            EnrolmentCode.from_text(wrong)


@given(CODES, st.integers(0, 24))
def test_two_neighbours_swapped_are_noticed(code: EnrolmentCode, place: int) -> None:
    right = symbols_of(code)
    wrong = right[:place] + right[place + 1] + right[place] + right[place + 2 :]

    if wrong != right:
        with pytest.raises(MalformedError):
            EnrolmentCode.from_text(wrong)


def test_a_number_beyond_128_bits_is_no_second_spelling() -> None:
    beyond = 1 << 128
    symbols = "".join(SYMBOLS[beyond >> 5 * place & 31] for place in range(25, -1, -1))
    check = (SYMBOLS + "*~$=U")[beyond % 37]

    with pytest.raises(MalformedError):
        EnrolmentCode.from_text(symbols + check)


@pytest.mark.parametrize("text", ["", "7K2M9", "0" * 28, "!" * 27, "x" * 10_000])
def test_what_is_no_code_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(MalformedError):
        EnrolmentCode.from_text(text)


def test_a_code_does_not_show_in_its_repr() -> None:
    code = EnrolmentCode(bytes(range(16)))

    assert code.text()[:5] not in repr(code)
    with pytest.raises(UsageError):
        EnrolmentCode(bytes(15))
