"""A member says that it cannot follow: signed by its device, outside MLS, for the coordination unit (C9, C11).

One rejection proves nothing about who is at fault; the unit offers a restart on two, or on a failure of its own.
"""

from dataclasses import dataclass
from enum import IntEnum

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import UsageError
from cencomm.ids import CHANNEL_ID_BYTES, HASH_BYTES, OPERATION_ID_BYTES, ChannelId, OperationId
from cencomm.ledger import labels
from cencomm.ledger.certificate import MAX_CERTIFICATE_BYTES, DeviceCertificate, verify_certificate
from cencomm.ledger.kinds import read_kind
from cencomm.primitives import signatures
from cencomm.primitives.signatures import SigningKey

MAX_REJECTION_BYTES = 1024


class RejectionKind(IntEnum):
    WELCOME = 1
    COMMIT = 2


class RejectionReason(IntEnum):
    """Why, for the people who look into it. A reader takes numbers that it does not know as NOT_SAID."""

    NOT_SAID = 0
    DOES_NOT_PROCESS = 1  # MLS itself refused: a signature, a tag, a secret that does not decrypt
    PROFILE = 2  # C2
    ANCHOR = 3  # C1, C3, C4
    TREE = 4  # C5
    RIGHTS = 5  # C6
    JOIN = 6  # C9
    OWN_LEAF = 7  # C10: nothing is wrong with the Commit; this device's state is dead and it asks to be added again


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """What is rejected and by whom. Verified when it comes from `verify_rejection`."""

    kind: RejectionKind
    operation: OperationId
    channel: ChannelId
    generation: int
    sequence: int  # of the Commit in the log
    commit_hash: bytes  # SHA-256 of its exact MLSMessage
    certificate: DeviceCertificate
    reason: RejectionReason

    def encode(self) -> bytes:
        return (
            codec.uint(self.kind, 1)
            + codec.fixed(self.operation, OPERATION_ID_BYTES)
            + codec.fixed(self.channel, CHANNEL_ID_BYTES)
            + codec.uint(self.generation, 4)
            + codec.uint(self.sequence, 8)
            + codec.fixed(self.commit_hash, HASH_BYTES)
            + codec.opaque(self.certificate.encoded)
            + codec.uint(self.reason, 2)
        )


def sign_rejection(device: SigningKey, rejection: Rejection) -> bytes:
    """`rejection` as it is sent.

    Raises:
        UsageError: `device` is not the key that the certificate names.
    """
    if device.public_key != rejection.certificate.signature_key:
        raise UsageError("a rejection is signed by the device that its certificate names")
    content = rejection.encode()
    return codec.opaque(content) + codec.opaque(signatures.sign_with_label(device, labels.REJECTION, content))


def verify_rejection(encoded: bytes) -> Rejection:
    """The device of the certificate says so; whether its identity is entitled to the channel is for the ledger.

    Raises:
        MalformedError: anything else.
        BadSignature: of the certificate or of the rejection.
    """
    reader = Reader(encoded)
    content = reader.opaque(most=MAX_REJECTION_BYTES)
    signature = reader.opaque(most=signatures.SIGNATURE_BYTES)
    reader.end()
    rejection = codec.decode(content, _read_rejection)
    signatures.verify_with_label(rejection.certificate.signature_key, labels.REJECTION, content, signature)
    return rejection


def _read_rejection(reader: Reader) -> Rejection:
    return Rejection(
        kind=read_kind(reader, RejectionKind),
        operation=OperationId(reader.fixed(OPERATION_ID_BYTES)),
        channel=ChannelId(reader.fixed(CHANNEL_ID_BYTES)),
        generation=reader.uint(4),
        sequence=reader.uint(8),
        commit_hash=reader.fixed(HASH_BYTES),
        certificate=verify_certificate(reader.opaque(most=MAX_CERTIFICATE_BYTES)),
        reason=_reason(reader.uint(2)),
    )


def _reason(number: int) -> RejectionReason:
    return RejectionReason(number) if number in set(RejectionReason) else RejectionReason.NOT_SAID
