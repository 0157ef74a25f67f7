"""CEN as what a node is there for: it keeps releases out of release channels, and nothing else of anything.

release --taken back before?--> not kept; the tombstone says so
   └--> record, without the post's name, under the program's own form; case, shares, tallies in the same transaction
withdrawal --by the owner's service?--> record and all that hangs on it deleted, a tombstone in its place
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.cen.case import case_key, month_of, shares_of
from cencomm.cen.overwriting import keep_overwriting
from cencomm.cen.queries import (
    Named,
    Post,
    bury,
    count_to_overwrite,
    delete_release,
    file_release,
    find_release,
    honour,
)
from cencomm.client.channel.errors import RelayWithholds
from cencomm.client.events import ControlDelivered, Event, MessageDelivered, Quarantined
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.operation import Operation
from cencomm.client.releases.rules import RELEASE
from cencomm.client.reports import Reports
from cencomm.forms.code_list import fold
from cencomm.forms.control import ControlKind
from cencomm.forms.form_json import encode_form
from cencomm.forms.release_decision import Decided, decode_release_decision
from cencomm.ledger.kinds import ChannelKind
from cencomm.node.database import Database
from cencomm.node.records.cells import words
from cencomm.node.records.queries import FieldMemo, insert_record
from cencomm.node.records.record import Author, NewRecord
from cencomm.node.records.recording import RECORDS, MessageRecorder, author_of

CEN = "cencomm.cen"
NOT_KEPT = "not kept: the log holds it under this hash"


class ReleaseRecorder:
    """Records releases. What cannot be one is in the quarantine with its reason and a hash: the words of a message that
    may hold names are the very thing that must not come here.
    """

    packages = (RECORDS, CEN)

    def __init__(self, reports: Reports) -> None:
        self._messages = MessageRecorder(reports)
        self._fields = FieldMemo()
        self._form = reports.shipped_release()
        self._definition = encode_form(self._form)

    async def record(self, connection: AsyncConnection, event: Event, operation: Operation, *, now: int) -> None:
        channel = operation.ledger.channels.get(event.place.channel)
        if channel is None or channel.kind is not ChannelKind.RELEASE:
            return
        match event:
            case MessageDelivered():
                await self._keep(connection, event, operation, now=now)
            case ControlDelivered() if event.control.kind == ControlKind.RELEASE_DECISION:
                await _take_back(connection, event, operation)
            case _:
                pass

    def redact(self, event: Quarantined, _: Operation) -> Quarantined:
        """Neither the message nor what its fault says of it: both can quote a name."""
        return replace(event, detail=NOT_KEPT, message=sha256(event.message).digest())

    async def tend(self, mailbox: Mailbox, database: Database) -> None:
        """Fetch the pictures of what was recorded, and overwrite what was taken back."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._messages.tend(mailbox, database))
            tasks.create_task(keep_overwriting(database))

    async def unfinished(self, connection: AsyncConnection) -> Mapping[str, int]:
        """As a message recorder's, and releases taken back of which something may still be on the disk."""
        return {
            **await self._messages.unfinished(connection),
            "withdrawn_on_disk": await count_to_overwrite(connection),
        }

    async def _keep(
        self, connection: AsyncConnection, event: MessageDelivered, operation: Operation, *, now: int
    ) -> None:
        record = self._messages.make_record(event, operation, now=now)
        if record.form.name != RELEASE:  # the member's own rules set it aside (R1); here nothing hangs on them
            return
        _require_named(event, operation)
        named = Named(operation=operation.id, identity_key=event.identity_key, message=event.envelope.message)
        if await honour(connection, named, Post(event.account, record.author)):
            return
        bare = self.bare(record)
        number = await insert_record(connection, bare, self._fields)
        said_at = min(event.envelope.body.written_at, now)  # a clock that runs ahead makes nothing the newest for ever
        await file_release(
            connection, number, case_key(bare), shares_of(bare.cells), month=month_of(bare), said_at=said_at
        )

    def bare(self, record: NewRecord) -> NewRecord:
        """Without what the operation may have put beside the answers: the post's name, words of its form."""
        author = Author(None, record.author.organisation, record.author.country)
        said = [*words(record.cells), author.organisation or ""]
        return replace(
            record,
            author=author,
            form=self._form,
            definition=self._definition,
            words="\n".join(fold(text) for text in said if text),
        )


async def _take_back(connection: AsyncConnection, event: ControlDelivered, operation: Operation) -> None:
    """Delete what the owner's service withdrew; else remember the withdrawal, for a release that comes later.

    Raises:
        RelayWithholds: who says so is not named yet, and the release is another post's.
    """
    said = decode_release_decision(event.control.body)
    if said.decided is not Decided.WITHDRAWN:
        return
    owner = operation.ledger.identities.get(said.author)
    if owner is None or owner.account != event.account:  # one's own is one's own, whatever one is called
        _require_named(event, operation)
    named = Named(operation=operation.id, identity_key=said.author, message=said.message)
    author = author_of(event, operation)
    found = await find_release(connection, named)
    by = Post(event.account, Author(None, author.organisation, author.country))
    await bury(connection, named, by, withdrawn_at=event.control.written_at)
    if found is not None and await honour(connection, named, found[1]):
        await delete_release(connection, found[0])


def _require_named(event: MessageDelivered | ControlDelivered, operation: Operation) -> None:
    """Of which service the author is, decides which case a release is of and who takes it back: kept without it, a case
    would stand twice, and a withdrawal would never be honoured, also when the name comes.

    Raises:
        RelayWithholds: the ledger points to a name that is not here. It comes, unlike one that is none.
    """
    member = operation.ledger.identities.get(event.identity_key)
    if member is not None and operation.content(member.profile) is None:
        raise RelayWithholds("the relay does not show of which service the author of a release or withdrawal is")
