"""What was sent, what arrived where, and whether anything is missing."""

from collections import Counter
from dataclasses import dataclass, field

from rich import box
from rich.console import Console
from rich.table import Table

from cencomm.client.events import Event, MessageDelivered, Quarantined
from cencomm.client.mailbox import Mailbox
from cencomm.forms.mapped_row import MappedFile, MappedRow, RefusedRow
from cencomm.ids import MessageId

MAX_REASONS = 40  # refused rows, and doubts, that are listed one by one; the counts are always whole


@dataclass(slots=True)
class Arrivals:
    """Which messages each mailbox took in, its own among them. `observe` it before the first one is sent."""

    delivered: dict[str, Counter[MessageId]] = field(default_factory=dict)
    quarantined: list[Quarantined] = field(default_factory=list)

    def watch(self, name: str, mailbox: Mailbox) -> None:
        counter = self.delivered.setdefault(name, Counter())

        def note(event: Event) -> None:
            if isinstance(event, MessageDelivered):
                counter[event.envelope.message] += 1
            elif isinstance(event, Quarantined):
                self.quarantined.append(event)

        mailbox.observe(note)

    def made(self, messages: set[MessageId]) -> int:
        """Deliveries of these messages, each counted once a mailbox."""
        return sum(len(messages & counter.keys()) for counter in self.delivered.values())

    def doubled(self) -> int:
        return sum(count - 1 for counter in self.delivered.values() for count in counter.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One run, counted.

    Args:
        deliveries: of each sent message in each mailbox of the demonstration, its author's own included: what an
            author sees is read back from the relay's log like everybody's.
        archived: messages in the archive, by its own account.
        originated, kept_by_ncen: messages of the officers of the nation whose nCEN runs, and messages in it, by its own
            account.
        released, recorded_by_cen: seizures that their owners gave to CEN, and releases there, by its own account.
    """

    rows: int
    refused: tuple[RefusedRow, ...]
    doubtful: tuple[MappedRow, ...]
    absent_columns: tuple[str, ...]
    sent: int
    unsent: tuple[str, ...]
    deliveries: int
    deliveries_expected: int
    doubled: int
    archived: int
    originated: int
    kept_by_ncen: int
    released: int
    recorded_by_cen: int
    quarantined: int
    seconds: float

    @property
    def missing(self) -> bool:
        """Whether a row has no message and no reason, or a message is not everywhere exactly once."""
        return bool(
            self.unsent
            or self.sent != self.rows - len(self.refused)
            or self.deliveries != self.deliveries_expected
            or self.doubled
            or self.archived != self.sent
            or self.kept_by_ncen != self.originated
            or self.recorded_by_cen != self.released
            or self.quarantined
        )


def doubtful_rows(file: MappedFile) -> tuple[MappedRow, ...]:
    return tuple(outcome for outcome in file.outcomes if isinstance(outcome, MappedRow) and outcome.warnings)


def refused_rows(file: MappedFile) -> tuple[RefusedRow, ...]:
    return tuple(outcome for outcome in file.outcomes if isinstance(outcome, RefusedRow))


def show_tally(tally: Tally, console: Console) -> None:
    """The table, and a line for each refused row and each message that was not accepted."""
    for refused in tally.refused[:MAX_REASONS]:
        console.print(
            f"row {refused.row_number} refused: {'; '.join(refused.reasons)}",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    if len(tally.refused) > MAX_REASONS:
        console.print(f"… and {len(tally.refused) - MAX_REASONS} more rows refused")
    for line in _doubts(tally)[:MAX_REASONS]:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if len(_doubts(tally)) > MAX_REASONS:
        console.print(
            f"… and {len(_doubts(tally)) - MAX_REASONS} more doubts; each stands in the report's remarks or text"
        )
    for column in tally.absent_columns:
        console.print(f"the file has no column {column!r}", markup=False, highlight=False, soft_wrap=True)
    for reason in tally.unsent:
        console.print(f"not sent: {reason}", markup=False, highlight=False, soft_wrap=True)
    table = Table(box=box.SIMPLE_HEAD, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, value in _lines(tally):
        table.add_row(name, value)
    console.print(table)
    console.print("Something is missing." if tally.missing else "Nothing is missing.", style="bold")


def _doubts(tally: Tally) -> list[str]:
    return [
        f"row {row.row_number}, {warning.column} {warning.cell[:60]!r}: {warning.doubt.sentence}"
        for row in tally.doubtful
        for warning in row.warnings
    ]


def _lines(tally: Tally) -> list[tuple[str, str]]:
    return [
        ("rows read", str(tally.rows)),
        ("rows refused", str(len(tally.refused))),
        ("rows kept with doubts", str(len(tally.doubtful))),
        ("messages sent", str(tally.sent)),
        ("deliveries made", str(tally.deliveries)),
        ("deliveries expected", str(tally.deliveries_expected)),
        ("delivered twice", str(tally.doubled)),
        ("archived", str(tally.archived)),
        ("archived expected", str(tally.sent)),
        ("originated by Kenya", str(tally.originated)),
        ("kept by its nCEN", str(tally.kept_by_ncen)),
        ("released to CEN", str(tally.released)),
        ("recorded by CEN", str(tally.recorded_by_cen)),
        ("quarantined", str(tally.quarantined)),
        ("seconds", f"{tally.seconds:.1f}"),
    ]
