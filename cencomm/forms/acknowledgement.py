"""An acknowledgement: a person at the author's post has seen a message. The body of a control message of kind 3.

It names the message as deduplication does (rule S4): by the author's identity key and the message id, so that nobody
else's message under the same id is taken for it.

Source: docs/protocol.md section 6.1.1.
"""

from dataclasses import dataclass

from cencomm import codec
from cencomm.ids import MESSAGE_ID_BYTES, MessageId
from cencomm.primitives.signatures import PUBLIC_KEY_BYTES


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Of the message `message` that the identity `author` wrote."""

    author: bytes
    message: MessageId

    def encode(self) -> bytes:
        return codec.fixed(self.author, PUBLIC_KEY_BYTES) + codec.fixed(self.message, MESSAGE_ID_BYTES)


def decode_acknowledgement(data: bytes) -> Acknowledgement:
    """Raises MalformedError for anything that `encode` does not write."""
    return codec.decode(
        data,
        lambda reader: Acknowledgement(reader.fixed(PUBLIC_KEY_BYTES), MessageId(reader.fixed(MESSAGE_ID_BYTES))),
    )
