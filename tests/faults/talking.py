"""What members say: reports of the sample, notes, now and then a file; in each of their channels in turn."""

import asyncio
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from cencomm.client.attachments.outgoing import attach_all
from cencomm.client.attachments.source import OCTETS, Source
from cencomm.client.channel.delivery import Sent
from cencomm.client.channel.posting import Draft, resume, send
from cencomm.client.mailbox import Mailbox
from cencomm.client.reports import Reports
from cencomm.client.watch import catch_up
from cencomm.clock import system_clock
from cencomm.errors import AccessDenied, Unavailable
from cencomm.forms import canonical_json
from cencomm.forms.attachment import Attachment
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.envelope import Body
from cencomm.ids import ChannelId, OperationId
from cencomm.ledger.kinds import ChannelKind
from cencomm.secret import system_entropy
from tests.faults.journal import Line, Word, tell
from tests.faults.releasing import Owner

BREATH_SECONDS = 0.3  # between messages of one member: everybody has to keep up on two cores
RETRY_SECONDS = 0.2
LOOK_SECONDS = 0.1
SEIZURE_EVERY, FILE_EVERY = 4, 15
FILE_BYTES = 100_000  # two chunks
NOTE_BYTES = 8


@dataclass(frozen=True, slots=True)
class Report:
    """A row of the sample, mapped."""

    form: str
    language: str
    values: Mapping[str, JsonValue]


def write_rows(path: Path, rows: Sequence[Report]) -> None:
    lines: list[JsonValue] = [[row.form, row.language, dict(row.values)] for row in rows]
    path.write_bytes(canonical_json.encode(lines))


def read_rows(path: Path) -> tuple[Report, ...]:
    rows = json.loads(path.read_bytes())
    return tuple(Report(form, language, values) for form, language, values in rows)


@dataclass(slots=True)
class Talker:
    """`go`: a file; nothing is said before it is there, so that everybody is in when the first word falls.

    `polls`: nothing else in this program reads what the others say.
    """

    mailbox: Mailbox
    reports: Reports
    rows: tuple[Report, ...]
    go: Path
    polls: bool
    numbers: Iterator[int]

    @classmethod
    def of(cls, mailbox: Mailbox, reports: Reports, rows: Path, go: Path, *, polls: bool = False) -> "Talker":
        return cls(mailbox, reports, read_rows(rows), go, polls, count(int.from_bytes(system_entropy(1))))

    async def talk(self, *, messages: int | None = None) -> None:
        """So many messages, or until the operation revokes us."""
        said = 0
        while messages is None or said < messages:
            try:
                await self.settle()
                for operation, channel in self._places():
                    await self._say(operation, channel)
                    said += 1
                    await asyncio.sleep(BREATH_SECONDS)
            except Unavailable:
                await asyncio.sleep(RETRY_SECONDS)
            except AccessDenied:  # not in the channel yet, or no more
                await asyncio.sleep(RETRY_SECONDS)
            if self._is_out():
                tell(Line(Word.OUT))
                return
            await asyncio.sleep(LOOK_SECONDS)

    async def settle(self) -> None:
        """What an earlier life signed is in the log, or came back."""
        if self.polls:
            await catch_up(self.mailbox)
        for settled in await resume(self.mailbox):
            if isinstance(settled, Sent):
                _acknowledge(settled, None)
            else:
                tell(Line(Word.RETURNED, message=settled.envelope.message.hex(), text=settled.reason))

    async def _say(self, operation: OperationId, channel: ChannelId) -> None:
        number = next(self.numbers)
        if self.mailbox.operation(operation).ledger.channels[channel].kind is ChannelKind.RELEASE:
            sent = await Owner(self.mailbox, self.reports, operation, channel).act(number)
            if sent is not None:
                _acknowledge(sent, channel)
            return
        forms = self.reports.newest(self.mailbox.operation(operation))
        report = self._report(number)
        files: tuple[Attachment, ...] = ()
        if number % FILE_EVERY == 0 and self.mailbox.environment.spool is not None:
            content = io.BytesIO(system_entropy(FILE_BYTES))
            source = Source(f"{number}.bin", OCTETS, FILE_BYTES, cleaned=False, content=content)
            files = await attach_all(self.mailbox, operation, channel, [source])
        body = Body(values=report.values, language=report.language, written_at=system_clock(), attachments=files)
        _acknowledge(await send(self.mailbox, operation, channel, Draft(form=forms[report.form], body=body)), channel)

    def _report(self, number: int) -> Report:
        if number % SEIZURE_EVERY == 0:
            return self.rows[number // SEIZURE_EVERY % len(self.rows)]
        values: Mapping[str, JsonValue] = {"text": f"{number} {system_entropy(NOTE_BYTES).hex()}"}
        return Report("note", "en", dict(values))

    def _places(self) -> list[tuple[OperationId, ChannelId]]:
        """Where we are and may speak."""
        if not self.go.exists():
            return []
        entitled = {
            (operation, channel)
            for operation in self.mailbox.operations
            for channel in self.mailbox.entitled_channels(operation)
        }
        return sorted(entitled & self.mailbox.sessions.keys())

    def _is_out(self) -> bool:
        account = self.mailbox.identity.account
        members = [one.ledger.members.get(account) for one in self.mailbox.operations.values()]
        return any(member is not None and member.revoked_at is not None for member in members)


def _acknowledge(sent: Sent, channel: ChannelId | None) -> None:
    where = "" if channel is None else channel.hex()
    tell(Line(Word.ACKNOWLEDGED, channel=where, sequence=sent.sequence, message=sent.message.hex()))
