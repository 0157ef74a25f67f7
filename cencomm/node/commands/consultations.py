"""`log`: who looked at what, and whether the log of it is whole."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import click

from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.errors import UsageError
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import CodeList, load_code_lists
from cencomm.ids import from_hex
from cencomm.node.commands.desk import Desk, desk_of, desk_options
from cencomm.node.commands.people import office_of
from cencomm.node.consulted import DEEDS, PURPOSES, VIAS, asked_in_words
from cencomm.node.people import log_key
from cencomm.node.records.sheets import instant
from cencomm.site.people.consultation import CHAIN_BYTES, Entry, Head
from cencomm.site.people.queries.consultations import MAX_PAGE, entries_before, verify


@click.command("log", cls=TranslatedCommand)
@option("--limit", type=click.IntRange(1, MAX_PAGE), default=100, help="Entries on a page.")
@option("--before", type=click.IntRange(1), help="Number of the last entry seen.")
@option("--noted", help="A head that was noted elsewhere, NUMBER:CHAIN: the log has to go through it.")
@desk_options
@click.pass_context
def log(
    context: click.Context,
    limit: int,
    before: int | None,
    noted: str | None,
    data: Path,
    language: str | None,
    *,
    as_json: bool,
) -> None:
    """Verify the log of consultations, and list it, the newest first."""
    desk = desk_of(context, data, language, as_json=as_json)
    head, entries = asyncio.run(_read(desk, limit, before, None if noted is None else _head(noted)))
    heads = ["Number", "Time", "Who", "Via", "What", "Purpose", "Found", "Asked", "Recipient"]
    lists = load_code_lists()
    document: JsonValue = {
        "head": {"number": head.number, "chain": head.chain.hex()},
        "entries": [_document(entry) for entry in entries],
    }
    desk.show_table(heads, [_row(desk, entry, lists) for entry in entries], document)
    if not as_json:
        said = "The log is whole. Note its head elsewhere: {head}"
        click.echo(desk.say(said, head=f"{head.number}:{head.chain.hex()}"))


async def _read(desk: Desk, limit: int, before: int | None, noted: Head | None) -> tuple[Head, list[Entry]]:
    async with office_of(desk) as office, office.database.reading() as connection:
        head = await verify(connection, log_key(office.keys), noted=noted)
        return head, await entries_before(connection, before, limit=limit)


def _head(text: str) -> Head:
    number, _, chain = text.partition(":")
    if not number.isdecimal():
        raise UsageError("a head is written NUMBER:CHAIN, as `log` shows it")
    return Head(int(number), from_hex(chain, length=CHAIN_BYTES))


def _row(desk: Desk, entry: Entry, lists: Mapping[str, CodeList]) -> list[str]:
    one = entry.consultation
    return [
        str(entry.number),
        instant(one.at) or "",
        one.person,
        desk.say(VIAS[one.via]),
        desk.say(DEEDS[one.deed]),
        "" if one.purpose is None else desk.say(PURPOSES[one.purpose]),
        str(one.found),
        asked_in_words(one, desk.words, lists),
        one.recipient or "",
    ]


def _document(entry: Entry) -> JsonValue:
    one = entry.consultation
    return {
        "number": entry.number,
        "at": one.at,
        "person": one.person,
        "via": one.via.value,
        "deed": one.deed.value,
        "purpose": None if one.purpose is None else one.purpose.value,
        "asked": one.asked,
        "found": one.found,
        "recipient": one.recipient,
    }
