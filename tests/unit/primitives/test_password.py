"""libsodium cannot run the official Argon2id answer (four lanes, a secret, associated data), the reference
implementation can: so the answer vouches for the reference, and the reference for our profile."""

from pathlib import Path

import pytest
from argon2.low_level import Type, core, ffi, hash_secret_raw

from cencomm.errors import UsageError
from cencomm.primitives import password

SALT = bytes([2]) * 16


def test_the_reference_implementation_gives_the_official_answer(shared: Path) -> None:
    lines = (shared / "data/crypto/argon2id.kat").read_text(encoding="utf-8").splitlines()
    tag = next(line for line in lines if line.startswith("Tag: ")).removeprefix("Tag: ")
    fields = {
        name: ffi.new("uint8_t[]", value)
        for name, value in {
            "out": bytes(32),
            "pwd": bytes([1]) * 32,
            "salt": SALT,
            "secret": bytes([3]) * 8,
            "ad": bytes([4]) * 12,
        }.items()
    }
    lengths = {"outlen": 32, "pwdlen": 32, "saltlen": 16, "secretlen": 8, "adlen": 12}
    costs = {"t_cost": 3, "m_cost": 32, "lanes": 4, "threads": 1, "version": 0x13, "flags": 0}
    context = ffi.new("argon2_context *", fields | lengths | costs | {"allocate_cbk": ffi.NULL, "free_cbk": ffi.NULL})

    assert core(context, Type.ID.value) == 0

    assert bytes(ffi.buffer(fields["out"], 32)) == bytes.fromhex(tag)


def test_profile_1_is_what_the_reference_implementation_makes_of_its_numbers() -> None:
    expected = hash_secret_raw(
        b"password", SALT, time_cost=3, memory_cost=64 * 1024, parallelism=1, hash_len=32, type=Type.ID, version=0x13
    )

    assert password.stretch(b"password", SALT, 1).expose() == expected


def test_a_profile_we_do_not_know_is_refused_not_guessed() -> None:
    for profile in (0, 2, -1):
        with pytest.raises(UsageError, match="unknown"):
            password.stretch(b"password", SALT, profile)


@pytest.mark.parametrize("length", [0, 15, 17])
def test_a_salt_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(UsageError):
        password.stretch(b"password", bytes(length), 1)
