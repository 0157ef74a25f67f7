"""History beside what came by itself: which entries nobody could say anything of, and in which order people read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cencomm import codec
from cencomm.client.events import Place
from cencomm.client.vault.journal import message_key
from cencomm.client.vault.state_store import StateStore, Writes
from cencomm.codec import Reader
from cencomm.ids import ACCOUNT_ID_BYTES, AccountId, ChannelId, OperationId
from cencomm.ledger.history_items import MAX_REASON_BYTES, Absent, Missing
from cencomm.ledger.kinds import read_kind

_MISSING_PREFIX = "history-missing/"


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingEntry:
    """A log entry of which no server could or would say what it held. `said_by`: whose word that is; None: not kept."""

    operation: OperationId
    channel: ChannelId
    generation: int
    sequence: int
    why: Missing
    reason: str
    said_by: AccountId | None


def missing_writes(places: Iterable[tuple[Place, Absent]], said_by: AccountId) -> Writes:
    return {
        _missing_key(place): codec.uint(absent.why, 1) + codec.opaque(absent.reason.encode()) + said_by
        for place, absent in places
    }


def found_writes(places: Iterable[Place]) -> Writes:
    """What another server lacked is here."""
    return {_missing_key(place): None for place in places}


async def load_missing(store: StateStore, operation: OperationId) -> list[MissingEntry]:
    """In the order of the logs."""
    found = []
    for key, value in await store.scan(f"{_MISSING_PREFIX}{operation.hex()}/"):
        channel, generation, sequence = key.split("/")[2:]
        why, reason, said_by = codec.decode(value, _read_missing)
        found.append(
            MissingEntry(
                operation=operation,
                channel=ChannelId(bytes.fromhex(channel)),
                generation=int(generation),
                sequence=int(sequence),
                why=why,
                reason=reason,
                said_by=said_by,
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


def _read_missing(reader: Reader) -> tuple[Missing, str, AccountId | None]:
    why, reason = read_kind(reader, Missing), reader.opaque(most=MAX_REASON_BYTES).decode("ascii")
    return why, reason, None if reader.at_end() else AccountId(reader.fixed(ACCOUNT_ID_BYTES))
