"""What the doctor finds in a relay's folder."""

from collections.abc import Iterator
from pathlib import Path

from cencomm.doctor.finding import Finding, broken, ok
from cencomm.errors import ProtocolError, Unavailable
from cencomm.relay.backup import Progress
from cencomm.relay.inspection import inspect
from cencomm.site.backup import DamagedBackup


def judge_relay(folder: Path, *, progress: Progress) -> Iterator[Finding]:
    """Every ledger and every log, verified as a start and a backup do."""
    try:
        figures = inspect(folder, progress=progress)
    except (DamagedBackup, ProtocolError, Unavailable) as error:
        yield broken(
            "chains",
            "Ledgers and logs do not verify: {reason}.",
            "Stop the relay, keep the folder as evidence, restore the newest backup elsewhere, and tell every unit.",
            reason=str(error),
        )
        return
    yield ok(
        "chains",
        "{operations} ledgers and {channels} logs verify: {entries} entries, {messages} messages and Commits.",
        operations=figures.operations,
        channels=figures.channels,
        entries=figures.ledger_entries,
        messages=figures.log_entries,
    )
