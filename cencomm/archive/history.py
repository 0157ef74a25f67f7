"""What the archive holds of a log, for those who come later: its records, and what it set aside and why (H2)."""

from collections.abc import Mapping

from cencomm.client.history.holdings import WINDOW_ENTRIES, held_controls
from cencomm.ids import ChannelId, OperationId
from cencomm.ledger.history_items import Absent, Item, Missing, Opened
from cencomm.node.quarantine import reasons_between
from cencomm.node.records.reading import channel_evidence
from cencomm.node.store import NodeStore


class ArchivedHoldings:
    """The `Holdings` of an archive."""

    def __init__(self, store: NodeStore) -> None:
        self._store = store

    async def held(
        self, operation: OperationId, channel: ChannelId, generation: int, *, window: int
    ) -> Mapping[int, Item]:
        first, last = window * WINDOW_ENTRIES, (window + 1) * WINDOW_ENTRIES - 1
        place = operation, channel, generation
        async with self._store.database.reading() as connection:
            reasons = await reasons_between(connection, *place, first=first, last=last)
            records = await channel_evidence(connection, *place, after=first - 1, limit=WINDOW_ENTRIES)
        items: dict[int, Item] = {
            sequence: Absent(sequence, Missing.SET_ASIDE, reason.value) for sequence, reason in reasons.items()
        }
        items.update(await held_controls(self._store, *place, window=window))
        for record in records:
            if record.place.sequence <= last:
                items[record.place.sequence] = Opened(
                    sequence=record.place.sequence,
                    certificate=record.certificate,
                    salt=record.salt,
                    signed=record.signed.encode(),
                )
        return items
