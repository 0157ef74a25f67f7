"""Recording as what a node is there for: each delivered message becomes one record, in its cursor's transaction."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.client.events import ControlDelivered, Event, MessageDelivered, Quarantined
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.directory import Profile, decode_profile
from cencomm.client.operation.operation import Operation
from cencomm.client.reports import Reports
from cencomm.errors import ProtocolError
from cencomm.forms.code_list import fold
from cencomm.node.database import Database
from cencomm.node.files.attachments import count_unfinished
from cencomm.node.files.fetching import Fetcher
from cencomm.node.records import queries
from cencomm.node.records.cells import FieldKeys, field_keys, happened_on, heading, tabulate, words
from cencomm.node.records.record import Author, NewRecord

RECORDS = "cencomm.node.records"


@dataclass(frozen=True, slots=True)
class Kept:
    """A message in the tables, under this number."""

    number: int
    record: NewRecord


class MessageRecorder:
    """Records messages. What the node cannot take is in its quarantine; changes of membership are in the ledger."""

    packages = (RECORDS,)

    def __init__(self, reports: Reports) -> None:
        self._reports = reports
        self._fields = queries.FieldMemo()
        self._keys: dict[bytes, FieldKeys] = {}  # by the form's hash in the ledger

    async def record(self, connection: AsyncConnection, event: Event, operation: Operation, *, now: int) -> None:
        if isinstance(event, MessageDelivered):
            await self.keep(connection, event, operation, now=now)

    async def keep(
        self, connection: AsyncConnection, event: MessageDelivered, operation: Operation, *, now: int
    ) -> Kept:
        """The message is a record of this transaction. Raises as `make_record`."""
        record = self.make_record(event, operation, now=now)
        return Kept(await queries.insert_record(connection, record, self._fields), record)

    def redact(self, event: Quarantined, _: Operation) -> Quarantined:
        """Whoever keeps everything keeps all evidence."""
        return event

    async def tend(self, mailbox: Mailbox, database: Database) -> None:
        """Fetch the files of what was recorded."""
        await Fetcher(mailbox, database).run()

    async def unfinished(self, connection: AsyncConnection) -> Mapping[str, int]:
        """Files that are not here yet, by how far they are."""
        counts = await count_unfinished(connection)
        return {f"files_{state.value}": count for state, count in sorted(counts.items())}

    def make_record(self, event: MessageDelivered, operation: Operation, *, now: int) -> NewRecord:
        """Everything that is kept of a message.

        Raises:
            RelayWithholds: its form is not here yet.
            ProtocolError: it does not answer its form; the member has judged that before.
        """
        envelope = event.envelope
        report = self._reports.report(operation, envelope.form, envelope.body)
        definition = operation.content(operation.ledger.forms[envelope.form].definition)
        assert definition is not None  # the report was made with it
        author = author_of(event, operation)
        written_on = dt.datetime.fromtimestamp(envelope.body.written_at, dt.UTC).date().isoformat()
        keys = self._keys.get(envelope.form_hash)
        if keys is None:
            keys = self._keys[envelope.form_hash] = field_keys(report.form)
        cells = tuple(tabulate(report, keys))
        said = [*words(cells), author.name or "", author.organisation or "", envelope.body.handling_text or ""]
        said += [attachment.name for attachment in envelope.body.attachments]
        return NewRecord(
            event=event,
            author=author,
            form=report.form,
            definition=definition,
            heading=heading(cells),
            happened_on=happened_on(report, written_on=written_on),
            received_at=now,
            cells=cells,
            words="\n".join(fold(text) for text in said if text),
        )


def author_of(event: MessageDelivered | ControlDelivered, operation: Operation) -> Author:
    """As the ledger named the author. A name that the relay withholds, or that is none, does not hold up a record."""
    member = operation.ledger.identities.get(event.identity_key)
    content = None if member is None else operation.content(member.profile)
    profile: Profile | None = None
    if content is not None:
        try:
            profile = decode_profile(content)
        except ProtocolError:
            profile = None
    if profile is None:
        return Author(None, None, None)
    return Author(profile.name, profile.organisation, profile.country)
