"""What left, or is about to leave, this device: exact bytes, so that a retry sends the same (rule S5)."""

from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError
from cencomm.forms.payload import SALT_BYTES, Signed, decode_signed
from cencomm.ids import SEND_ID_BYTES, SendId


class Attempt(IntEnum):
    """How an attempt stands."""

    PENDING = 1  # saved; may have left
    DEAD = 2  # its epoch ended without it in the log; the envelope is encrypted again under the same send id (S3)
    ACKNOWLEDGED = 3  # in the log; kept until a later Commit is confirmed, for `restart` (C11)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One attempt at sending one envelope or control message in one epoch. `message` is the exact MLSMessage."""

    send_id: SendId
    attempt: Attempt
    epoch: int
    message: bytes
    salt: bytes
    signed: Signed

    @property
    def message_hash(self) -> bytes:
        return sha256(self.message).digest()

    def encode(self) -> bytes:
        return codec.concat(
            [
                codec.fixed(self.send_id, SEND_ID_BYTES),
                codec.uint(self.attempt, 1),
                codec.uint(self.epoch, 8),
                codec.opaque(self.message),
                codec.fixed(self.salt, SALT_BYTES),
                codec.opaque(self.signed.encode()),
            ]
        )


def decode_outbox_row(data: bytes) -> OutboxRow:
    """Raises MalformedError for anything that `encode` does not write."""

    def row(reader: Reader) -> OutboxRow:
        return OutboxRow(
            send_id=SendId(reader.fixed(SEND_ID_BYTES)),
            attempt=_attempt(reader),
            epoch=reader.uint(8),
            message=reader.opaque(),
            salt=reader.fixed(SALT_BYTES),
            signed=decode_signed(reader.opaque()),
        )

    return codec.decode(data, row)


def _attempt(reader: Reader) -> Attempt:
    value = reader.uint(1)
    if value not in set(Attempt):
        raise MalformedError(f"there is no attempt {value}")
    return Attempt(value)
