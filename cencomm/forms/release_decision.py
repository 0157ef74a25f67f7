"""What an owner decided about a seizure and CEN, beside the release itself. The body of a control message of kind 7.

    pending, refused    name the seizure
    withdrawn           names the release: whoever keeps it deletes it

A seizure or release is named as deduplication does (rule S4), by its author's identity key and message id. No field
takes words: a release channel is read by others, and by CEN, which is told nothing about persons.

Source: docs/protocol.md section 6.4.1.
"""

from dataclasses import dataclass
from enum import IntEnum

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError
from cencomm.ids import MESSAGE_ID_BYTES, MessageId
from cencomm.primitives.signatures import PUBLIC_KEY_BYTES

VERSION = 1


class Decided(IntEnum):
    """The numbers are on the wire: add, never change. That something is released, the release says."""

    PENDING = 1
    REFUSED = 2
    WITHDRAWN = 3


class Ground(IntEnum):
    """Why, in a word that names nobody. The numbers are on the wire: add, never change."""

    NOT_SAID = 0
    INVESTIGATION = 1
    COURT = 2
    NOT_FINAL = 3
    REPORTED_OTHERWISE = 4
    MISTAKE = 5


@dataclass(frozen=True, slots=True)
class ReleaseDecision:
    """`author` and `message`: of the seizure, or of the release when it is withdrawn."""

    decided: Decided
    author: bytes
    message: MessageId
    ground: Ground = Ground.NOT_SAID

    def encode(self) -> bytes:
        return codec.concat(
            [
                codec.uint(VERSION, 2),
                codec.uint(self.decided, 1),
                codec.fixed(self.author, PUBLIC_KEY_BYTES),
                codec.fixed(self.message, MESSAGE_ID_BYTES),
                codec.uint(self.ground, 1),
            ]
        )


def decode_release_decision(data: bytes) -> ReleaseDecision:
    """Raises MalformedError for anything that `encode` does not write."""
    return codec.decode(data, _decision)


def _decision(reader: Reader) -> ReleaseDecision:
    version = reader.uint(2)
    if version != VERSION:
        raise MalformedError(f"a release decision of version {version}; this program reads version {VERSION}")
    decided, author = reader.uint(1), reader.fixed(PUBLIC_KEY_BYTES)
    message, ground = MessageId(reader.fixed(MESSAGE_ID_BYTES)), reader.uint(1)
    try:
        return ReleaseDecision(Decided(decided), author, message, Ground(ground))
    except ValueError:
        raise MalformedError("a release decision or a ground that does not exist") from None
