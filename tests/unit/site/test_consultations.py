"""The log of who looked at what (domain.md E8): whoever tampers with it is noticed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from cencomm.node.database import Database, migrate
from cencomm.site.people.consultation import (
    NOWHERE,
    Consultation,
    Deed,
    Entry,
    Head,
    LogBroken,
    LogKey,
    Purpose,
    Via,
    follow,
    link,
)
from cencomm.site.people.queries.consultations import append, entries_before, head_of, verify
from cencomm.site.people.tables import METADATA

KEY = LogKey(bytes(range(32)))
LOOK = Consultation(
    at=1_795_305_600,
    person="ana",
    via=Via.BROWSER,
    deed=Deed.SEARCH,
    purpose=Purpose.LOCATE,
    asked='{"text":"ivory"}',
    found=3,
)
CHANGES: dict[str, Any] = {
    "at": LOOK.at + 1,
    "person": "bob",
    "via": "program",
    "deed": "open",
    "purpose": None,
    "asked": "{}",
    "found": 4,
    "recipient": "nobody",
    "chain": bytes(32),
}


@pytest.fixture
async def log(store: Database) -> Database:
    """Ana searched five times."""
    for number in range(5):
        await write(store, replace(LOOK, found=number))
    return store


async def write(store: Database, consultation: Consultation, key: LogKey = KEY) -> None:
    await store.transact(lambda connection: append(connection, key, consultation))


async def tamper(store: Database, statement: str, **values: Any) -> None:
    """As somebody who owns the file."""

    async def run(connection: Any) -> None:
        for trigger in ("update", "delete"):
            await connection.execute(text(f"DROP TRIGGER IF EXISTS consultations_no_{trigger}"))
        await connection.execute(text(statement), values)

    await store.transact(run)


async def verified(store: Database, noted: Head | None = None, key: LogKey = KEY) -> Head:
    async with store.reading() as connection:
        return await verify(connection, key, noted=noted)


async def test_an_untouched_log_leads_to_its_head(log: Database) -> None:
    async with log.reading() as connection:
        head = await head_of(connection)

    assert await verified(log, noted=head) == head
    assert head.number == 5


async def test_an_empty_log_is_whole(store: Database) -> None:
    assert await verified(store) == NOWHERE


@pytest.mark.parametrize("column", sorted(CHANGES))
async def test_e8_a_changed_entry_is_noticed(log: Database, column: str) -> None:
    statement = f"UPDATE consultations SET {column} = :value WHERE number = 3"  # noqa: S608 (a column named above)
    await tamper(log, statement, value=CHANGES[column])

    with pytest.raises(LogBroken, match="number 3"):
        await verified(log)


async def test_e8_a_removed_entry_is_noticed(log: Database) -> None:
    await tamper(log, "DELETE FROM consultations WHERE number = 2")

    with pytest.raises(LogBroken, match="number 2"):
        await verified(log)


async def test_e8_a_removed_entry_is_noticed_when_the_others_are_numbered_anew(log: Database) -> None:
    await tamper(log, "DELETE FROM consultations WHERE number = 2")
    for number in (3, 4, 5):
        await tamper(log, "UPDATE consultations SET number = number - 1 WHERE number = :number", number=number)

    with pytest.raises(LogBroken):
        await verified(log)


async def test_e8_two_entries_that_changed_places_are_noticed(log: Database) -> None:
    for old, new in ((2, 9), (3, 2), (9, 3)):
        await tamper(log, "UPDATE consultations SET number = :new WHERE number = :old", old=old, new=new)

    with pytest.raises(LogBroken):
        await verified(log)


async def test_e8_a_log_that_was_written_anew_without_the_key_is_noticed(log: Database) -> None:
    await tamper(log, "DELETE FROM consultations")
    for number in range(5):
        await write(log, replace(LOOK, found=number), key=LogKey(bytes(32)))

    with pytest.raises(LogBroken):
        await verified(log)


async def test_e8_an_entry_of_another_past_is_noticed(log: Database) -> None:
    """Its number and key are right, but it was written behind other entries: before a backup was put back, say."""
    async with log.reading() as connection:
        former = (await entries_before(connection, None, limit=1))[0]
    await tamper(log, "DELETE FROM consultations WHERE number > 3")
    for _ in range(2):
        await write(log, replace(LOOK, person="bob"))
    statement = "UPDATE consultations SET person = 'ana', found = 4, chain = :chain WHERE number = 5"
    await tamper(log, statement, chain=former.chain)

    with pytest.raises(LogBroken, match="number 5"):
        await verified(log)


async def test_e8_a_log_that_was_cut_is_noticed_by_a_head_that_was_noted(log: Database) -> None:
    noted = await verified(log)
    await tamper(log, "DELETE FROM consultations WHERE number > 3")

    assert (await verified(log)).number == 3  # which the entries alone do not show
    with pytest.raises(LogBroken, match="went on to number 5"):
        await verified(log, noted=noted)


async def test_e8_a_log_written_anew_by_the_owner_of_the_key_is_noticed_by_a_head_that_was_noted(
    log: Database,
) -> None:
    noted = await verified(log)
    await tamper(log, "DELETE FROM consultations")
    for _ in range(6):
        await write(log, LOOK)

    with pytest.raises(LogBroken, match="another than the one that was noted"):
        await verified(log, noted=noted)


@pytest.mark.parametrize("statement", ["UPDATE consultations SET found = 9", "DELETE FROM consultations"])
async def test_the_program_itself_cannot_rewrite_it(log: Database, statement: str) -> None:
    with pytest.raises(IntegrityError, match="only appended to"):
        await log.transact(lambda connection: connection.execute(text(statement)))
    await verified(log)


async def test_pages_go_from_the_newest_to_the_oldest(log: Database) -> None:
    async with log.reading() as connection:
        first = await entries_before(connection, None, limit=2)
        rest = await entries_before(connection, first[-1].number, limit=10)

    assert [entry.number for entry in [*first, *rest]] == [5, 4, 3, 2, 1]
    assert first[0].consultation.found == 4


async def test_a_word_that_we_never_write_is_noticed(log: Database) -> None:
    await tamper(log, "UPDATE consultations SET purpose = 'curiosity' WHERE number = 1")

    with pytest.raises(LogBroken, match="number 1"):
        await verified(log)


@given(
    st.builds(
        Consultation,
        at=st.integers(0, 2**40),
        person=st.text(),
        via=st.sampled_from(Via),
        deed=st.sampled_from(Deed),
        purpose=st.none() | st.sampled_from(Purpose),
        asked=st.text(),
        found=st.integers(0, 2**40),
        recipient=st.none() | st.text(),
    )
)
def test_no_two_consultations_have_one_chain(consultation: Consultation) -> None:
    entry = link(KEY, NOWHERE, consultation)

    assert follow(KEY, NOWHERE, entry) == Head(1, entry.chain)
    if consultation != LOOK:
        with pytest.raises(LogBroken):
            follow(KEY, NOWHERE, Entry(1, LOOK, entry.chain))


def test_the_migrations_make_exactly_the_tables_that_the_queries_use(tmp_path: Path) -> None:
    migrate(tmp_path / "people.sqlite", ("cencomm.site.people",))

    engine = create_engine(f"sqlite:///{tmp_path / 'people.sqlite'}")
    with engine.connect() as connection:
        options = {"include_name": lambda name, *_: name != "people_version"}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), METADATA) == []
    engine.dispose()
