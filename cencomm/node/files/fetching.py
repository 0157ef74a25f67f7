"""Fetching the files of recorded messages, beside the recording and never in its way.

The queue is the table: a file whose content is not here is fetched, now or in the next life of the process. What the
relay does not have, or gives altered, is tried again, ever more rarely: a relay that lies today may not tomorrow.
"""

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Never

import structlog

from cencomm.client.attachments.downloading import download
from cencomm.client.attachments.sealing import AttachmentAltered
from cencomm.client.events import Event, MessageDelivered
from cencomm.client.mailbox import Mailbox
from cencomm.errors import AccessDenied, ProtocolError, Unavailable
from cencomm.ids import short
from cencomm.node.database import Database
from cencomm.node.files.attachments import (
    FileState,
    StoredFile,
    drop_pieces,
    find_file,
    put_piece,
    set_state,
    unfinished,
)

FIRST_RETRY_SECONDS = 15.0
LONGEST_RETRY_SECONDS = 24 * 3600.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Later:
    due: float  # of the event loop's clock
    tries: int


@dataclass(slots=True)
class Fetcher:
    """Of one life of the member: `later` forgets with it, so a new life tries everything once."""

    mailbox: Mailbox
    database: Database
    later: dict[int, _Later] = field(default_factory=dict)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> Never:
        """Fetches for as long as the member takes part."""
        self.mailbox.observe(self._notice)
        while True:
            self._wake.clear()
            with contextlib.suppress(Unavailable):  # our own database: the next round looks again
                await self._fetch_due()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pause()):
                    await self._wake.wait()

    def _notice(self, event: Event) -> None:
        if isinstance(event, MessageDelivered) and event.envelope.body.attachments:
            self._wake.set()

    async def _fetch_due(self) -> None:
        async with self.database.reading() as connection:
            rows = await unfinished(connection)
        now = asyncio.get_running_loop().time()
        for row in rows:
            later = self.later.get(row)
            if later is None or later.due <= now:
                await self._fetch(row)

    async def _fetch(self, row: int) -> None:
        async with self.database.reading() as connection:
            file = await find_file(connection, row)
        try:
            await self._take(file)
        except AttachmentAltered as altered:
            await self._put_off(file, FileState.ALTERED, altered)
        except (AccessDenied, ProtocolError) as refused:
            await self._put_off(file, FileState.MISSING, refused)
        except Unavailable as fault:
            await self._put_off(file, file.state, fault)
        else:
            self.later.pop(row, None)
            _log.info("attachment_kept", message=short(file.message), number=file.number)

    async def _take(self, file: StoredFile) -> None:
        """Piece by piece in transactions of their own, so that no message waits for a file."""
        await self.database.transact(lambda connection: drop_pieces(connection, file.row))
        number = 0
        async for piece in download(self.mailbox.relay, file.operation, file.channel, file.described):
            await self._keep(file, number, piece)
            number += 1
        await self.database.transact(lambda connection: set_state(connection, file.row, FileState.KEPT))

    async def _keep(self, file: StoredFile, number: int, piece: bytes) -> None:
        await self.database.transact(lambda connection: put_piece(connection, file.row, number, piece))

    async def _put_off(self, file: StoredFile, state: FileState, reason: Exception) -> None:
        tries = self.later[file.row].tries + 1 if file.row in self.later else 1
        wait = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * (1 << min(tries - 1, 16)))
        self.later[file.row] = _Later(asyncio.get_running_loop().time() + wait, tries)
        await self.database.transact(lambda connection: set_state(connection, file.row, state, str(reason)))
        _log.warning("attachment_not_kept", message=short(file.message), state=state.value, kind=type(reason).__name__)

    def _pause(self) -> float | None:
        """Seconds until somebody is due; None: until a message comes."""
        if not self.later:
            return None
        return max(0.0, min(one.due for one in self.later.values()) - asyncio.get_running_loop().time())
