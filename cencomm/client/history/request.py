"""A request for history as this device keeps it until it is answered: its one-time key, how far the answer came.

The outline of the log part that is asked for lies beside it, so that each chunk is judged as it comes and nothing is
read twice. All of it goes, the key first of all, in the transaction that takes in the last chunk.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cencomm import codec
from cencomm.client.history.attendance import Span
from cencomm.client.history.outline import SEGMENT_ENTRIES, LoggedEntry, decode_outline, encode_outline
from cencomm.client.history.verifying import Outline
from cencomm.client.vault.state_store import StateStore, Writes
from cencomm.codec import Reader
from cencomm.ids import (
    ACCOUNT_ID_BYTES,
    CHANNEL_ID_BYTES,
    OPERATION_ID_BYTES,
    REQUEST_ID_BYTES,
    AccountId,
    ChannelId,
    OperationId,
    RequestId,
)
from cencomm.ledger.history_request import HistoryRequest
from cencomm.primitives.x25519 import PRIVATE_KEY_BYTES, PrivateKey

_PREFIX = "history-request/"
MAX_WHY_BYTES = 1 << 10
_OUTLINE_PREFIX = "history-outline/"


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A server whose answer is not taken. `why`: what is wrong with what it signed; empty: it lacked the entries."""

    server: AccountId
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`taken` chunks are taken in; entry `following` is the next that is to be answered for. `sent`: it is in the log.

    `messages`, `wrong` and `missing` count what came so far. `asked_at`: seconds by our clock, when it was last put
    into the log. `lacking`: it asks for what servers lacked before, and nothing else of its span is looked at.
    """

    request: RequestId
    operation: OperationId
    channel: ChannelId
    generation: int
    span: Span
    private_key: PrivateKey
    sent: bool
    taken: int
    following: int
    messages: int
    wrong: int
    missing: int
    asked_at: int = 0
    lacking: bool = False
    passed_over: tuple[PassedOver, ...] = ()

    @property
    def guilty(self) -> tuple[PassedOver, ...]:
        """Servers that signed what is no answer: the unit has to know them."""
        return tuple(one for one in self.passed_over if one.why)

    @property
    def key(self) -> str:
        return _PREFIX + self.request.hex()

    @property
    def body(self) -> HistoryRequest:
        return HistoryRequest(
            request=self.request,
            generation=self.generation,
            first=self.span.first,
            last=self.span.last,
            public_key=self.private_key.public_key(),
        )

    def encode(self) -> bytes:
        return codec.concat(
            [
                codec.fixed(self.request, REQUEST_ID_BYTES),
                codec.fixed(self.operation, OPERATION_ID_BYTES),
                codec.fixed(self.channel, CHANNEL_ID_BYTES),
                codec.uint(self.generation, 4),
                codec.uint(self.span.first, 8),
                codec.uint(self.span.last, 8),
                codec.fixed(self.private_key.expose(), PRIVATE_KEY_BYTES),
                codec.uint(self.sent, 1),
                codec.uint(self.taken, 4),
                codec.uint(self.following, 8),
                codec.uint(self.messages, 8),
                codec.uint(self.wrong, 8),
                codec.uint(self.missing, 8),
                codec.uint(self.asked_at, 8),
                codec.uint(self.lacking, 1),
                codec.vector(
                    codec.fixed(one.server, ACCOUNT_ID_BYTES) + codec.opaque(one.why.encode())
                    for one in self.passed_over
                ),
            ]
        )


def begin_writes(asked: Asked, outline: Sequence[LoggedEntry]) -> Writes:
    """The request and the outline of what it asks for, from the Commit on that began the first entry's epoch."""
    segments = (outline[start : start + SEGMENT_ENTRIES] for start in range(0, len(outline), SEGMENT_ENTRIES))
    at = _outline_at(asked.request)
    return {
        asked.key: asked.encode(),
        **{f"{at}{number:08d}": encode_outline(segment) for number, segment in enumerate(segments)},
    }


async def end_writes(store: StateStore, asked: Asked) -> Writes:
    """Nothing of it is left."""
    rows = await store.scan(_outline_at(asked.request))
    return {asked.key: None, **{key: None for key, _ in rows}}


async def load_asked(store: StateStore) -> list[Asked]:
    """Every request that is not answered in whole."""
    return [codec.decode(value, _read) for _, value in await store.scan(_PREFIX)]


async def load_request(store: StateStore, asked: Asked) -> Asked | None:
    """The request as it is kept now; None: it was answered in whole, or given up."""
    value = await store.get(asked.key)
    return None if value is None else codec.decode(value, _read)


async def load_outline(store: StateStore, asked: Asked) -> Outline:
    segments = await store.scan(_outline_at(asked.request))
    entries: Iterable[LoggedEntry] = (entry for _, value in segments for entry in decode_outline(value))
    return Outline(asked.operation, asked.channel, asked.generation, tuple(entries))


def _outline_at(request: RequestId) -> str:
    return f"{_OUTLINE_PREFIX}{request.hex()}/"


def _read(reader: Reader) -> Asked:
    asked = Asked(
        request=RequestId(reader.fixed(REQUEST_ID_BYTES)),
        operation=OperationId(reader.fixed(OPERATION_ID_BYTES)),
        channel=ChannelId(reader.fixed(CHANNEL_ID_BYTES)),
        generation=reader.uint(4),
        span=Span(reader.uint(8), reader.uint(8)),
        private_key=PrivateKey(reader.fixed(PRIVATE_KEY_BYTES)),
        sent=bool(reader.uint(1)),
        taken=reader.uint(4),
        following=reader.uint(8),
        messages=reader.uint(8),
        wrong=reader.uint(8),
        missing=reader.uint(8),
    )
    if reader.at_end():  # written before each server had an answer of its own
        return asked
    return replace(
        asked, asked_at=reader.uint(8), lacking=bool(reader.uint(1)), passed_over=reader.vector(_read_passed_over)
    )


def _read_passed_over(reader: Reader) -> PassedOver:
    return PassedOver(AccountId(reader.fixed(ACCOUNT_ID_BYTES)), reader.opaque(most=MAX_WHY_BYTES).decode())
