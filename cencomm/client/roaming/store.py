"""The state store of a mailbox that roams: in memory here, sealed at the relay, nothing on this computer's disk (D4).

    apply    memory at once; at the relay at the latest when something leaves
    carry    a publish takes the write along: the relay stores both or neither (S5)
    save     everything else that leaves waits for it

A `StateStore` promises that what `apply` took survives a power cut. Here that holds for everything that bytes outside
depend on, and no more: what was only read since the last save is read again from the log, with the keys that are still
in the sealed state. Saving each entry of the log by itself would cost a round trip for each on a slow line.

A write whose answer was lost is sent again, the same bytes, before anything else: the relay has it, or takes it then.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from cencomm.client.errors import MailboxAltered, StaleStore
from cencomm.client.roaming.chunking import cut
from cencomm.client.roaming.sealing import MailboxSealing, Row, RowKind, SealedRow, Tally
from cencomm.client.transport.errors import Refusal
from cencomm.client.vault.state_store import Writes, check_writes
from cencomm.clock import Clock
from cencomm.errors import Unavailable
from cencomm.primitives import secret_box
from cencomm.wire.limits import MAX_MAILBOX_NAMES
from cencomm.wire.mailbox import (
    AskRows,
    MailboxPage,
    MailboxRow,
    MailboxRows,
    MailboxWritten,
    ReleaseMailbox,
    WriteMailbox,
)

T = TypeVar("T")

COLD_PREFIXES = ("message/", "seen/")  # of each message that was taken in: asked for one by one, if ever
CHUNKED_FROM_BYTES = 4096
SAVE_BYTES = 1 << 20  # waiting; more makes one save too long for a slow line
SAVE_SECONDS = 60  # after which the next write saves what was only read, so that past keys go (S6)


class MailboxHost(Protocol):
    """Where the sealed rows are: the relay, as its account sees it (`RelayClient` has these)."""

    async def mailbox_page(self, *, holder: int, after: bytes | None) -> MailboxPage: ...

    async def mailbox_rows(self, request: AskRows) -> MailboxRows: ...

    async def write_mailbox(self, request: WriteMailbox) -> MailboxWritten: ...

    async def release_mailbox(self, request: ReleaseMailbox) -> None: ...


@dataclass(frozen=True, slots=True)
class Stored:
    """What the relay holds at `version`: each row by its name, the chunks of each value, and what all add up to."""

    version: int
    rows: Mapping[bytes, SealedRow]
    chunks: Mapping[str, tuple[bytes, ...]]
    tally: Tally


@dataclass(frozen=True, slots=True)
class _Save:
    """A write as it leaves, once and again; `values` are those that it makes durable."""

    write: WriteMailbox
    values: Writes
    after: Stored


class RoamingStore:
    """One opening of the mailbox, as holder number `holder`. It keeps memory and relay in step; one task at a time."""

    def __init__(
        self,
        host: MailboxHost,
        sealing: MailboxSealing,
        *,
        holder: int,
        stored: Stored,
        values: Mapping[str, bytes],
        unread: Iterable[bytes],
        clock: Clock,
    ) -> None:
        self.holder = holder
        self._host = host
        self._sealing = sealing
        self._stored = stored
        self._values = dict(values)
        self._unread = set(unread)  # names of cold rows whose keys and values are not here
        self._waiting: dict[str, bytes | None] = {}
        self._old_chunks: set[bytes] = set()  # ids of those that the next save writes again
        self._unanswered: _Save | None = None
        self._version = 0
        self._clock = clock
        self._saved_at = clock()
        self._lock = asyncio.Lock()

    def speak_through(self, host: MailboxHost) -> None:
        """Go on over other connections, in another event loop."""
        self._host, self._lock = host, asyncio.Lock()

    async def version(self) -> int:
        return self._version

    async def get(self, key: str) -> bytes | None:
        """Raises MailboxAltered when a cold value is not the one that was sealed."""
        value = self._values.get(key)
        if value is None and key.startswith(COLD_PREFIXES):
            name = self._sealing.name(RowKind.VALUE, key.encode())
            if name in self._unread:
                await self._fetch([name])
                value = self._values.get(key)
        return value

    async def scan(self, prefix: str) -> list[tuple[str, bytes]]:
        """Cold values are all fetched first, since their keys are not known before."""
        if any(prefix.startswith(cold) or cold.startswith(prefix) for cold in COLD_PREFIXES):
            await self._fetch(sorted(self._unread))
        return sorted((key, value) for key, value in self._values.items() if key.startswith(prefix))

    async def apply(self, writes: Writes, *, expected_version: int) -> int:
        """As `StateStore.apply`, in memory; durable as this module says.

        Raises:
            NotHolder: another computer took the mailbox; nothing was changed.
        """
        check_writes(writes)
        if self._is_due():
            with contextlib.suppress(Unavailable):  # it waits on
                await self.save()
        if expected_version != self._version:  # from here on nobody else gets a turn
            raise StaleStore(expected=expected_version, found=self._version)
        for key, value in writes.items():
            if value is None:
                self._values.pop(key, None)
            else:
                self._values[key] = value
            self._waiting[key] = value
            if key.startswith(COLD_PREFIXES):
                self._unread.discard(self._sealing.name(RowKind.VALUE, key.encode()))
        self._version += 1
        return self._version

    async def save(self) -> None:
        """Everything that was applied is at the relay.

        Raises:
            NotHolder: another computer took the mailbox: this one can save and send nothing more.
            Unavailable: it is not known to be there; the next save goes on.
        """
        async with self._lock:
            await self._settle()
            if self._waiting:
                self._unanswered = self._seal()
                await self._settle()

    async def carry(self, send: Callable[[WriteMailbox], Awaitable[T]]) -> T:
        """What `send` answers, which takes the write along to a place where both are stored or neither (D4).

        Raises:
            Refusal: nothing was stored, and what waited still waits.
        """
        async with self._lock:
            await self._settle()
            save = self._unanswered = self._seal()
            try:
                answer = await send(save.write)
            except Refusal:
                self._unanswered = None
                raise
            self._adopt(save)
            return answer

    async def rewrite(self) -> None:
        """Every value is saved again, with its chunks: under the newest key. Raises as `scan` and `save`."""
        size = 0
        for key, _ in await self.scan(""):
            value = self._values.get(key)  # as it is now: it may have been written, or have gone, during a save
            if value is not None:
                self._waiting.setdefault(key, value)
            self._old_chunks.update(self._stored.chunks.get(key, ()))
            size += len(value or b"")
            if size > SAVE_BYTES:
                await self.save()
                size = 0
        await self.save()

    async def release(self) -> None:
        """Save, and give the mailbox back: the next opening is a clean hand-over."""
        await self.save()
        await self._host.release_mailbox(ReleaseMailbox(holder=self.holder))

    def _is_due(self) -> bool:
        if not self._waiting:
            return False
        size = sum(len(value or b"") for value in self._waiting.values())
        passed = self._clock() - self._saved_at  # below 0: somebody has put the clock back
        return size > SAVE_BYTES or not 0 <= passed < SAVE_SECONDS

    async def _settle(self) -> None:
        """A write whose fate is unknown is made: to write the same again is no other write."""
        if self._unanswered is not None:
            try:
                await self._host.write_mailbox(self._unanswered.write)
            except Refusal:
                self._unanswered = None
                raise
            self._adopt(self._unanswered)

    def _adopt(self, save: _Save) -> None:
        self._stored, self._unanswered = save.after, None
        self._old_chunks.clear()
        self._saved_at = self._clock()
        for key, value in save.values.items():
            if self._waiting.get(key, value) is value:
                self._waiting.pop(key, None)

    def _seal(self) -> _Save:
        """What waits, as the next version of what the relay holds."""
        values, before = dict(self._waiting), self._stored
        chunks = {key: ids for key, ids in before.chunks.items() if key not in values}
        pieces: dict[bytes, bytes] = {}
        rows: list[MailboxRow] = []
        for key, value in values.items():
            if value is not None:
                row, cut_up = self._row(key, value)
                rows.append(self._sealed(row, cold=key.startswith(COLD_PREFIXES)))
                if cut_up:
                    chunks[key], pieces = tuple(cut_up), pieces | cut_up
        held, needed = _all_of(before.chunks), _all_of(chunks)
        new = pieces.keys() - (held - self._old_chunks)
        rows += [self._sealed(Row(RowKind.CHUNK, id_, pieces[id_])) for id_ in sorted(new)]
        dead = {self._sealing.name(RowKind.CHUNK, id_) for id_ in held - needed}
        dead |= {self._sealing.name(RowKind.VALUE, key.encode()) for key, value in values.items() if value is None}
        dead &= before.rows.keys()
        shown = {row.name: _shown(row) for row in rows}
        replaced = [before.rows[name] for name in (*shown, *dead) if name in before.rows]
        after = Stored(
            version=before.version + 1,
            rows={name: row for name, row in before.rows.items() if name not in dead} | shown,
            chunks=chunks,
            tally=self._sealing.change(before.tally, added=shown.values(), gone=replaced),
        )
        write = WriteMailbox(
            holder=self.holder,
            version=before.version,
            seal=self._sealing.seal_state(after.tally, version=after.version),
            rows=(*rows, *(MailboxRow(name=name, sealed=b"") for name in sorted(dead))),
        )
        return _Save(write, values, after)

    def _row(self, key: str, value: bytes) -> tuple[Row, dict[bytes, bytes]]:
        """The row of a value, and its pieces by their ids if it is long."""
        if len(value) <= CHUNKED_FROM_BYTES or key.startswith(COLD_PREFIXES):
            return Row(RowKind.VALUE, key.encode(), value), {}
        pieces = [(self._sealing.chunk_id(piece), piece) for piece in cut(value)]
        return Row(RowKind.CHUNKED, key.encode(), b"".join(id_ for id_, _ in pieces)), dict(pieces)

    def _sealed(self, row: Row, *, cold: bool = False) -> MailboxRow:
        name, box = self._sealing.seal_row(row)
        return MailboxRow(name=name, sealed=box, cold=cold)

    async def _fetch(self, names: Sequence[bytes]) -> None:
        """Cold rows, as often asked for as it takes; each has to be the one that the seal counts.

        Raises:
            MailboxAltered: the relay shows another, or keeps one back.
        """
        wanted = list(names)
        while wanted:
            asked = tuple(wanted[:MAX_MAILBOX_NAMES])
            answer = await self._host.mailbox_rows(AskRows(holder=self.holder, names=asked))
            got = {row.name: row.sealed for row in answer.rows}
            if not got or not got.keys() <= set(asked):
                raise MailboxAltered("the relay keeps back rows of the mailbox")
            for name, box in got.items():
                if name not in self._unread:  # written, or fetched, while this answer was on its way
                    continue
                if box[: secret_box.NONCE_BYTES] != self._stored.rows[name].nonce:
                    raise MailboxAltered("the relay gives a row of the mailbox from another time")
                row = self._sealing.open_row(name, box)
                self._values[row.key.decode()] = row.content
                self._unread.discard(name)
            wanted = [name for name in wanted if name not in got]


def _all_of(chunks: Mapping[str, tuple[bytes, ...]]) -> set[bytes]:
    return {id_ for ids in chunks.values() for id_ in ids}


def _shown(row: MailboxRow) -> SealedRow:
    return SealedRow(row.name, row.sealed[: secret_box.NONCE_BYTES], row.cold)
