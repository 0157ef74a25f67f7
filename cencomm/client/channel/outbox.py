"""What left, or is about to leave, this device: as it was signed, and as exact bytes that a retry repeats (S5)."""

from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError
from cencomm.forms.payload import SALT_BYTES, Signed, decode_signed, read_signed
from cencomm.ids import (
    CHANNEL_ID_BYTES,
    MESSAGE_ID_BYTES,
    OPERATION_ID_BYTES,
    SEND_ID_BYTES,
    ChannelId,
    MessageId,
    OperationId,
    SendId,
)
from cencomm.ledger.channel import FIRST_GENERATION

POSTING_PREFIX = "posting/"
LABEL_SEND_ID = b"cencomm send id"


class Attempt(IntEnum):
    """How an attempt stands."""

    PENDING = 1  # saved; may have left
    DEAD = 2  # its epoch ended without it in the log; the envelope is encrypted again under the same send id (S3)
    ACKNOWLEDGED = 3  # in the log; what a restart may need of it is kept apart (`sent`)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """An envelope or a control message, signed, on its way. All send ids of its attempts come from `send_id`."""

    operation: OperationId
    channel: ChannelId
    send_id: SendId
    signed: Signed
    message: MessageId

    @property
    def key(self) -> str:
        return POSTING_PREFIX + self.send_id.hex()

    def send_id_in(self, generation: int, *, unread: int = 0) -> SendId:
        """The send id of its attempts in one generation of the channel.

        The relay answers a send id with its first receipt for as long as the channel lives (S2). One that was accepted
        behind the cut of a restart would never be sent again under the same (C11); nor would one that was accepted at
        the log's entry `unread`, where we were not there to read it (C10). 0: there is no such entry.
        """
        if generation == FIRST_GENERATION and unread == 0:
            return self.send_id
        where = codec.uint(generation, 4) + (codec.uint(unread, 8) if unread else b"")
        derived = sha256(codec.opaque(LABEL_SEND_ID) + self.send_id + where)
        return SendId(derived.digest()[:SEND_ID_BYTES])

    def encode(self) -> bytes:
        return codec.concat([self.operation, self.channel, self.send_id, self.message, self.signed.encode()])


def read_posting(reader: Reader) -> Posting:
    return Posting(
        operation=OperationId(reader.fixed(OPERATION_ID_BYTES)),
        channel=ChannelId(reader.fixed(CHANNEL_ID_BYTES)),
        send_id=SendId(reader.fixed(SEND_ID_BYTES)),
        message=MessageId(reader.fixed(MESSAGE_ID_BYTES)),
        signed=read_signed(reader),
    )
