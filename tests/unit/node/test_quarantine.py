"""What was set aside is listed, the newest first, with its durable reason."""

import pytest
from sqlalchemy.exc import IntegrityError

from cencomm.client.events import ChannelStalled, Place, Quarantined, Reason
from cencomm.ids import AccountId, ChannelId, OperationId
from cencomm.node.database import Database
from cencomm.node.quarantine import count_set_aside, list_set_aside, set_aside

ONE, OTHER = OperationId(b"\x01" * 32), OperationId(b"\x02" * 32)


def place(operation: OperationId, sequence: int) -> Place:
    return Place(
        operation=operation,
        channel=ChannelId(b"\x0c" * 16),
        generation=1,
        sequence=sequence,
        log_hash=bytes([sequence]) * 32,
        epoch=3,
    )


def message(operation: OperationId, sequence: int, reason: Reason) -> Quarantined:
    return Quarantined(
        place=place(operation, sequence),
        reason=reason,
        detail=f"detail {sequence}",
        message=b"as it came",
        account=AccountId(b"\x0a" * 16),
    )


async def put(database: Database, event: Quarantined | ChannelStalled) -> None:
    await database.transact(lambda connection: set_aside(connection, event, now=1_000))


async def test_the_newest_comes_first_and_pages_go_back(database: Database) -> None:
    for sequence in range(1, 5):
        await put(database, message(ONE, sequence, Reason.UNDECRYPTABLE))
    await put(database, message(OTHER, 1, Reason.CONFLICT))

    async with database.reading() as connection:
        newest = await list_set_aside(connection, limit=2)
        older = await list_set_aside(connection, before=newest[-1].id)
        mine = await list_set_aside(connection, operation=OTHER)
        counts = await count_set_aside(connection)

    assert [(one.place.operation, one.place.sequence) for one in newest] == [(OTHER, 1), (ONE, 4)]
    assert [one.place.sequence for one in older] == [3, 2, 1]
    assert [one.place.operation for one in mine] == [OTHER]
    assert counts == {Reason.UNDECRYPTABLE: 4, Reason.CONFLICT: 1}


async def test_an_entry_is_kept_as_it_came(database: Database) -> None:
    event = message(ONE, 7, Reason.NOT_THE_AUTHOR)
    await put(database, event)

    async with database.reading() as connection:
        (kept,) = await list_set_aside(connection)

    assert (kept.place, kept.reason, kept.detail) == (event.place, event.reason, event.detail)
    assert (kept.account, kept.evidence, kept.set_aside_at) == (event.account, event.message, 1_000)
    assert kept.alarm


async def test_a_stalled_channel_is_an_alarm_with_the_hash_of_the_commit(database: Database) -> None:
    await put(
        database, ChannelStalled(place=place(ONE, 2), rule="C5", detail="a leaf too many", commit_hash=b"\x0e" * 32)
    )

    async with database.reading() as connection:
        (kept,) = await list_set_aside(connection)

    assert (kept.reason, kept.detail, kept.evidence) == (Reason.BAD_COMMIT, "C5: a leaf too many", b"\x0e" * 32)
    assert kept.alarm


async def test_one_place_in_the_log_is_set_aside_once(database: Database) -> None:
    await put(database, message(ONE, 1, Reason.ILL_FORMED))

    with pytest.raises(IntegrityError):
        await put(database, message(ONE, 1, Reason.ILL_FORMED))
