"""`join`: as every node's, and whose store it is."""

import asyncio
from pathlib import Path

import click

from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.ncen.nation import Nation, settle_nation
from cencomm.node.commands.desk import desk_of, desk_options
from cencomm.node.commands.node import ask_for_place, letter_options


@click.command("join", cls=TranslatedCommand)
@letter_options
@option("--nation", required=True, help="Whose store it is, two letters: it keeps what this nation originates.")
@desk_options
@click.pass_context
def join(
    context: click.Context,
    letter: Path,
    relay_url: str | None,
    registration_code_file: Path | None,
    nation: str,
    data: Path,
    language: str | None,
    *,
    as_json: bool,
) -> None:
    """Ask for the place that an access letter offers; make the node first if there is none."""
    desk = desk_of(context, data, language, as_json=as_json)
    desk.kind.settle(desk.folder)  # before it is anybody's: an archive's folder holds every nation's records
    settle_nation(desk.folder, Nation(nation))
    asyncio.run(ask_for_place(desk, letter, relay_url, registration_code_file))
