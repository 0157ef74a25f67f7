"""History on its way: chunks that the relay keeps for who asked for them (H2, docs/protocol.md section 6.3)."""

from typing import Annotated

from msgspec import Meta, Struct

from cencomm.wire.errors import refuse_longer
from cencomm.wire.fields import Counter
from cencomm.wire.limits import MAX_HISTORY_CHUNK_BYTES, MAX_HISTORY_CHUNKS


class PutHistoryChunk(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST …/history/{request}: a SignedChunk that follows those that are there."""

    chunk: bytes

    def __post_init__(self) -> None:
        refuse_longer(self.chunk, MAX_HISTORY_CHUNK_BYTES)


class HistoryState(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How far a request was answered: `chunks` of them, up to log entry `reached` (0: none)."""

    chunks: Counter
    reached: Counter
    complete: bool


class HistoryChunks(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """GET …/history/{request}/chunks: those after the last one held. `complete`: the answer's last one is there."""

    chunks: Annotated[tuple[bytes, ...], Meta(max_length=MAX_HISTORY_CHUNKS)]
    complete: bool

    def __post_init__(self) -> None:
        for chunk in self.chunks:
            refuse_longer(chunk, MAX_HISTORY_CHUNK_BYTES)
