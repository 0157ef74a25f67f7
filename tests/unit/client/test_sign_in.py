"""The published answers in tests/vectors/sign_in are for the browser too: never change one, add."""

import hashlib
import hmac
import json
from pathlib import Path
from typing import TypedDict

import pytest
from argon2.low_level import Type, hash_secret_raw

from cencomm.client.account import sign_in
from cencomm.client.account.sign_in import DeviceSecret, SignInParameters
from cencomm.client.errors import UnknownProfile, UnusableText, WeakPassword
from cencomm.errors import UsageError
from cencomm.secret import system_entropy

VECTORS = Path(__file__).parents[2] / "vectors" / "sign_in"


class Vector(TypedDict):
    name: str
    relay_name: str
    password: str
    salt: str
    profile: int
    device_secret: str | None
    handle: str
    effective_salt: str
    sign_in_secret: str
    wrapping_key: str
    label_key: str


def vectors() -> list[Vector]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(VECTORS.glob("*.json"))]


def parameters_of(vector: Vector) -> SignInParameters:
    return SignInParameters(
        relay_name=vector["relay_name"],
        handle=sign_in.sign_in_handle(vector["relay_name"], vector["name"]),
        salt=bytes.fromhex(vector["salt"]),
        profile=vector["profile"],
    )


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["name"])
def test_both_keys_are_the_published_ones(vector: Vector) -> None:
    device_secret = DeviceSecret(bytes.fromhex(vector["device_secret"])) if vector["device_secret"] else None
    parameters = parameters_of(vector)

    keys = sign_in.derive(sign_in.typed_password(vector["password"]), parameters, device_secret=device_secret)

    assert parameters.handle.hex() == vector["handle"]
    assert parameters.effective_salt().hex() == vector["effective_salt"]
    assert keys.sign_in_secret.expose().hex() == vector["sign_in_secret"]
    assert keys.wrapping_key.expose().hex() == vector["wrapping_key"]
    assert keys.label_key.expose().hex() == vector["label_key"]


def test_a_published_answer_follows_from_the_words_of_the_protocol() -> None:
    """docs/protocol.md section 7, written again with other libraries."""
    vector = next(vector for vector in vectors() if vector["device_secret"])
    relay, name = vector["relay_name"].encode(), vector["name"].lower().encode()
    named = b"\x14cencomm sign-in name" + bytes([len(relay)]) + relay + bytes([len(name)]) + name
    handle = hashlib.sha256(named).digest()[:16]
    salted = b"\x14cencomm sign-in salt" + bytes([len(relay)]) + relay + handle + bytes.fromhex(vector["salt"])

    stretched = hash_secret_raw(
        vector["password"].encode(),
        hashlib.sha256(salted).digest()[:16],
        time_cost=3,
        memory_cost=64 * 1024,
        parallelism=1,
        hash_len=32,
        type=Type.ID,
    )

    secret = bytes.fromhex(vector["device_secret"] or "")
    assert handle.hex() == vector["handle"]
    assert hmac.digest(stretched, b"cencomm sign-in\x01", "sha256").hex() == vector["sign_in_secret"]
    assert hmac.digest(stretched, b"cencomm wrapping" + secret + b"\x01", "sha256").hex() == vector["wrapping_key"]


def test_the_device_secret_changes_the_wrapping_key_and_not_the_sign_in_secret() -> None:
    password = sign_in.typed_password("correct horse battery staple")
    parameters = SignInParameters.choose(relay_name="relay.example", name="ana", entropy=system_entropy)

    without = sign_in.derive(password, parameters)
    with_one = sign_in.derive(password, parameters, device_secret=DeviceSecret(bytes(16)))

    assert without.sign_in_secret == with_one.sign_in_secret
    assert without.wrapping_key != with_one.wrapping_key


@pytest.mark.parametrize("profile", [0, 2, 255])
def test_a_relay_cannot_ask_for_a_cheaper_guess(profile: int) -> None:
    with pytest.raises(UnknownProfile):
        SignInParameters(relay_name="relay.example", handle=bytes(16), salt=bytes(16), profile=profile)


def test_a_relay_that_hands_out_the_salt_of_another_account_gains_nothing() -> None:
    ana = SignInParameters(relay_name="relay.example", handle=b"a" * 16, salt=bytes(16), profile=1)
    bob = SignInParameters(relay_name="relay.example", handle=b"b" * 16, salt=bytes(16), profile=1)
    elsewhere = SignInParameters(relay_name="other.example", handle=b"a" * 16, salt=bytes(16), profile=1)

    assert len({parameters.effective_salt() for parameters in (ana, bob, elsewhere)}) == 3


def test_a_name_is_found_however_it_was_typed() -> None:
    spellings = ["José Ñandú", "JOSÉ ÑANDÚ", "Jose\u0301 N\u0303andu\u0301", "José\u00a0Ñandú"]

    assert len({sign_in.sign_in_handle("relay.example", spelling) for spelling in spellings}) == 1


def test_a_letter_that_only_lower_case_composes_is_found_too() -> None:
    assert sign_in.sign_in_handle("relay.example", "J\u030can") == sign_in.sign_in_handle("relay.example", "\u01f0an")


def test_a_name_has_another_handle_at_every_relay() -> None:
    assert sign_in.sign_in_handle("a.example", "ana") != sign_in.sign_in_handle("b.example", "ana")


def test_fields_cannot_slide_into_each_other() -> None:
    assert sign_in.sign_in_handle("relay", "ana") != sign_in.sign_in_handle("relaya", "na")


@pytest.mark.parametrize("name", ["", "n" * 256, "a\x00b"])
def test_a_name_that_cannot_be_one_is_refused(name: str) -> None:
    with pytest.raises(UnusableText):
        sign_in.sign_in_handle("relay.example", name)


@pytest.mark.parametrize("relay_name", ["", "r" * 256])
def test_a_relay_name_has_a_length(relay_name: str) -> None:
    with pytest.raises(UsageError):
        sign_in.sign_in_handle(relay_name, "ana")


@pytest.mark.parametrize(("handle", "salt"), [(bytes(15), bytes(16)), (bytes(16), bytes(17)), (b"", b"")])
def test_parameters_of_another_length_are_refused(handle: bytes, salt: bytes) -> None:
    with pytest.raises(UsageError):
        SignInParameters(relay_name="relay.example", handle=handle, salt=salt, profile=1)


def test_strength_is_judged_when_a_password_is_chosen_and_not_when_it_is_typed() -> None:
    with pytest.raises(WeakPassword):
        sign_in.new_password("ana ana ana ana", name="Ana", relay_name="relay.example")

    sign_in.typed_password("ana ana ana ana")


def test_a_device_secret_has_128_bits() -> None:
    with pytest.raises(UsageError):
        DeviceSecret(bytes(15))


def test_no_secret_shows_in_what_is_printed() -> None:
    password = sign_in.new_password("correct horse battery staple", name="ana", relay_name="relay.example")

    assert "horse" not in f"{password!r} {password} {sign_in.SignInKeys(*_three_secrets())!r}"


def _three_secrets() -> tuple[sign_in.SignInSecret, sign_in.WrappingKey, sign_in.LabelKey]:
    return sign_in.SignInSecret(b"horse" * 6), sign_in.WrappingKey(b"horse" * 6), sign_in.LabelKey(b"horse" * 6)
