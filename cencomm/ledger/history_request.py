"""What a member asks for who came later: a part of one log, sealed to a key that is used for this answer only (H2).

The request travels as a control message in the channel itself, so it is signed, ordered and seen by all its members.
"""

from dataclasses import dataclass

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError
from cencomm.ids import REQUEST_ID_BYTES, RequestId
from cencomm.ledger.log import FIRST_SEQUENCE
from cencomm.primitives.x25519 import PUBLIC_KEY_BYTES

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRequest:
    """Log entries `first` to `last` of one generation, sealed to the one-time X25519 key `public_key`."""

    request: RequestId
    generation: int
    first: int
    last: int
    public_key: bytes

    def encode(self) -> bytes:
        return codec.concat(
            [
                codec.uint(VERSION, 2),
                codec.fixed(self.request, REQUEST_ID_BYTES),
                codec.uint(self.generation, 4),
                codec.uint(self.first, 8),
                codec.uint(self.last, 8),
                codec.fixed(self.public_key, PUBLIC_KEY_BYTES),
            ]
        )


def decode_history_request(data: bytes) -> HistoryRequest:
    """The request that exactly `data` encodes; whether it may be answered is for `cencomm.ledger.history`.

    Raises:
        MalformedError: anything else.
    """
    return codec.decode(data, _read)


def _read(reader: Reader) -> HistoryRequest:
    if (version := reader.uint(2)) != VERSION:
        raise MalformedError(f"history requests of version {version} need a newer version of this program")
    request = HistoryRequest(
        request=RequestId(reader.fixed(REQUEST_ID_BYTES)),
        generation=reader.uint(4),
        first=reader.uint(8),
        last=reader.uint(8),
        public_key=reader.fixed(PUBLIC_KEY_BYTES),
    )
    if not FIRST_SEQUENCE <= request.first <= request.last:
        raise MalformedError("a history request asks for log entries from the first on, in their order")
    return request
