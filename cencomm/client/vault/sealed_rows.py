"""One SQLite file of sealed rows: the only SQL of the client. Everything blocks; `vault` runs it in one thread.

Plain `sqlite3` and not SQLAlchemy over aiosqlite as in the servers: a transaction here is one call in one thread, so
that cancelling the coroutine that waits for it cannot leave half of it behind, and six statements need no builder.

A row is a sealed name and a sealed value whose associated data is the account and that name, so a value moved to
another row does not open. What single boxes cannot show (a row taken out, or an older one put back) shows in the seal
of the state: version, number of rows, and the sum of a keyed hash over (name, nonce) of all rows. It is checked at
opening. A whole folder put back as it was yesterday cannot be noticed here: that is rule D5's work.

On disk remain: how many values there are, how long each is, and the version. Rows that were replaced are overwritten
with zeros in the file (`secure_delete`); what the file system or the flash keeps of them is out of our reach.
"""

import contextlib
import hmac
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cencomm import codec
from cencomm.client.errors import StaleStore, VaultDamaged
from cencomm.client.vault.header import StoreKey
from cencomm.client.vault.state_store import MAX_KEY_LETTERS, Writes, check_writes
from cencomm.errors import ProtocolError, Unavailable
from cencomm.ids import AccountId
from cencomm.primitives import hkdf, secret_box
from cencomm.secret import Entropy, Secret

LABEL_NAME = b"cencomm store name"
LABEL_VALUE = b"cencomm store value"
LABEL_STATE = b"cencomm store state"
LABEL_SUM = b"cencomm store sum"

SUM_BYTES = 32  # an HMAC-SHA-256, added modulo 2^256
MAX_NAME_BOX_BYTES = MAX_KEY_LETTERS + secret_box.OVERHEAD_BYTES

