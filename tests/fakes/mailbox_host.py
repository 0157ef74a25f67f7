"""A relay that keeps one mailbox in memory: it honours holder and version, and a test may change what it shows."""

from collections.abc import Callable

from cencomm.client.transport.errors import NotHolder, StaleVersion
from cencomm.wire.errors import Error, ErrorCode
from cencomm.wire.mailbox import (
    NONCE_BYTES,
    AskRows,
    ColdRow,
    HeldMailbox,
    MailboxPage,
    MailboxRow,
    MailboxRows,
    MailboxWritten,
    ReleaseMailbox,
    WriteMailbox,
)

PAGE_ROWS = 3  # so that every test reads more than one page


class MailboxHost:
    """`fail_after` breaks the line behind a write that was stored, `fail_before` before one."""

    def __init__(self) -> None:
        self.rows: dict[bytes, MailboxRow] = {}
        self.held = HeldMailbox(holder=1, version=0, seal=b"", clean=True, since=0)
        self.writes: list[WriteMailbox] = []
        self.before: Callable[[], None] | None = None
        self.after: Callable[[], None] | None = None

    async def mailbox_page(self, *, holder: int, after: bytes | None) -> MailboxPage:
        self._require(holder)
        names = sorted(name for name in self.rows if after is None or name > after)[:PAGE_ROWS]
        page = [self.rows[name] for name in names]
        return MailboxPage(
            rows=tuple(row for row in page if not row.cold),
            cold=tuple(ColdRow(name=row.name, nonce=row.sealed[:NONCE_BYTES]) for row in page if row.cold),
            next=names[-1] if len(names) == PAGE_ROWS else None,
        )

    async def mailbox_rows(self, request: AskRows) -> MailboxRows:
        self._require(request.holder)
        return MailboxRows(rows=tuple(self.rows[name] for name in request.names if name in self.rows)[:PAGE_ROWS])

    async def write_mailbox(self, request: WriteMailbox) -> MailboxWritten:
        if self.before is not None:
            self.before()
        self._require(request.holder)
        version = self.held.version
        if (version, self.held.seal) != (request.version + 1, request.seal):
            if version != request.version:
                raise StaleVersion(Error(code=ErrorCode.STALE_VERSION, message="another version"))
            self.writes.append(request)
            for row in request.rows:
                self.rows.pop(row.name, None)
                if row.sealed:
                    self.rows[row.name] = row
            self.held = HeldMailbox(
                holder=self.held.holder, version=version + 1, seal=request.seal, clean=False, since=0
            )
        if self.after is not None:
            self.after()
        return MailboxWritten(version=self.held.version)

    async def release_mailbox(self, request: ReleaseMailbox) -> None:
        self._require(request.holder)

    def taken_over(self) -> None:
        """Another computer is the holder from now on."""
        held = self.held
        self.held = HeldMailbox(holder=held.holder + 1, version=held.version, seal=held.seal, clean=False, since=0)

    def _require(self, holder: int) -> None:
        if holder != self.held.holder:
            raise NotHolder(Error(code=ErrorCode.NOT_HOLDER, message="another computer"))
