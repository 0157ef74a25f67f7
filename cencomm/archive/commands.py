"""`cencomm archive retention`."""

import asyncio
from pathlib import Path

import click

from cencomm.archive.retention import earlier_time
from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.client.transport.relay_client import open_relay
from cencomm.forms.canonical_json import JsonValue
from cencomm.ids import short
from cencomm.node.commands.desk import Desk, desk_of, desk_options
from cencomm.node.key_file import read_keys
from cencomm.node.membership import opened
from cencomm.node.operations import known_operations
from cencomm.node.records.retention import DAY_SECONDS, Due, delete_due, look_for_due
from cencomm.node.sealing import Sealer
from cencomm.node.store import NodeStore


@click.command("retention", cls=TranslatedCommand)
@option("--dry-run", is_flag=True, help="Show what is due, delete nothing; also beside a running archive.")
@desk_options
@click.pass_context
def retention(context: click.Context, data: Path, language: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Delete what the charters let nobody keep any longer. A running archive does so by itself: stop it first."""
    desk = desk_of(context, data, language, as_json=as_json)
    found = asyncio.run(_look(desk) if dry_run else _delete(desk))
    rows = [
        [short(due.operation), str(due.days), str(due.records), str(due.evidence), str(due.deleted)] for due in found
    ]
    document: list[JsonValue] = [
        {
            "operation": due.operation.hex(),
            "days": due.days,
            "records": due.records,
            "evidence": due.evidence,
            "deleted_before": due.deleted,
        }
        for due in found
    ]
    heads = ["Operation", "Days", "Due" if dry_run else "Deleted", "Set aside", "Deleted before"]
    desk.show_table(heads, rows, {"dry_run": dry_run, "operations": document})


async def _look(desk: Desk) -> list[Due]:
    around, keys = desk.surroundings(), read_keys(desk.folder.key_file)
    async with opened(desk.folder) as database, open_relay(keys.relay_url) as relay:
        now = await earlier_time(around.clock, relay)
        operations = await known_operations(NodeStore(database, Sealer(keys.store_key, around.entropy)))
        async with database.reading() as connection:
            return await look_for_due(connection, operations, now=now)


async def _delete(desk: Desk) -> list[Due]:
    """Raises NodeInUse: the archive runs."""
    with desk.folder.locked():
        found = await _look(desk)
        async with opened(desk.folder) as database:
            for due in found:
                if due.records or due.evidence:
                    await delete_due(database, due, now=due.before + due.days * DAY_SECONDS)
        return found
