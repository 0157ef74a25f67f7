"""The store while messages are gathered: what will be written is read as if it were."""

import pytest

from cencomm.client.gathering import Gathering, GatheringStore
from cencomm.errors import UsageError
from tests.fakes.memory_store import MemoryStore


@pytest.fixture
async def store() -> MemoryStore:
    store = MemoryStore()
    await store.apply({"a/1": b"one", "a/2": b"two", "b/1": b"other"}, expected_version=0)
    return store


async def test_what_is_gathered_is_read_over_what_is_written(store: MemoryStore) -> None:
    gathering = Gathering({}, {}, {}, writes={"a/2": None, "a/3": b"three", "b/1": b"new"})

    over = GatheringStore(store, gathering)

    assert [await over.get(key) for key in ("a/1", "a/2", "a/3", "b/1")] == [b"one", None, b"three", b"new"]
    assert await over.scan("a/") == [("a/1", b"one"), ("a/3", b"three")]
    assert await over.version() == await store.version()


async def test_nobody_but_the_mailbox_writes_while_messages_are_gathered(store: MemoryStore) -> None:
    """A write in between would be judged on what may never be durable."""
    with pytest.raises(UsageError):
        await GatheringStore(store, Gathering({}, {}, {})).apply({"a/1": b"else"}, expected_version=1)
