"""History in an officer's store: messages that are found, shown and answered like those that came by themselves.

They are numbered after what is here already, so that no number that somebody wrote down changes its meaning, and are
listed where they stand in the log (`reading_order`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cencomm import codec
from cencomm.client.events import MessageDelivered, Place, Quarantined
from cencomm.client.vault.journal import (
    COUNT_KEY,
    encode_message,
    encode_quarantined,
    message_key,
    number_key,
    quarantine_key,
)
from cencomm.client.vault.state_store import StateStore, Writes
from cencomm.codec import Reader
from cencomm.ids import ChannelId, OperationId
from cencomm.ledger.history_items import MAX_REASON_BYTES, Absent, Missing
from cencomm.ledger.kinds import read_kind

_FROM_HISTORY_PREFIX = "message-history/"
_MISSING_PREFIX = "history-missing/"


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingEntry:
    """A log entry of which no server could or would say what it held."""

    operation: OperationId
    channel: ChannelId
    generation: int
    sequence: int
    why: Missing
    reason: str


async def message_writes(store: StateStore, messages: Sequence[MessageDelivered]) -> Writes:
    """Each message under its place, with the next numbers, marked as history."""
    count = int.from_bytes(await store.get(COUNT_KEY) or b"", "big")
    writes: dict[str, bytes | None] = {}
    for number, message in enumerate(messages, start=count + 1):
        key = message_key(message.place)
        writes[key] = encode_message(message)
        writes[number_key(number)] = key.encode()
        writes[from_history_key(number)] = b""
    if messages:
        writes[COUNT_KEY] = codec.uint(count + len(messages), 8)
    return writes


def from_history_key(number: int) -> str:
    """There for a message that came as history and not when it was said."""
    return f"{_FROM_HISTORY_PREFIX}{number:012d}"


def wrong_writes(wrong: Iterable[Quarantined]) -> Writes:
    return {quarantine_key(one.place): encode_quarantined(one) for one in wrong}


def missing_writes(places: Iterable[tuple[Place, Absent]]) -> Writes:
    return {
        _missing_key(place): codec.uint(absent.why, 1) + codec.opaque(absent.reason.encode())
        for place, absent in places
    }


async def load_missing(store: StateStore, operation: OperationId) -> list[MissingEntry]:
    """In the order of the logs."""
    found = []
    for key, value in await store.scan(f"{_MISSING_PREFIX}{operation.hex()}/"):
        channel, generation, sequence = key.split("/")[2:]
        why, reason = codec.decode(value, _read_missing)
        found.append(
            MissingEntry(
                operation=operation,
                channel=ChannelId(bytes.fromhex(channel)),
                generation=int(generation),
                sequence=int(sequence),
                why=why,
                reason=reason,
            )
        )
    return found


def reading_order(numbered: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """(number, message key) in the order in which people read: as they came, and history where it stands in its log.

    A message of history is put before the first one of its channel that came by itself and stands behind it.
    """
    ordered: list[tuple[int, str, int]] = []
    by_channel: dict[str, int] = {}
    for number, key in sorted(numbered, key=lambda one: one[1], reverse=True):
        channel = key.rsplit("/", 2)[0]
        place = by_channel[channel] = min(by_channel.get(channel, number), number)
        ordered.append((place, key, number))
    return [(number, key) for _, key, number in sorted(ordered)]


def _missing_key(place: Place) -> str:
    return _MISSING_PREFIX + message_key(place).removeprefix("message/")


def _read_missing(reader: Reader) -> tuple[Missing, str]:
    return read_kind(reader, Missing), reader.opaque(most=MAX_REASON_BYTES).decode("ascii")
