"""`tally`: how much of what there is, and how much passed by."""

import asyncio
from pathlib import Path

import click

from cencomm.client.commands.translated import TranslatedCommand
from cencomm.ncen.nation import read_nation
from cencomm.ncen.originator import PassedBy
from cencomm.ncen.queries import count_subjects, counts
from cencomm.ncen.tables import COMPANIES, SUSPECTS
from cencomm.node.commands.desk import Desk, desk_of, desk_options
from cencomm.node.membership import opened


@click.command("tally", cls=TranslatedCommand)
@desk_options
@click.pass_context
def tally(context: click.Context, data: Path, language: str | None, *, as_json: bool) -> None:
    """Count messages, cases, suspects and companies, and the messages of others that were not kept."""
    desk = desk_of(context, data, language, as_json=as_json)
    found = asyncio.run(_counted(desk))
    said = desk.say(
        "{nation}: {messages} messages, {cases} cases, {suspects} suspects, {companies} companies",
        nation=read_nation(desk.folder).code,
        **{name: found[name] for name in ("messages", "cases", "suspects", "companies")},
    )
    passed = desk.say(
        "Not kept: {others} messages of other nations, {nobodys} whose author the ledger gives no nation",
        others=found[PassedBy.OTHER_NATION],
        nobodys=found[PassedBy.NO_NATION],
    )
    desk.show(f"{said}\n{passed}", {"nation": read_nation(desk.folder).code, **found})


async def _counted(desk: Desk) -> dict[str, int]:
    async with opened(desk.folder) as database, database.reading() as connection:
        found = await counts(connection)
        found["suspects"] = await count_subjects(connection, SUSPECTS)
        found["companies"] = await count_subjects(connection, COMPANIES)
    return found
