"""`export`: the sheets of all forms, and those by which cases, suspects and companies hang together."""

from collections.abc import Sequence
from pathlib import Path

import click
from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.forms.code_list import load_code_lists
from cencomm.ncen.linking import linking_sheets
from cencomm.ncen.search import Wanted
from cencomm.node.commands.desk import desk_of, desk_options
from cencomm.node.commands.records import criteria_of, criteria_options, write_export
from cencomm.node.records.export import FurtherSheet


@click.command("export", cls=TranslatedCommand)
@click.argument("target", type=click.Path(path_type=Path))
@click.argument("text", required=False)
@option("--case", help="Beginning of a national case reference.")
@option("--every-version", is_flag=True, help="Also what a later report of the same case replaced.")
@criteria_options
@option("--bom", is_flag=True, help="Begin CSV files with a byte order mark, for Excel.")
@desk_options
@click.pass_context
def export(
    context: click.Context,
    /,
    target: Path,
    text: str | None,
    case: str | None,
    data: Path,
    language: str | None,
    *,
    every_version: bool,
    bom: bool,
    as_json: bool,
    **given: str | None,
) -> None:
    """Write records into TARGET: a workbook if it ends in .xlsx, else a folder of CSV files."""
    desk = desk_of(context, data, language, as_json=as_json)
    lists = load_code_lists()

    async def further(connection: AsyncConnection, exported: ColumnElement[bool]) -> Sequence[FurtherSheet]:
        return await linking_sheets(connection, exported, desk.words, lists)

    only = Wanted(case=case, every_version=every_version).condition()
    write_export(desk, criteria_of(text, given), target, bom=bom, only=only, further=further)
