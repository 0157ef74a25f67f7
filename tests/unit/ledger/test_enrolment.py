from dataclasses import replace

import pytest

from cencomm.errors import MalformedError
from cencomm.ids import OperationId
from cencomm.ledger.enrolment import (
    EnrolmentCode,
    EnrolmentRequest,
    WrongCode,
    decode_request,
    request_enrolment,
    verify_proof,
    verify_request,
)
from cencomm.primitives.signatures import BadSignature
from cencomm.primitives.x25519 import BadPublicKey
from tests.unit.ledger.people import CountingEntropy, Person, person

OPERATION = OperationId(bytes(range(32)))


@pytest.fixture
def alice(entropy: CountingEntropy) -> Person:
    return person(entropy)


@pytest.fixture
def code(entropy: CountingEntropy) -> EnrolmentCode:
    return EnrolmentCode.generate(entropy)


@pytest.fixture
def request_of_alice(alice: Person, code: EnrolmentCode) -> EnrolmentRequest:
    return request_enrolment(OPERATION, alice.account, alice.identity, alice.exchange.public_key, code)


def test_a_request_is_accepted_under_the_code_of_its_letter(
    alice: Person, code: EnrolmentCode, request_of_alice: EnrolmentRequest
) -> None:
    received = decode_request(request_of_alice.encode())

    keys = verify_request(received, code)

    assert received == request_of_alice
    assert (keys.account, keys.identity_key) == (alice.account, alice.identity.public_key)
    assert keys.exchange_key == alice.exchange.public_key
    verify_proof(keys, OPERATION)


def test_the_wrong_code_is_refused(request_of_alice: EnrolmentRequest, entropy: CountingEntropy) -> None:
    with pytest.raises(WrongCode):
        verify_request(request_of_alice, EnrolmentCode.generate(entropy))


def test_a_relay_that_swaps_the_identity_key_and_signs_itself_is_refused(
    request_of_alice: EnrolmentRequest, code: EnrolmentCode, entropy: CountingEntropy, alice: Person
) -> None:
    mallory = person(entropy)
    forged = request_enrolment(
        OPERATION, alice.account, mallory.identity, mallory.exchange.public_key, EnrolmentCode.generate(entropy)
    )
    mac = request_of_alice.keys.proof.mac
    with_alices_mac = replace(forged, keys=replace(forged.keys, proof=replace(forged.keys.proof, mac=mac)))

    for attempt in (forged, with_alices_mac):
        with pytest.raises(WrongCode):
            verify_request(attempt, code)


@pytest.mark.parametrize("field", ["account", "identity_key", "exchange_key"])
def test_a_relay_that_swaps_any_part_of_the_keys_is_refused(
    request_of_alice: EnrolmentRequest, code: EnrolmentCode, entropy: CountingEntropy, field: str
) -> None:
    mallory = person(entropy)
    other = {
        "account": mallory.account,
        "identity_key": mallory.identity.public_key,
        "exchange_key": mallory.exchange.public_key,
    }
    data = request_of_alice.encode().replace(getattr(request_of_alice.keys, field), other[field])

    with pytest.raises(WrongCode):
        verify_request(decode_request(data), code)


def test_a_request_of_another_operation_is_refused(request_of_alice: EnrolmentRequest, code: EnrolmentCode) -> None:
    with pytest.raises(WrongCode):
        verify_request(replace(request_of_alice, operation=OperationId(bytes(32))), code)
    with pytest.raises(BadSignature):
        verify_proof(request_of_alice.keys, OperationId(bytes(32)))


def test_whoever_knows_the_code_but_not_the_identity_key_is_refused(
    alice: Person, code: EnrolmentCode, entropy: CountingEntropy
) -> None:
    mallory = person(entropy)
    real = request_enrolment(OPERATION, mallory.account, alice.identity, alice.exchange.public_key, code)
    signature = request_enrolment(
        OPERATION, mallory.account, mallory.identity, alice.exchange.public_key, code
    ).keys.proof.signature
    stolen = replace(real, keys=replace(real.keys, proof=replace(real.keys.proof, signature=signature)))

    with pytest.raises(BadSignature):
        verify_request(stolen, code)


def test_the_signature_covers_the_mac(request_of_alice: EnrolmentRequest) -> None:
    keys = request_of_alice.keys

    with pytest.raises(BadSignature):
        verify_proof(replace(keys, proof=replace(keys.proof, mac=bytes(32))), OPERATION)


@pytest.mark.parametrize("exchange_key", [bytes(32), (1).to_bytes(32, "little")])
def test_an_exchange_key_that_nothing_can_be_sealed_to_is_refused(
    alice: Person, code: EnrolmentCode, exchange_key: bytes
) -> None:
    request = request_enrolment(OPERATION, alice.account, alice.identity, exchange_key, code)

    with pytest.raises(BadPublicKey):
        verify_request(request, code)


def test_trailing_bytes_are_refused(request_of_alice: EnrolmentRequest) -> None:
    for data in (request_of_alice.encode() + b"\x00", request_of_alice.encode()[:-1], b""):
        with pytest.raises(MalformedError):
            decode_request(data)


def test_two_codes_give_two_macs(alice: Person, entropy: CountingEntropy) -> None:
    requests = {
        request_enrolment(
            OPERATION, alice.account, alice.identity, alice.exchange.public_key, EnrolmentCode(entropy(16))
        ).keys.proof.mac
        for _ in range(4)
    }

    assert len(requests) == 4
