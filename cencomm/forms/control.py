"""A control message: what members' programs say to each other beside the forms, signed like an envelope.

    Control --sign--> SignedControl --salt, pad--> payload of one MLS application message, as an envelope is

A frame only: the body's bytes belong to the kind. A program that does not know a kind passes over it.

Source: docs/protocol.md section 6.1.
"""

from dataclasses import dataclass
from enum import IntEnum

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError
from cencomm.ids import (
    CHANNEL_ID_BYTES,
    HASH_BYTES,
    MESSAGE_ID_BYTES,
    OPERATION_ID_BYTES,
    ChannelId,
    MessageId,
    OperationId,
)
from cencomm.primitives.signatures import SigningKey, sign_with_label, verify_with_label

CONTROL_VERSION = 1
LABEL_CONTROL = b"cencomm control"
CONTROL_PREFIX = codec.opaque(LABEL_CONTROL)
"""How the content begins. An envelope begins with its version, so neither is ever read as the other."""

HEARTBEAT_BODY = codec.uint(1, 2)  # its version; all else that it says is in every message's frame and anchor (H3)

MAX_CONTROL_BODY_BYTES = 1 << 17
MAX_CONTROL_BYTES = MAX_CONTROL_BODY_BYTES + 512


class ControlKind(IntEnum):
    """What a body is about. The numbers are on the wire: add, never change."""

    HEARTBEAT = 1  # H3
    HISTORY_REQUEST = 2  # H2
    ACKNOWLEDGEMENT = 3
    ENROLMENT_CODES = 4  # D7
    COSIGNATURE_REQUEST = 5  # L5
    COSIGNATURE = 6  # L5
    RELEASE_DECISION = 7  # R7
    CHANNEL_REQUEST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """`kind` is a ControlKind or a number of a later version; `author`, `ledger_*` as in an envelope (S8)."""

    kind: int
    message: MessageId
    operation: OperationId
    channel: ChannelId
    author: bytes
    ledger_sequence: int
    ledger_hash: bytes
    written_at: int
    body: bytes

    def encode(self) -> bytes:
        return codec.concat(
            [
                CONTROL_PREFIX,
                codec.uint(CONTROL_VERSION, 2),
                codec.uint(self.kind, 1),
                codec.fixed(self.message, MESSAGE_ID_BYTES),
                codec.fixed(self.operation, OPERATION_ID_BYTES),
                codec.fixed(self.channel, CHANNEL_ID_BYTES),
                codec.fixed(self.author, HASH_BYTES),
                codec.uint(self.ledger_sequence, 8),
                codec.fixed(self.ledger_hash, HASH_BYTES),
                codec.uint(self.written_at, 8),
                codec.opaque(self.body),
            ]
        )


@dataclass(frozen=True, slots=True)
class SignedControl:
    """Exact bytes and a signature over them. Nothing is known of the signature before `verify`."""

    content: bytes
    signature: bytes

    def encode(self) -> bytes:
        return codec.opaque(self.content) + codec.opaque(self.signature)

    def verify(self, signature_key: bytes) -> Control:
        """The device that holds `signature_key` said exactly this.

        Raises:
            BadSignature: it did not.
            MalformedError: it signed something that is no control message.
        """
        verify_with_label(signature_key, LABEL_CONTROL, self.content, self.signature)
        return decode_control(self.content)


def sign_control(control: Control, key: SigningKey) -> SignedControl:
    """Sign with the device's MLS signature key (rule S8)."""
    content = control.encode()
    return SignedControl(content, sign_with_label(key, LABEL_CONTROL, content))


def decode_control(data: bytes) -> Control:
    """The control message that exactly `data` encodes; whether its body is one of its kind is the kind's question.

    Raises:
        MalformedError: anything else.
    """
    return codec.decode(data, _control)


def _control(reader: Reader) -> Control:
    if reader.opaque(most=len(LABEL_CONTROL)) != LABEL_CONTROL:
        raise MalformedError("not a control message")
    version = reader.uint(2)
    if version != CONTROL_VERSION:
        raise MalformedError(f"a control message of version {version}; this program reads version {CONTROL_VERSION}")
    return Control(
        kind=reader.uint(1),
        message=MessageId(reader.fixed(MESSAGE_ID_BYTES)),
        operation=OperationId(reader.fixed(OPERATION_ID_BYTES)),
        channel=ChannelId(reader.fixed(CHANNEL_ID_BYTES)),
        author=reader.fixed(HASH_BYTES),
        ledger_sequence=reader.uint(8),
        ledger_hash=reader.fixed(HASH_BYTES),
        written_at=reader.uint(8),
        body=reader.opaque(most=MAX_CONTROL_BODY_BYTES),
    )
