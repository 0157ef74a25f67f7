"""History on its way: chunks that the relay keeps for who asked for them (H2, docs/protocol.md section 6.3)."""

from typing import Annotated

from msgspec import Meta, Struct

from cencomm.wire.errors import refuse_longer
from cencomm.wire.fields import Counter, Sequence
from cencomm.wire.limits import MAX_HISTORY_CHUNK_BYTES, MAX_HISTORY_CHUNKS


class PutHistoryChunk(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST …/history/{request}: a SignedChunk that follows those of the same server."""

    chunk: bytes

    def __post_init__(self) -> None:
        refuse_longer(self.chunk, MAX_HISTORY_CHUNK_BYTES)


class HistoryState(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What there is for a request, as the server that asks, or brings a chunk, needs to know it.

    Its own answer: `chunks` of them, up to log entry `answered` (0: none). `taken`: the last entry that who asked has
    an answer for. `reached`: how far all answers that were not refused go without a gap. `closed`: who asked wants no
    more, or no more of this server.
    """

    chunks: Counter
    answered: Counter
    taken: Counter
    reached: Counter
    closed: bool


class HistoryChunks(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """GET …/history/{request}/chunks: what answers, without a gap, for the entries from the wanted one on."""

    chunks: Annotated[tuple[bytes, ...], Meta(max_length=MAX_HISTORY_CHUNKS)]

    def __post_init__(self) -> None:
        for chunk in self.chunks:
            refuse_longer(chunk, MAX_HISTORY_CHUNK_BYTES)


class HistoryTaken(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST …/history/{request}/taken: who asked has an answer for each entry up to `last`."""

    last: Sequence
