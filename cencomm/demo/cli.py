"""`cencomm demo`."""

import asyncio
import contextlib
import signal
import sys
import tempfile
from collections.abc import Coroutine, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Never

import click
from rich.console import Console

from cencomm.clock import system_clock
from cencomm.demo.folder import DemoFolder
from cencomm.demo.invitation import invitation
from cencomm.demo.performance import Programme, count, show
from cencomm.demo.production import produced
from cencomm.demo.repertoire import Repertoire, load_repertoire
from cencomm.demo.rows import named_mapping, read_file, read_rows
from cencomm.demo.server import first_to_end
from cencomm.demo.tally import show_tally
from cencomm.errors import CencommError

DATA = Path("var") / "demo"
SAMPLE, SAMPLE_LEGS = "sample_seizures.csv", "sample_legs.csv"


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for everything; what an earlier demonstration left there is removed.  [default: var/demo; "
    "with --exit a temporary one]",
)
@click.option("--play", "file", type=click.Path(path_type=Path), help="CSV file of seizures; else the sample's.")
@click.option("--with", "legs", type=click.Path(path_type=Path), help="Second file that the mapping joins.")
@click.option("--mapping", "mapping_name", default="routes", show_default=True, help="templates/mappings/NAME.toml")
@click.option(
    "--exit", "and_exit", is_flag=True, help="Play as fast as it goes, count what arrived, end: not zero if not all."
)
@click.option(
    "--pace", type=click.FloatRange(0, 600), default=4.0, show_default=True, help="Seconds to read each message."
)
def demo(
    data: Path | None, file: Path | None, legs: Path | None, mapping_name: str, *, and_exit: bool, pace: float
) -> None:
    """Play an operation: relay, archive, nCEN and CEN as processes, officers of many lands who exchange seizures."""
    if file is None and legs is not None:
        raise click.UsageError("--with joins a second file to the one of --play")
    console = Console()
    complete, failure = False, None
    try:
        console.print("Reading forms, code lists and the file …")
        repertoire = load_repertoire()
        programme = _programme(repertoire, file, legs, mapping_name)
        with _folder(data, temporary=and_exit) as folder, folder.cleared():
            if and_exit:
                complete = asyncio.run(_until_stopped(_count(folder, repertoire, programme, console)))
            else:
                complete = asyncio.run(_until_stopped(_show(folder, repertoire, programme, console, pace)))
    except* CencommError as errors:  # members listen in tasks of their own, so it may be several
        failure = _first(errors)
    if failure is not None:
        raise click.ClickException(str(failure))
    if and_exit and not complete:
        sys.exit(1)


def _programme(repertoire: Repertoire, file: Path | None, legs: Path | None, mapping_name: str) -> Programme:
    mapping = named_mapping(mapping_name, repertoire.lists)
    mapped = read_rows(
        _shipped(SAMPLE) if file is None else read_file(file),
        _second_file(file, legs),
        mapping=mapping,
        forms=repertoire.plan.forms,
        lists=repertoire.lists,
        wording=repertoire.wording,
        now=system_clock(),
    )
    return Programme(mapped, mapping.languages[0])


def _second_file(file: Path | None, legs: Path | None) -> bytes | None:
    if file is None:
        return _shipped(SAMPLE_LEGS)
    return None if legs is None else read_file(legs)


def _shipped(name: str) -> bytes:
    return (files("cencomm.demo") / name).read_bytes()


@contextlib.contextmanager
def _folder(data: Path | None, *, temporary: bool) -> Iterator[DemoFolder]:
    if data is not None or not temporary:
        yield DemoFolder(data or DATA)
        return
    with tempfile.TemporaryDirectory(prefix="cencomm-demo-") as path:
        yield DemoFolder(Path(path))


async def _count(folder: DemoFolder, repertoire: Repertoire, programme: Programme, console: Console) -> bool:
    async with produced(folder, repertoire, console, for_people=False) as production:
        tally = await count(production, programme, repertoire)
    show_tally(tally, console)
    return not tally.missing


async def _show(
    folder: DemoFolder, repertoire: Repertoire, programme: Programme, console: Console, pace: float
) -> Never:
    async with produced(folder, repertoire, console, for_people=True) as production:
        console.print(invitation(folder, production), markup=False, highlight=False, soft_wrap=True)
        played = await show(production, programme, repertoire, console, pace_seconds=pace)
        for reason in played.unsent:
            console.print(f"not sent: {reason}", markup=False, highlight=False, soft_wrap=True)
        console.print(
            "That was the file. Relay, archive, nCEN and CEN stay up and the officers go on reading: Ctrl-C ends it."
        )
        await first_to_end(production.servers)


async def _until_stopped(play: Coroutine[None, None, bool]) -> bool:
    """What the play gives; Ctrl-C or SIGTERM ends it early and in order, servers last."""
    task = asyncio.create_task(play)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return False


def _first(errors: BaseExceptionGroup[CencommError]) -> BaseException:
    found: BaseException = errors
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found
