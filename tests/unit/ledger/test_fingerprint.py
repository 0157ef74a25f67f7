import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.errors import MalformedError
from cencomm.ids import OperationId
from cencomm.ledger.fingerprint import FingerprintMismatch, from_words, parse_qr_text, qr_text, verify_words, words

OPERATIONS = st.binary(min_size=32, max_size=32).map(OperationId)


@given(OPERATIONS)
def test_twelve_words_of_five_letters_carry_the_first_192_bits(operation: OperationId) -> None:
    spoken = words(operation)

    assert len(spoken) == 12
    assert {len(word) for word in spoken} == {5}
    assert from_words(" ".join(spoken)) == operation[:24]


def test_each_letter_stands_for_its_bits() -> None:
    assert words(OperationId(bytes(32))) == ("babab",) * 12
    assert words(OperationId(b"\xff" * 32)) == ("zuzuz",) * 12
    # 0001 10 0101 11 1111: d, o, j, u, z
    assert words(OperationId(0b0001_10_0101_11_1111.to_bytes(2, "big") + bytes(30)))[0] == "dojuz"


@given(OPERATIONS)
def test_comparing_forgives_case_and_spacing(operation: OperationId) -> None:
    spoken = words(operation)

    verify_words(operation, "\n ".join(word.upper() for word in spoken) + "  ")


@given(OPERATIONS, st.integers(0, 191))
def test_any_other_bit_is_another_operation(operation: OperationId, bit: int) -> None:
    other = (int.from_bytes(operation, "big") ^ 1 << 255 - bit).to_bytes(32, "big")

    with pytest.raises(FingerprintMismatch):
        verify_words(OperationId(other), " ".join(words(operation)))


@pytest.mark.parametrize(
    "text",
    ["", "babab", "babab " * 11, "babab " * 13, "babab " * 11 + "babac", "babab " * 11 + "baba",
     "babab " * 11 + "bababa", "babab " * 11 + "bbbbb", "b" * 100_000],
)  # fmt: skip
def test_what_is_no_fingerprint_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        from_words(text)


@given(OPERATIONS)
def test_the_qr_text_holds_the_whole_id(operation: OperationId) -> None:
    text = qr_text(operation)

    assert parse_qr_text(text) == operation
    assert text.startswith("CENCOMM1:")
    assert set(text) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")  # QR alphanumeric mode


@pytest.mark.parametrize("text", ["", "CENCOMM1:", "CENCOMM2:" + "0" * 64, "0" * 64, "CENCOMM1:" + "a" * 64])
def test_another_qr_code_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        parse_qr_text(text)
