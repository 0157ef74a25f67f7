"""What somebody who watches sees: each message as its author entered it, and as a reader of another language reads it.

It shows what one member's mailbox decrypted; there is no other way to see anything.
"""

from collections.abc import Mapping

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cencomm.client.events import Event, MessageDelivered, Place
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.directory import decode_profile
from cencomm.client.reports import Reports
from cencomm.client.vault.journal import VaultJournal
from cencomm.demo.cast import Part
from cencomm.forms.reading import Reading, read
from cencomm.forms.tongue import Tongue
from cencomm.ids import AccountId

LINES = 10  # of a report; the rest is a number
_IN = {"en": "in English", "fr": "en français"}
_MORE = {"en": "… and {count} more fields", "fr": "… et {count} autres champs"}
_OTHER = {"en": "fr", "fr": "en"}


class Screen:
    """Shows what `mailbox` takes in from now on."""

    def __init__(
        self,
        console: Console,
        mailbox: Mailbox,
        parts: Mapping[AccountId, Part],
        reports: Reports,
        tongues: Mapping[str, Tongue],
    ) -> None:
        self._console = console
        self._mailbox = mailbox
        self._parts = parts
        self._reports = reports
        self._tongues = tongues
        mailbox.observe(self._show)

    def _show(self, event: Event) -> None:
        if not isinstance(event, MessageDelivered):
            return
        body = event.envelope.body
        part = self._parts.get(event.account)
        entered = part.language if part is not None else body.language
        written = entered if entered in _OTHER else "en"
        operation = self._mailbox.operation(event.place.operation)
        report = self._reports.report(operation, event.envelope.form, body)
        readings = [
            read(report, self._tongues[language], written_in=body.language) for language in (written, _OTHER[written])
        ]
        table = Table(box=None, expand=True, padding=(0, 2, 0, 0))
        for reading in readings:
            table.add_column(Text(f"{reading.title}, {_IN[reading.language]}", style="bold"), ratio=1)
        table.add_row(*(_shortened(reading) for reading in readings))
        profile = operation.content(operation.ledger.members[event.account].profile)
        author = "somebody" if profile is None else decode_profile(profile).name
        to = ", ".join(addressee.role or addressee.country or "one account" for addressee in body.to) or "everybody"
        title = Text.assemble((author, "bold"), f" → {to}", style="none")
        self._console.print(
            Panel(table, title=title, title_align="left", subtitle=f"message {self._number(event.place)}")
        )

    def _number(self, place: Place) -> int:
        """What the officer of the main channel calls it, whose mailbox counts like the audience's: `show NUMBER`."""
        journal = self._mailbox.journal
        assert isinstance(journal, VaultJournal)  # an officer's, like every mailbox of the demonstration
        return journal.number_of(place)


def _shortened(reading: Reading) -> Text:
    lines = [line for passage in reading.passages for line in passage.lines]
    text = Text()
    for line in lines[:LINES]:
        text.append(f"{line.label}: ", style="dim")
        text.append(line.text.replace("\n", " / ") + "\n")
    if len(lines) > LINES:
        text.append(_MORE[reading.language].format(count=len(lines) - LINES), style="dim")
    return text
