"""`backup` and `restore`."""

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path

import click

from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.clock import system_clock
from cencomm.node.backup import back_up
from cencomm.node.backup import restore as put_back
from cencomm.node.commands.desk import Desk, desk_of, desk_options
from cencomm.node.commands.evidence import UNSOUND, examine
from cencomm.node.data_folder import DataFolder

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command("backup", cls=TranslatedCommand)
@option("--to", "into", type=_FOLDER, required=True, help="A folder that is not there yet.")
@desk_options
@click.pass_context
def backup(context: click.Context, into: Path, data: Path, language: str | None, *, as_json: bool) -> None:
    """Copy the node beside its running process."""
    desk = desk_of(context, data, language, as_json=as_json)
    files = back_up(desk.folder, into, kind=desk.kind.package, clock=system_clock)
    said = desk.say(
        "{folder} is a whole backup of {files} files. Records and keys lie in it in clear: keep it sealed.",
        folder=str(into),
        files=files,
    )
    desk.show(said, {"backup": str(into), "files": files})


@click.command("restore", cls=TranslatedCommand)
@option("--from", "source", type=_FOLDER, required=True, help="A backup.")
@option("--verify", is_flag=True, help="Check the backup and every record in it, restore nothing.")
@desk_options
@click.pass_context
def restore(
    context: click.Context, source: Path, data: Path, language: str | None, *, verify: bool, as_json: bool
) -> None:
    """Check a backup, and put the node back into a folder that is not there yet; exit code 3 for a bad record."""
    desk = desk_of(context, data, language, as_json=as_json)
    if verify:
        with tempfile.TemporaryDirectory(dir=source.absolute().parent) as aside:
            records, sound = _put_back(desk, source, Path(aside) / "node")
    else:
        records, sound = _put_back(desk, source, data)
    if not sound:
        said = desk.say("{records} records, and not all are what was signed: run verify.", records=records)
    elif verify:
        said = desk.say("The backup is whole: {records} records, each as it was signed.", records=records)
    else:
        said = desk.say("{records} records are back. Start the node: it reads on before it acts.", records=records)
    desk.show(said, {"records": records, "sound": sound})
    if not sound:
        context.exit(UNSOUND)


def _put_back(desk: Desk, source: Path, data: Path) -> tuple[int, bool]:
    put_back(source, DataFolder(data), kind=desk.kind.package)
    restored = replace(desk, folder=DataFolder(data))
    verification = asyncio.run(examine(restored, with_log=False, progress=lambda _: None))
    return verification.records, verification.sound
