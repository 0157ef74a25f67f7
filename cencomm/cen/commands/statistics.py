"""`statistics`: how many cases, by month and commodity, by country, by route; as a table, CSV or JSON."""

import asyncio
import csv
import io
from collections.abc import Sequence
from pathlib import Path

import click

from cencomm.cen.statistics import By, Line, Period
from cencomm.cen.statistics import statistics as read_statistics
from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import CodeList, load_code_lists
from cencomm.node.commands.desk import Desk, desk_of, desk_options
from cencomm.node.membership import opened
from cencomm.node.records.criteria import COMMODITY, COUNTRY
from cencomm.node.records.export import CsvSheet

HEADS = {  # as sentences of the catalogue
    By.MONTH: ("Month", "Commodity", "Cases"),
    By.COUNTRY: ("Country", "Cases"),
    By.ROUTE: ("From", "To", "Cases"),
}


@click.command("statistics", cls=TranslatedCommand)
@option("--by", type=click.Choice([by.value for by in By]), default=By.MONTH.value, help="What a line is about.")
@option("--since", help="First month: 2026-11 or 2026.")
@option("--until", help="Last month.")
@option("--limit", type=click.IntRange(1), help="Lines at most.")
@option("--csv", "as_csv", is_flag=True, help="CSV, with codes beside the words.")
@desk_options
@click.pass_context
def statistics(
    context: click.Context,
    by: str,
    since: str | None,
    until: str | None,
    limit: int | None,
    data: Path,
    language: str | None,
    *,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Count cases by month and commodity, by reporting country, or by route. A case with two kinds counts for both."""
    desk = desk_of(context, data, language, as_json=as_json)
    kind, period = By(by), Period(since=since, until=until)
    lines = asyncio.run(_read(desk, kind, period, limit))
    codes = load_code_lists()[COMMODITY if kind is By.MONTH else COUNTRY]
    if as_csv and not as_json:
        click.echo(_csv(desk, kind, lines, codes), nl=False)
        return
    rows = [_row(kind, line, codes, desk.words.language) for line in lines]
    desk.show_table(list(HEADS[kind]), rows, _document(kind, lines))


async def _read(desk: Desk, by: By, period: Period, most: int | None) -> list[Line]:
    async with opened(desk.folder) as database, database.reading() as connection:
        return await read_statistics(connection, by, period, most=most)


def _row(by: By, line: Line, codes: CodeList, language: str) -> list[str]:
    names = [codes.label(code, language) for code in (line.first, line.second) if code]
    return [*([line.month] if by is By.MONTH else []), *names, str(line.cases)]


def _csv(desk: Desk, by: By, lines: Sequence[Line], codes: CodeList) -> str:
    """Codes first, so that programs need no words; a word that a spreadsheet would run is made a text."""
    target = io.StringIO()
    sheet = CsvSheet(csv.writer(target, lineterminator="\n").writerow, {})
    *said, last = (desk.say(head) for head in HEADS[by])
    months, named = (said[:1], said[1:]) if by is By.MONTH else ([], said)
    in_words = desk.say("in words")
    sheet.write([*months, *named, *(f"{head} ({in_words})" for head in named), last])
    for line in lines:
        there = [code for code in (line.first, line.second) if code]
        words = [codes.label(code, desk.words.language) for code in there]
        sheet.write([*([line.month] if by is By.MONTH else []), *there, *words, line.cases])
    return target.getvalue()


def _document(by: By, lines: Sequence[Line]) -> JsonValue:
    match by:
        case By.MONTH:
            return [{"month": line.month, "commodity": line.first, "cases": line.cases} for line in lines]
        case By.COUNTRY:
            return [{"country": line.first, "cases": line.cases} for line in lines]
        case By.ROUTE:
            return [{"from": line.first, "to": line.second, "cases": line.cases} for line in lines]
