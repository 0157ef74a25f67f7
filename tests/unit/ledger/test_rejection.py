from dataclasses import replace

import pytest

from cencomm import codec
from cencomm.errors import MalformedError, UsageError
from cencomm.ids import ChannelId, OperationId
from cencomm.ledger.rejection import Rejection, RejectionKind, RejectionReason, sign_rejection, verify_rejection
from cencomm.primitives.signatures import BadSignature, sign_with_label
from tests.unit.ledger.people import CountingEntropy, Device, person


@pytest.fixture
def device(entropy: CountingEntropy) -> Device:
    return person(entropy).device()


@pytest.fixture
def rejection(device: Device) -> Rejection:
    return Rejection(
        kind=RejectionKind.COMMIT,
        operation=OperationId(bytes(range(32))),
        channel=ChannelId(bytes(16)),
        generation=1,
        sequence=5,
        commit_hash=b"\x05" * 32,
        certificate=device.certificate,
        reason=RejectionReason.RIGHTS,
    )


def test_a_rejection_survives_its_bytes(device: Device, rejection: Rejection) -> None:
    assert verify_rejection(sign_rejection(device.key, rejection)) == rejection


def test_a_rejection_in_somebody_elses_name_is_refused(
    device: Device, rejection: Rejection, entropy: CountingEntropy
) -> None:
    mallory = person(entropy).device()
    content = rejection.encode()
    forged = codec.opaque(content) + codec.opaque(sign_with_label(mallory.key, b"cencomm rejection", content))
    relabelled = codec.opaque(content) + codec.opaque(sign_with_label(device.key, b"cencomm envelope", content))

    for data in (forged, relabelled):
        with pytest.raises(BadSignature):
            verify_rejection(data)
    with pytest.raises(UsageError):
        sign_rejection(mallory.key, rejection)


def test_a_rejection_with_a_forged_certificate_is_refused(rejection: Rejection, device: Device) -> None:
    encoded = device.certificate.encoded
    forged = replace(device.certificate, encoded=encoded[:-1] + bytes([encoded[-1] ^ 1]))

    with pytest.raises(BadSignature):
        verify_rejection(sign_rejection(device.key, replace(rejection, certificate=forged)))


def test_a_reason_of_the_future_counts_as_not_said(device: Device, rejection: Rejection) -> None:
    content = rejection.encode()[:-2] + b"\x7f\xff"
    signed = codec.opaque(content) + codec.opaque(sign_with_label(device.key, b"cencomm rejection", content))

    assert verify_rejection(signed).reason is RejectionReason.NOT_SAID


def test_trailing_bytes_and_unknown_kinds_are_refused(device: Device, rejection: Rejection) -> None:
    signed = sign_rejection(device.key, rejection)
    content = b"\x03" + rejection.encode()[1:]
    unknown = codec.opaque(content) + codec.opaque(sign_with_label(device.key, b"cencomm rejection", content))

    for data in (signed + b"\x00", signed[:-1], unknown, b"", bytes(3000)):
        with pytest.raises(MalformedError):
            verify_rejection(data)
