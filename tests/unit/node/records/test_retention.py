"""What a charter lets nobody keep is gone from the disk when its time is over; that it was there is not."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from cencomm.archive.history import ArchivedHoldings
from cencomm.archive.retention import earlier_time
from cencomm.client.events import Quarantined, Reason
from cencomm.client.transport.relay_client import open_relay
from cencomm.errors import Unavailable
from cencomm.ids import OperationId
from cencomm.node.files.attachments import put_piece, unfinished
from cencomm.node.quarantine import count_set_aside, list_set_aside
from cencomm.node.records.criteria import Criteria, Labels
from cencomm.node.records.retention import BATCH, DAY_SECONDS, Due, delete_due, look_for_due
from cencomm.node.records.tables import ATTACHMENT_PIECES, CELLS, DELETIONS, MESSAGES, WORDS
from cencomm.node.store import NodeStore
from tests.fakes.loopback_relay import loopback_relay
from tests.unit.node.records.keep import Keep
from tests.unit.node.records.operation import CHANNEL, NOW, Desk
from tests.unit.node.records.test_attachments import described

MARKER = "Qxwvek"
CAME = NOW + 60  # when the node of these tests receives everything
OVER = CAME + 30 * DAY_SECONDS + 1  # the charter says 30 days


async def due_at(archive: Keep, desk: Desk, now: int) -> Due:
    async with archive.database.reading() as connection:
        (due,) = await look_for_due(connection, {desk.operation.id: desk.operation}, now=now)
    return due


async def take_all(archive: Keep, desk: Desk) -> None:
    """A note with a file, and one that was set aside; all say MARKER."""
    content = MARKER.encode()
    await archive.take(
        desk.message("note", {"text": MARKER}, attachments=(described(content, name=f"{MARKER}.pdf"),)),
        Quarantined(place=desk.next_place(), reason=Reason.CONFLICT, detail=MARKER, message=content, account=None),
    )
    async with archive.database.reading() as connection:
        (file,) = await unfinished(connection)
    await archive.database.transact(lambda connection: put_piece(connection, file, 0, content))


async def test_a_record_goes_when_its_time_is_over_and_not_a_second_before(archive: Keep, desk: Desk) -> None:
    await take_all(archive, desk)

    assert (await due_at(archive, desk, OVER - 1)).records == 0
    due = await due_at(archive, desk, OVER)
    assert (due.records, due.evidence, due.deleted) == (1, 1, 0)
    assert await delete_due(archive.database, due, now=OVER) == 1

    after = await due_at(archive, desk, OVER)
    assert (after.records, after.evidence, after.deleted) == (0, 0, 1)
    async with archive.database.reading() as connection:
        for table in (MESSAGES, CELLS, WORDS, ATTACHMENT_PIECES):
            assert await connection.scalar(select(func.count()).select_from(table)) == 0
        counted = (await connection.execute(select(DELETIONS))).one()
        assert await count_set_aside(connection) == {Reason.CONFLICT: 1}
        (aside,) = await list_set_aside(connection)
    assert (counted.records, counted.files, counted.reached, counted.deleted_at) == (1, 1, 1, OVER)
    assert (aside.evidence, aside.detail) == (b"", "")


async def test_no_byte_of_it_is_left_in_the_folder(archive: Keep, desk: Desk, tmp_path: Path) -> None:
    """Pages are overwritten, the index of words is written anew, the write-ahead log is cut."""

    def on_disk() -> set[str]:
        """In whole, or as the parts of words of which the index consists."""
        parts = (MARKER.encode(), MARKER[:3].lower().encode())
        kept = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        return {f"{part!r} in {name}" for name, data in kept.items() for part in parts if part in data}

    await take_all(archive, desk)
    assert on_disk()

    await delete_due(archive.database, await due_at(archive, desk, OVER), now=OVER)

    assert on_disk() == set()


async def test_what_remains_is_found_and_the_rest_is_said_not_to_be_held(
    archive: Keep, desk: Desk, store: NodeStore, labels: Labels
) -> None:
    await archive.take(desk.message("note", {"text": "old"}))
    await delete_due(archive.database, await due_at(archive, desk, OVER), now=OVER)
    await archive.take(desk.message("note", {"text": "new"}))

    assert await archive.headings(Criteria(), labels) == ["new"]
    held = await ArchivedHoldings(store).held(desk.operation.id, CHANNEL, 1, window=0)
    assert list(held) == [2]


async def test_another_operations_records_stay(archive: Keep, desk: Desk) -> None:
    await archive.take(desk.message("note", {"text": "ours"}))
    other = Due(operation=OperationId(bytes(32)), days=30, before=OVER, records=1, evidence=0, deleted=0)

    assert await delete_due(archive.database, other, now=OVER) == 0
    assert (await due_at(archive, desk, OVER)).records == 1


async def test_more_than_a_batch_goes_and_is_counted_together(archive: Keep, desk: Desk) -> None:
    await archive.take(*desk.many(BATCH + 1, "note", {"text": "x"}))

    assert await delete_due(archive.database, await due_at(archive, desk, OVER), now=OVER) == BATCH + 1
    assert (await due_at(archive, desk, OVER)).deleted == BATCH + 1


async def test_one_clock_that_is_ahead_makes_nothing_old(tmp_path: Path) -> None:
    """Whoever can put our clock ahead, or is the relay, would else delete an archive."""
    async with loopback_relay(tmp_path / "relay", clock=lambda: NOW) as served, open_relay(served.url) as relay:
        assert await earlier_time(lambda: NOW + 900 * DAY_SECONDS, relay) == NOW
        assert await earlier_time(lambda: NOW - 5, relay) == NOW - 5
    async with open_relay(served.url) as relay:
        with pytest.raises(Unavailable):
            await earlier_time(lambda: NOW, relay)
