import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.errors import UsageError
from cencomm.primitives import hkdf

# RFC 5869 appendix A.1
KEY_MATERIAL = bytes([0x0B]) * 22
SALT = bytes(range(13))
INFO = bytes(range(0xF0, 0xFA))
PSEUDORANDOM_KEY = bytes.fromhex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5")
OUTPUT = bytes.fromhex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")


def test_the_answers_of_rfc_5869_are_ours() -> None:
    assert hkdf.extract(SALT, KEY_MATERIAL) == PSEUDORANDOM_KEY
    assert hkdf.expand(PSEUDORANDOM_KEY, INFO, len(OUTPUT)) == OUTPUT


@given(st.integers(min_value=0, max_value=hkdf.MAX_OUTPUT_BYTES))
def test_a_shorter_output_is_the_beginning_of_a_longer_one(length: int) -> None:
    longest = hkdf.expand(PSEUDORANDOM_KEY, INFO, hkdf.MAX_OUTPUT_BYTES)

    assert hkdf.expand(PSEUDORANDOM_KEY, INFO, length) == longest[:length]


@pytest.mark.parametrize("length", [-1, hkdf.MAX_OUTPUT_BYTES + 1])
def test_more_than_hkdf_can_give_is_refused(length: int) -> None:
    with pytest.raises(UsageError):
        hkdf.expand(PSEUDORANDOM_KEY, INFO, length)
