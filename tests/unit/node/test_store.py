"""The member's state in the node's database: versions, seals, and nothing by halves."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.client.errors import StaleStore
from cencomm.client.vault.header import StoreKey
from cencomm.client.vault.state_store import MAX_KEY_LETTERS
from cencomm.errors import Unavailable, UsageError
from cencomm.node.database import Database, migrate, open_database
from cencomm.node.errors import NodeDamaged
from cencomm.node.sealing import Sealer
from cencomm.node.store import NodeStore
from cencomm.secret import system_entropy


async def test_what_was_written_is_there_after_opening_the_files_again(
    database: Database, store: NodeStore, path: Path
) -> None:
    assert await store.apply({"a/1": b"one", "a/2": b"", "b/1": b"three"}, expected_version=0) == 1
    assert await store.apply({"a/1": b"uno", "b/1": None}, expected_version=1) == 2
    await database.dispose()

    again = open_database(path)
    reopened = NodeStore(again, Sealer(store._sealer.key, system_entropy))

    assert await reopened.version() == 2
    assert await reopened.get("a/1") == b"uno"
    assert await reopened.get("b/1") is None
    assert await reopened.scan("a/") == [("a/1", b"uno"), ("a/2", b"")]
    await again.dispose()


async def test_a_scan_takes_its_prefix_literally(store: NodeStore) -> None:
    await store.apply({"a%/1": b"", "a_/1": b"", "ab/1": b"", "a/1": b"", "a/~": b"", "a0": b""}, expected_version=0)

    assert [name for name, _ in await store.scan("a/")] == ["a/1", "a/~"]
    assert [name for name, _ in await store.scan("a%")] == ["a%/1"]


async def test_two_writers_from_one_version_are_not_both_believed(store: NodeStore) -> None:
    await store.apply({"a": b"first"}, expected_version=0)

    with pytest.raises(StaleStore):
        await store.apply({"a": b"second"}, expected_version=0)

    assert (await store.version(), await store.get("a")) == (1, b"first")


@pytest.mark.parametrize("key", ["", "ä", "a\n", "x" * (MAX_KEY_LETTERS + 1)])
async def test_a_key_outside_the_limits_changes_nothing(store: NodeStore, key: str) -> None:
    with pytest.raises(UsageError):
        await store.apply({"good": b"", key: b""}, expected_version=0)

    assert await store.version() == 0
    assert await store.get("good") is None


async def test_a_full_disk_is_unavailable_and_changes_nothing(store: NodeStore) -> None:
    await store.apply({"a": b"before"}, expected_version=0)
    async with store.database.writer.connect() as connection:
        pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
        await connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(Unavailable):
        await store.apply({"a": b"after", "b": bytes(1 << 20)}, expected_version=1)

    assert (await store.version(), await store.get("a")) == (1, b"before")


async def test_a_copy_of_the_database_holds_no_value(database: Database, store: NodeStore, path: Path) -> None:
    secret = b"a private key of thirty-two byte"
    await store.apply({"identity": secret}, expected_version=0)
    await database.dispose()

    assert all(secret not in file.read_bytes() for file in path.parent.iterdir())
    thief = open_database(path)
    with pytest.raises(NodeDamaged):
        await NodeStore(thief, Sealer(StoreKey(bytes(32)), system_entropy)).get("identity")
    await thief.dispose()


async def test_a_value_under_another_name_does_not_open(database: Database, store: NodeStore, path: Path) -> None:
    await store.apply({"device": b"mine", "identity": b"other"}, expected_version=0)
    with sqlite3.connect(path) as connection:
        connection.execute(
            "UPDATE node_values SET box = (SELECT box FROM node_values WHERE name = 'identity') WHERE name = 'device'"
        )
    connection.close()

    with pytest.raises(NodeDamaged):
        await store.get("device")
    assert database is store.database


def test_migrating_twice_keeps_what_is_there(path: Path) -> None:
    migrate(path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE node_state SET version = 7")
    connection.close()

    migrate(path)

    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT version FROM node_state").fetchall() == [(7,)]
    connection.close()


@given(st.binary(max_size=200))
def test_any_bytes_open_as_sealed_or_are_called_damaged(box: bytes) -> None:
    sealer = Sealer(StoreKey(b"\x0e" * 32), system_entropy)

    with pytest.raises(NodeDamaged):
        sealer.open("name", box)
    assert sealer.open("name", sealer.seal("name", box)) == box
