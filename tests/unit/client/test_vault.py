"""The mailbox on disk: durable, ours alone, and of no use to who takes the disk."""

import asyncio
import base64
import contextlib
import json
import resource
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from cencomm.client.account.sign_in import SignInParameters, WrappingKey
from cencomm.client.errors import MailboxInUse, StaleStore, VaultDamaged, WrongPassword
from cencomm.client.vault.folder import HEADER, LOCK, STORE, read_header
from cencomm.client.vault.header import VaultHeader
from cencomm.client.vault.state_store import MAX_KEY_LETTERS, MAX_VALUE_BYTES, StateStore
from cencomm.client.vault.vault import Vault, open_vault
from cencomm.errors import Unavailable, UsageError
from cencomm.ids import AccountId
from cencomm.secret import system_entropy
from tests.fakes.mailbox import ACCOUNT, PARAMETERS, WRAPPING_KEY, make_mailbox
from tests.fakes.memory_store import MemoryStore

MARKER = b"a marker that must not be found"


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    return await make_mailbox(tmp_path / "mailbox")


@pytest.fixture(params=["vault", "memory"])
async def store(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[StateStore]:
    """The real one and the fake that stands for it elsewhere: what is true of one is true of the other."""
    if request.param == "memory":
        yield MemoryStore()
        return
    async with opened(folder) as vault:
        yield vault


def opened(folder: Path, key: WrappingKey = WRAPPING_KEY) -> contextlib.AbstractAsyncContextManager[Vault]:
    return open_vault(folder, key, entropy=system_entropy)


async def filled(folder: Path, *contents: dict[str, bytes | None]) -> Path:
    async with opened(folder) as vault:
        for writes in contents:
            await vault.apply(writes, expected_version=await vault.version())
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def open_to_group(folder: Path) -> None:
    folder.chmod(0o750)


def modes(folder: Path) -> tuple[int, set[int]]:
    return folder.stat().st_mode & 0o777, {path.stat().st_mode & 0o777 for path in folder.iterdir()}


@contextlib.contextmanager
def another_holder(folder: Path) -> Iterator[None]:
    """A process that holds the mailbox's lock until it is killed."""
    program = (
        "import fcntl, sys; file = open(sys.argv[1], 'a'); fcntl.flock(file, fcntl.LOCK_EX);"
        "print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, str(folder / LOCK)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            process.kill()


async def test_writes_are_read_back_sorted_by_key(store: StateStore) -> None:
    version = await store.apply({"b/2": b"two", "b/1": b"one", "a": b""}, expected_version=await store.version())

    assert await store.scan("b/") == [("b/1", b"one"), ("b/2", b"two")]
    assert await store.get("a") == b""
    assert await store.get("c") is None
    assert await store.version() == version == 1


async def test_writes_replace_and_delete(store: StateStore) -> None:
    await store.apply({"a": b"old", "b": b"old"}, expected_version=0)

    await store.apply({"a": b"new", "b": None, "never": None}, expected_version=1)

    assert await store.scan("") == [("a", b"new")]


async def test_a_writer_who_did_not_see_the_newest_version_changes_nothing(store: StateStore) -> None:
    await store.apply({"a": b"first"}, expected_version=0)

    with pytest.raises(StaleStore):
        await store.apply({"a": b"second", "b": b"second"}, expected_version=0)

    assert await store.scan("") == [("a", b"first")]
    assert await store.version() == 1


async def test_two_writers_of_one_version_race_and_one_wins(store: StateStore) -> None:
    attempts = [store.apply({"winner": bytes([n])}, expected_version=0) for n in range(10)]

    outcomes = await asyncio.gather(*attempts, return_exceptions=True)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["StaleStore"] * 9 + ["int"]
    assert await store.version() == 1


async def test_everything_is_there_after_opening_again(folder: Path) -> None:
    await filled(folder, {"a": b"1", "b": b"2"}, {"a": None, "b": b"3"})

    async with opened(folder) as vault:
        assert await vault.scan("") == [("b", b"3")]
        assert await vault.version() == 2


@pytest.mark.parametrize(
    "writes",
    [{"": b""}, {"k" * (MAX_KEY_LETTERS + 1): b""}, {"é": b""}, {"a\n": b""}, {"big": bytes(MAX_VALUE_BYTES + 1)}],
)
async def test_keys_and_values_have_limits(folder: Path, writes: dict[str, bytes]) -> None:
    async with opened(folder) as vault:
        with pytest.raises(UsageError):
            await vault.apply(writes | {"good": b""}, expected_version=0)

        assert await vault.scan("") == []
        assert await vault.version() == 0


async def test_the_header_tells_what_to_stretch_the_password_with(folder: Path) -> None:
    header = read_header(folder)

    assert (header.account, header.relay_url, header.parameters) == (ACCOUNT, "https://relay.example", PARAMETERS)


async def test_another_password_opens_nothing(folder: Path) -> None:
    with pytest.raises(WrongPassword):
        async with opened(folder, WrappingKey(bytes(32))):
            pass


async def test_a_mailbox_is_never_made_over_another(folder: Path) -> None:
    await filled(folder, {"a": b"1"})

    with pytest.raises(UsageError, match="already"):
        await make_mailbox(folder)

    async with opened(folder) as vault:
        assert await vault.get("a") == b"1"


async def test_what_an_interrupted_making_left_is_no_mailbox_and_is_replaced(folder: Path) -> None:
    (folder / HEADER).unlink()
    with pytest.raises(UsageError, match="no mailbox"):
        read_header(folder)

    await make_mailbox(folder)

    async with opened(folder) as vault:
        assert await vault.version() == 0


async def test_a_folder_without_a_mailbox_says_so(tmp_path: Path) -> None:
    for folder in (tmp_path / "absent", tmp_path):
        with pytest.raises(UsageError):
            async with opened(folder):
                pass


async def test_nobody_else_may_look_into_the_folder(folder: Path) -> None:
    await filled(folder, {"a": b"1"})
    assert modes(folder) == (0o700, {0o600})

    open_to_group(folder)

    with pytest.raises(UsageError, match="chmod 700"):
        async with opened(folder):
            pass


async def test_a_second_process_is_told_that_the_mailbox_is_in_use(folder: Path) -> None:
    with another_holder(folder), pytest.raises(MailboxInUse, match="another cencomm is running"):
        async with opened(folder):
            pass

    async with opened(folder):  # a lock dies with its process
        pass


async def test_a_mailbox_is_open_once_in_a_process_too(folder: Path) -> None:
    async with opened(folder):
        with pytest.raises(MailboxInUse):
            async with opened(folder):
                pass


async def test_a_writer_who_passes_by_the_lock_is_noticed(folder: Path) -> None:
    async with opened(folder) as vault:
        (folder / LOCK).unlink()
        await filled(folder, {"other": b"1"})

        with pytest.raises(StaleStore):
            await vault.apply({"mine": b"1"}, expected_version=0)

    async with opened(folder) as vault:
        assert await vault.scan("") == [("other", b"1")]


async def test_a_version_that_only_the_disk_has_reached_is_stale_too(folder: Path) -> None:
    """What we hold in memory is one write behind: adding to it would seal a sum that is not true."""
    async with opened(folder) as vault:
        (folder / LOCK).unlink()
        await filled(folder, {"other": b"1"})

        with pytest.raises(StaleStore):
            await vault.apply({"mine": b"1"}, expected_version=1)

    async with opened(folder) as vault:
        assert await vault.scan("") == [("other", b"1")]


async def test_a_row_put_back_while_the_mailbox_is_open_is_refused(folder: Path) -> None:
    async with opened(folder) as vault:
        await vault.apply({"a": b"yesterday"}, expected_version=0)
        old = row_one(folder)
        await vault.apply({"a": b"today"}, expected_version=1)
        put_back(folder, old)

        with pytest.raises(VaultDamaged, match="exchanged"):
            await vault.get("a")


async def test_a_full_disk_changes_nothing_and_passes(folder: Path) -> None:
    async with opened(folder) as vault:
        await vault.apply({"a": b"1"}, expected_version=0)

        with file_size_limit(64 << 10), pytest.raises(Unavailable):
            await vault.apply({"a": b"2", "big": bytes(1 << 20)}, expected_version=1)

        assert await vault.scan("") == [("a", b"1")]
        assert await vault.version() == 1
        await vault.apply({"a": b"3", "big": bytes(1 << 20)}, expected_version=1)

    async with opened(folder) as vault:
        assert await vault.get("a") == b"3"
        assert await vault.version() == 2


async def test_no_mailbox_is_made_on_a_full_disk(tmp_path: Path) -> None:
    with file_size_limit(1 << 10), pytest.raises(Unavailable):
        await make_mailbox(tmp_path / "mailbox")

    await make_mailbox(tmp_path / "mailbox")


async def test_a_cancelled_write_takes_place_whole(folder: Path) -> None:
    async with opened(folder) as vault:
        writing = asyncio.ensure_future(vault.apply({"a": b"1", "b": b"1"}, expected_version=0))
        await asyncio.sleep(0)
        writing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writing

        assert [key for key, _ in await vault.scan("")] == ["a", "b"] * await vault.version()


async def test_the_disk_shows_no_value_no_key_and_no_password(folder: Path) -> None:
    async with opened(folder) as vault:
        await vault.apply({f"key/{MARKER.decode()}/{n}": MARKER * 50 for n in range(50)}, expected_version=0)
        while_open = contents(folder)
    after = contents(folder)

    assert sum(map(len, while_open.values())) > 50 * 50 * len(MARKER)
    for data in (*while_open.values(), *after.values()):
        assert MARKER not in data
        assert b"key/" not in data
        assert WRAPPING_KEY.expose() not in data


async def test_replaced_secrets_are_overwritten_in_the_file(folder: Path) -> None:
    """S6 as far as a file goes: the box of a past epoch is not found beside the key that would open it."""
    await filled(folder, {"epoch": b"past" * 500, "gone": b"past" * 500})
    boxes = [value for _, value in rows_of(folder)]
    assert all(box[:32] in (folder / STORE).read_bytes() for box in boxes)

    await filled(folder, {"epoch": b"next", "gone": None})

    assert contents(folder).keys() == {HEADER, STORE, LOCK}  # the write-ahead log is gone too
    assert not any(box[start : start + 32] in contents(folder)[STORE] for box in boxes for start in (0, 900))


def rows_of(folder: Path) -> list[tuple[int, bytes]]:
    with contextlib.closing(sqlite3.connect(folder / STORE)) as database:
        return database.execute("SELECT id, value FROM rows ORDER BY id").fetchall()


def row_one(folder: Path) -> tuple[bytes, bytes]:
    with contextlib.closing(sqlite3.connect(folder / STORE)) as database:
        nonce, value = database.execute("SELECT nonce, value FROM rows WHERE id = 1").fetchone()
        return nonce, value


def put_back(folder: Path, old: tuple[bytes, bytes]) -> None:
    with contextlib.closing(sqlite3.connect(folder / STORE)) as database, database:
        database.execute("UPDATE rows SET nonce = ?, value = ? WHERE id = 1", old)


def change(statement: str) -> Callable[[Path], None]:
    def tamper(folder: Path) -> None:
        with contextlib.closing(sqlite3.connect(folder / STORE)) as database, database:
            database.executescript(statement)

    return tamper


@pytest.mark.parametrize(
    "tamper",
    [
        change("UPDATE rows SET value = (SELECT value FROM rows AS other WHERE other.id <> rows.id)"),
        change("UPDATE rows SET (nonce, value) = (SELECT nonce, value FROM rows AS other WHERE other.id <> rows.id)"),
        change("UPDATE rows SET name = (SELECT name FROM rows AS other WHERE other.id <> rows.id)"),
        change("DELETE FROM rows WHERE id = 1"),
        change("INSERT INTO rows (name, nonce, value) VALUES (x'00', zeroblob(24), x'00')"),
        change("UPDATE state SET version = 7"),
        change("DELETE FROM state"),
        change("DROP TABLE rows"),
        change("UPDATE rows SET value = zeroblob(40)"),
    ],
    ids=[
        "values swapped",
        "boxes swapped",
        "names swapped",
        "a row deleted",
        "a row added",
        "another version",
        "no state",
        "no table",
        "values overwritten",
    ],
)
async def test_rows_that_were_changed_on_disk_are_refused(folder: Path, tamper: Callable[[Path], None]) -> None:
    await filled(folder, {"a": b"value of a", "b": b"value of b"})
    tamper(folder)

    with pytest.raises(VaultDamaged):
        async with opened(folder) as vault:
            await vault.scan("")


async def test_one_row_put_back_as_it_was_is_refused(folder: Path) -> None:
    """A box of yesterday opens under today's key: a burned generation or an old cursor could so come back (S5)."""
    await filled(folder, {"a": b"yesterday", "b": b"x"})
    old = row_one(folder)
    await filled(folder, {"a": b"today"})
    put_back(folder, old)

    with pytest.raises(VaultDamaged, match="different times"):
        async with opened(folder):
            pass


async def test_the_store_of_another_mailbox_is_refused(folder: Path, tmp_path: Path) -> None:
    other = await make_mailbox(tmp_path / "other", account=AccountId(b"\x0f" * 16))
    await filled(other, {"a": b"theirs"})
    (folder / STORE).write_bytes((other / STORE).read_bytes())

    with pytest.raises(VaultDamaged):
        async with opened(folder):
            pass


@pytest.mark.parametrize("left", [0, 1, 100, 4096, 5000])
async def test_a_store_that_was_cut_is_refused(folder: Path, left: int) -> None:
    await filled(folder, {"a": b"1" * 5000})
    (folder / STORE).write_bytes((folder / STORE).read_bytes()[:left])

    with pytest.raises(VaultDamaged):
        async with opened(folder) as vault:
            await vault.scan("")


async def test_a_mailbox_without_its_store_is_refused(folder: Path) -> None:
    (folder / STORE).unlink()

    with pytest.raises(Unavailable):
        async with opened(folder):
            pass
    assert not (folder / STORE).exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("relay_url", "https://elsewhere.example"), ("account", "Dw8PDw8PDw8PDw8PDw8PDw=="), ("relay_name", "elsewhere")],
)
async def test_a_header_that_was_rewritten_opens_with_no_password(folder: Path, field: str, value: str) -> None:
    """Even with the checksum made to fit: a thief of the disk cannot send the owner to another relay."""
    fields = json.loads((folder / HEADER).read_bytes())
    (folder / HEADER).write_bytes(json.dumps(fields | {field: value}, separators=(",", ":")).encode())
    with pytest.raises(VaultDamaged):
        read_header(folder)

    (folder / HEADER).write_bytes(forged_header(fields | {field: value}))

    with pytest.raises(WrongPassword):
        async with opened(folder):
            pass


def forged_header(fields: dict[str, object]) -> bytes:
    """What somebody who knows the format writes: the changed fields under a checksum that fits."""

    def raw(name: str) -> bytes:
        return base64.b64decode(str(fields[name]))

    return VaultHeader(
        account=AccountId(raw("account")),
        relay_url=str(fields["relay_url"]),
        parameters=SignInParameters(
            relay_name=str(fields["relay_name"]), handle=raw("handle"), salt=raw("salt"), profile=1
        ),
        sealed_key=raw("sealed_key"),
    ).encode()


async def test_ten_thousand_values_open_within_a_second(folder: Path) -> None:
    await filled(folder, {f"message/{n:05}": bytes(3000) for n in range(10_000)})
    loop = asyncio.get_running_loop()

    started = loop.time()
    async with opened(folder) as vault:
        seconds = loop.time() - started
        assert len(await vault.scan("message/")) == 10_000

    assert seconds < 1


@contextlib.contextmanager
def file_size_limit(most: int) -> Iterator[None]:
    """No file grows beyond `most` bytes: what the kernel answers a write on a full disk, without filling one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
