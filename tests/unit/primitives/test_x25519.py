import json
from pathlib import Path

import pytest

from cencomm.errors import UsageError
from cencomm.primitives.x25519 import BadPublicKey, PrivateKey, exchange, generate_key_pair
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
        else:
            assert exchange(private_key, public_key).hex() == case["shared"]
    assert zero == 31


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_public_key_of_another_length_is_refused_before_libsodium_reads_it(length: int) -> None:
    with pytest.raises(BadPublicKey):
        exchange(generate_key_pair(system_entropy).private_key, bytes([9]) * length)


def test_a_private_key_of_another_length_is_refused() -> None:
    with pytest.raises(UsageError):
        PrivateKey(bytes(31))
