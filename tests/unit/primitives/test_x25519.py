import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.errors import UsageError
from cencomm.primitives.x25519 import BadPublicKey, PrivateKey, check_public_key, exchange, generate_key_pair
from cencomm.secret import system_entropy


def test_the_wycheproof_cases_are_answered_rightly_and_zero_results_refused(shared: Path) -> None:
    cases = json.loads((shared / "data/crypto/wycheproof_x25519_test.json").read_text(encoding="utf-8"))
    zero = 0
    for case in (case for group in cases["testGroups"] for case in group["tests"]):
        private_key, public_key = PrivateKey(bytes.fromhex(case["private"])), bytes.fromhex(case["public"])
        if "ZeroSharedSecret" in case["flags"]:
            zero += 1
            with pytest.raises(BadPublicKey):
                exchange(private_key, public_key)
            with pytest.raises(BadPublicKey):
                check_public_key(public_key)
        else:
            check_public_key(public_key)
            assert exchange(private_key, public_key).hex() == case["shared"]
    assert zero == 31


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_public_key_of_another_length_is_refused_before_libsodium_reads_it(length: int) -> None:
    with pytest.raises(BadPublicKey):
        exchange(generate_key_pair(system_entropy).private_key, bytes([9]) * length)


def test_a_private_key_of_another_length_is_refused() -> None:
    with pytest.raises(UsageError):
        PrivateKey(bytes(31))


P = 2**255 - 19
ORDER_8 = 325606250916557431795983626356110631294008115727848805560023387167927233504
TWIN = 39382357235489614581723060781553021112529911719440698176882885853963445705823
SMALL_ORDER = [0, 1, P - 1, P, P + 1, ORDER_8, TWIN]


@given(
    st.one_of(
        st.binary(max_size=33),
        st.builds(lambda number: (number % 2**256).to_bytes(32, "little"), st.integers(P - 30, 2**256 + 30)),
        st.sampled_from([one + top for one in SMALL_ORDER for top in (0, 2**255)]).map(
            lambda number: number.to_bytes(32, "little")
        ),
    )
)
def test_a_public_key_is_refused_exactly_when_an_exchange_with_it_is(public_key: bytes) -> None:
    def refused(attempt: Callable[[], object]) -> bool:
        try:
            attempt()
        except BadPublicKey:
            return True
        return False

    private_key = generate_key_pair(system_entropy).private_key

    assert refused(lambda: check_public_key(public_key)) == refused(lambda: exchange(private_key, public_key))
