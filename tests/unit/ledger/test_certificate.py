from dataclasses import replace

import pytest

from cencomm import codec
from cencomm.errors import MalformedError
from cencomm.ledger import certificate as module
from cencomm.ledger.certificate import CertificateMemo, certificate_hash, issue_certificate, verify_certificate
from cencomm.primitives.signatures import BadSignature, sign_with_label
from tests.unit.ledger.people import NOT_AFTER, CountingEntropy, Person, person


@pytest.fixture
def alice(entropy: CountingEntropy) -> Person:
    return person(entropy)


def test_a_certificate_says_who_certified_which_key(alice: Person) -> None:
    device = alice.device()

    certificate = verify_certificate(device.certificate.encoded)

    assert certificate == device.certificate
    assert (certificate.account, certificate.identity_key) == (alice.account, alice.identity.public_key)
    assert (certificate.signature_key, certificate.not_after) == (device.key.public_key, NOT_AFTER)
    assert certificate.hash == certificate_hash(certificate.encoded)


def test_a_certificate_that_somebody_else_signed_is_refused(alice: Person, entropy: CountingEntropy) -> None:
    mallory = person(entropy)
    content = codec.Reader(alice.device().certificate.encoded).opaque()
    forged = codec.opaque(content) + codec.opaque(
        sign_with_label(mallory.identity, b"cencomm device certificate", content)
    )

    with pytest.raises(BadSignature):
        verify_certificate(forged)


@pytest.mark.parametrize("label", [b"cencomm enrolment", b"cencomm ledger entry", b"MLS 1.0 LeafNodeTBS"])
def test_a_signature_of_another_kind_certifies_nothing(alice: Person, label: bytes) -> None:
    content = codec.Reader(alice.device().certificate.encoded).opaque()

    with pytest.raises(BadSignature):
        verify_certificate(codec.opaque(content) + codec.opaque(sign_with_label(alice.identity, label, content)))


def test_every_byte_of_a_certificate_counts(alice: Person) -> None:
    encoded = alice.device().certificate.encoded

    for place in range(len(encoded)):
        changed = encoded[:place] + bytes([encoded[place] ^ 1]) + encoded[place + 1 :]
        with pytest.raises((MalformedError, BadSignature)):
            verify_certificate(changed)


def test_trailing_bytes_inside_and_outside_are_refused(alice: Person) -> None:
    encoded = alice.device().certificate.encoded
    content = codec.Reader(encoded).opaque() + b"\x00"
    inside = codec.opaque(content) + codec.opaque(
        sign_with_label(alice.identity, b"cencomm device certificate", content)
    )

    for data in (encoded + b"\x00", encoded[:-1], inside, b"", bytes(300)):
        with pytest.raises(MalformedError):
            verify_certificate(data)


def test_a_version_of_the_future_is_refused_as_such(alice: Person) -> None:
    content = b"\x00\x02" + codec.Reader(alice.device().certificate.encoded).opaque()[2:]
    signature = sign_with_label(alice.identity, b"cencomm device certificate", content)

    with pytest.raises(MalformedError, match="version 2"):
        verify_certificate(codec.opaque(content) + codec.opaque(signature))


def test_an_expired_certificate_verifies_since_no_clock_enters_a_judgement(alice: Person) -> None:
    device = alice.device().certificate
    expired = issue_certificate(alice.identity, alice.account, device.device, device.signature_key, 0)

    assert verify_certificate(expired.encoded).not_after == 0


def test_a_memo_comes_to_the_same_verdicts(alice: Person, entropy: CountingEntropy) -> None:
    memo = CertificateMemo()
    certificate = alice.device().certificate
    forged = replace(certificate, encoded=certificate.encoded[:-1] + bytes([certificate.encoded[-1] ^ 1]))

    assert memo.verify(certificate.encoded) is memo.verify(bytes(bytearray(certificate.encoded)))
    for _ in range(2):
        with pytest.raises(BadSignature):
            memo.verify(forged.encoded)
    assert memo.verify(person(entropy).device().certificate.encoded) != certificate


def test_a_memo_does_not_grow_without_end(alice: Person) -> None:
    memo = CertificateMemo()
    memo._verified = dict.fromkeys(
        (number.to_bytes(4, "big") for number in range(module.MAX_REMEMBERED)), alice.device().certificate
    )

    memo.verify(alice.device(2).certificate.encoded)

    assert len(memo._verified) == 1