_SCHEMA = """
    CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL, seal BLOB NOT NULL) STRICT;
    CREATE TABLE rows (id INTEGER PRIMARY KEY, name BLOB NOT NULL, nonce BLOB NOT NULL, value BLOB NOT NULL) STRICT;
"""
_PASSING = frozenset(  # primary result codes that say nothing about the file: try again when there is room
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    nonce: bytes


@dataclass(frozen=True, slots=True)
class _State:
    """What the seal says of the whole: rolled back, cut or mixed files do not add up to it."""

    version: int
    count: int
    total: int

    def encode(self) -> bytes:
        return codec.uint(self.version, 8) + codec.uint(self.count, 8) + codec.uint(self.total, SUM_BYTES)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(data, lambda reader: cls(reader.uint(8), reader.uint(8), reader.uint(SUM_BYTES)))


class SealedRows:
    """An open file. Not safe for two threads at once, nor for two processes (the mailbox's lock sees to that)."""

    def __init__(self, database: sqlite3.Connection, key: StoreKey, account: AccountId, entropy: Entropy) -> None:
        self._database = database
        self._key = key
        self._account = account
        self._entropy = entropy
        self._sum_key = Secret(hkdf.expand(key.expose(), LABEL_SUM, SUM_BYTES))
        self._rows: dict[str, _Row] = {}
        self._state = _State(0, 0, 0)

    @classmethod
    def create(cls, path: Path, key: StoreKey, account: AccountId, entropy: Entropy) -> None:
        """An empty, closed file at `path`, where an empty file is."""
        with _errors_translated(), contextlib.closing(_connect(path)) as database:
            empty = cls(database, key, account, entropy)
            database.executescript(f"BEGIN; {_SCHEMA}")
            seal = empty._seal(LABEL_STATE, empty._state.encode())
            database.execute("INSERT INTO state (id, version, seal) VALUES (1, 0, ?)", (seal,))
            database.execute("COMMIT")

    @classmethod
    def open(cls, path: Path, key: StoreKey, account: AccountId, entropy: Entropy) -> Self:
        """The rows of a file that is whole: each name opens, and together they are what was last written.

        Raises:
            VaultDamaged: they are not.
            Unavailable: the disk does not let us.
        """
        with _errors_translated():
            rows = cls(_connect(path), key, account, entropy)
            try:
                rows._load()
            except BaseException:
                rows._database.close()
                raise
            return rows

    @property
    def version(self) -> int:
        return self._state.version

    def keys(self) -> list[str]:
        """All keys, sorted."""
        return sorted(self._rows)

    def get(self, key: str) -> bytes | None:
        """The value last written under `key`.

        Raises:
            VaultDamaged: its row is not the one that was written.
        """
        row = self._rows.get(key)
        if row is None:
            return None
        with _errors_translated():
            found = self._database.execute("SELECT nonce, value FROM rows WHERE id = ?", (row.id,)).fetchone()
        if found is None or found[0] != row.nonce:
            raise VaultDamaged("a value of this mailbox was taken away or exchanged")
        nonce, value = _blobs(found)
        return self._open(LABEL_VALUE, nonce + value, codec.opaque(key.encode()))

    def scan(self, prefix: str) -> list[tuple[str, bytes]]:
        """All values whose key starts with `prefix`, sorted by key. Raises as `get`."""
        keys = sorted(key for key in self._rows if key.startswith(prefix))
        return [(key, value) for key in keys if (value := self.get(key)) is not None]

    def apply(self, writes: Writes, expected_version: int) -> int:
        """All writes in one transaction that is on the disk when this returns the new version.

        Raises:
            StaleStore: the version is not `expected_version`; nothing was changed.
            Unavailable: the disk is full or read-only; nothing was changed.
            UsageError: a key or value outside the limits; nothing was changed.
        """
        check_writes(writes)
        if expected_version != self.version:
            raise StaleStore(expected=expected_version, found=self.version)
        rows = dict(self._rows)
        with _errors_translated(), _transaction(self._database):
            for key, value in writes.items():
                if value is None:
                    self._delete(rows, key)
                else:
                    self._write(rows, key, value)
            state = self._state_after(writes, rows)
            changed = self._database.execute(
                "UPDATE state SET version = ?, seal = ? WHERE id = 1 AND version = ?",
                (state.version, self._seal(LABEL_STATE, state.encode()), expected_version),
            )
            if changed.rowcount != 1:  # somebody passed by the lock
                raise StaleStore(expected=expected_version, found=None)
        self._rows, self._state = rows, state
        return state.version

    def close(self) -> None:
        with _errors_translated():
            self._database.close()

    def _load(self) -> None:
        for id_, *blobs in self._database.execute("SELECT id, name, nonce FROM rows"):
            box, nonce = _blobs(blobs)
            if not isinstance(id_, int) or len(box) > MAX_NAME_BOX_BYTES or len(nonce) != secret_box.NONCE_BYTES:
                raise VaultDamaged("a row of this mailbox is not one that we wrote")
            self._rows[self._open(LABEL_NAME, box).decode()] = _Row(id_, nonce)
        found = self._database.execute("SELECT version, seal FROM state").fetchall()
        if len(found) != 1:
            raise VaultDamaged("the state of this mailbox is missing")
        version, seal = found[0]
        self._state = _State.decode(self._open(LABEL_STATE, *_blobs([seal])))
        total = sum(self._summand(key, row) for key, row in self._rows.items()) % (1 << 8 * SUM_BYTES)
        if self._state != _State(version, len(self._rows), total):
            raise VaultDamaged("this mailbox was put together from files of different times")

    def _write(self, rows: dict[str, _Row], key: str, value: bytes) -> None:
        box = self._seal(LABEL_VALUE, value, codec.opaque(key.encode()))
        nonce, sealed = box[: secret_box.NONCE_BYTES], box[secret_box.NONCE_BYTES :]
        if (row := rows.get(key)) is not None:
            self._database.execute("UPDATE rows SET nonce = ?, value = ? WHERE id = ?", (nonce, sealed, row.id))
            rows[key] = _Row(row.id, nonce)
        else:
            name = self._seal(LABEL_NAME, key.encode())
            added = self._database.execute(
                "INSERT INTO rows (name, nonce, value) VALUES (?, ?, ?)", (name, nonce, sealed)
            )
            assert added.lastrowid is not None
            rows[key] = _Row(added.lastrowid, nonce)

    def _delete(self, rows: dict[str, _Row], key: str) -> None:
        if (row := rows.pop(key, None)) is not None:
            self._database.execute("DELETE FROM rows WHERE id = ?", (row.id,))

    def _state_after(self, writes: Writes, rows: dict[str, _Row]) -> _State:
        total = self._state.total
        for key in writes:
            total -= self._summand(key, self._rows[key]) if key in self._rows else 0
            total += self._summand(key, rows[key]) if key in rows else 0
        return _State(self.version + 1, len(rows), total % (1 << 8 * SUM_BYTES))

    def _summand(self, key: str, row: _Row) -> int:
        """A nonce is drawn once, so it stands for the value that was sealed with it."""
        field = codec.opaque(key.encode()) + row.nonce
        return int.from_bytes(hmac.digest(self._sum_key.expose(), field, "sha256"), "big")

    def _seal(self, label: bytes, plaintext: bytes, more: bytes = b"") -> bytes:
        return secret_box.seal(self._key, plaintext, codec.opaque(label) + self._account + more, self._entropy)

    def _open(self, label: bytes, box: bytes, more: bytes = b"") -> bytes:
        try:
            return secret_box.open_(self._key, box, codec.opaque(label) + self._account + more)
        except ProtocolError:
            raise VaultDamaged("a value of this mailbox is not the one that was written") from None


def _connect(path: Path) -> sqlite3.Connection:
    # The rows are used by one thread at a time, but it need not be the one that opened them.
    database = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=rw", uri=True, isolation_level=None, check_same_thread=False
    )
    try:
        _configure(database)
    except BaseException:
        database.close()
        raise
    return database


def _configure(database: sqlite3.Connection) -> None:
    database.text_factory = bytes  # a damaged file may call a blob a text: do not let sqlite3 decode it
    (mode,) = database.execute("PRAGMA journal_mode = WAL").fetchone()
    if bytes(mode) != b"wal":
        raise Unavailable("the file system of this mailbox cannot keep a write-ahead log")
    database.executescript(
        "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 0;"
        "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;"
    )


@contextlib.contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:  # some failures end it themselves
            database.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def _errors_translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _PASSING:
            raise Unavailable(f"the mailbox cannot be read or written now: {error}") from None
        raise VaultDamaged("the file of this mailbox is damaged") from error
    except UnicodeDecodeError as error:  # sqlite3 trips over a damaged name in the schema, in its own error's text
        raise VaultDamaged("the file of this mailbox is damaged") from error


def _blobs(values: list[object] | tuple[object, ...]) -> list[bytes]:
    if not all(isinstance(value, bytes) for value in values):
        raise VaultDamaged("a row of this mailbox is not one that we wrote")
    return [value for value in values if isinstance(value, bytes)]
