"""How fast CEN takes releases in, finds cases and counts them, beside SQLite without any of us.

    python -m bench.cen [RECORDS] [FILE.csv [LEGS.csv]]

Releases are made of the rows of a seizure file (the sample's, else FILE by the mapping `routes`), spread over years,
countries and goods, each signed and judged as one that came. Printed: releases a second through CEN's own recording,
against `executemany` of the very same rows into the same tables; the 95th percentile of queries through the whole
stack, against the same questions in SQL by hand; whole statistics; rows a second into a workbook.
"""

import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path

from python_calamine import load_workbook

from bench._figures import Figure, report
from cencomm.cen.recording import ReleaseRecorder
from cencomm.cen.search import CaseCriteria, read_route
from cencomm.cen.statistics import By, Period, statistics
from cencomm.client.releases.preparing import prepare
from cencomm.client.reports import Reports
from cencomm.client.words import load_words
from cencomm.demo.cli import SAMPLE, SAMPLE_LEGS
from cencomm.demo.rows import named_mapping, read_file, read_rows
from cencomm.forms.code_list import load_code_lists
from cencomm.forms.form import Variant
from cencomm.forms.library import load_forms
from cencomm.forms.mapped_row import MappedRow
from cencomm.forms.validation import validate
from cencomm.forms.wording import load_wording
from cencomm.node.database import NODE, Database, migrate, open_database
from cencomm.node.records.criteria import Criteria, Labels, Sort
from cencomm.node.records.export import Export
from cencomm.node.records.search import find
from tests.unit.cen.release_desk import open_release_desk
from tests.unit.node.records.operation import NOW, Desk, Values

RECORDS = 2_000  # give 100000 where there is time
IN_A_TRANSACTION = 500  # of a node that catches up it is one; here the disk is not what is measured
QUERIES = 100
COUNTRIES = ("KE", "FR", "TH", "BR", "ET", "AE", "US", "VN", "ZA", "NL", "CO", "MX", "CN", "DE", "ES", "MA")
GOODS = ("CIT", "TOB", "DRG", "IPR", "CSH", "WPN")
COPIED = ("forms", "fields", "messages", "cells", "message_words", "cases", "releases", "shares", "tallies")


def shapes(file: Path | None, legs: Path | None) -> list[Values]:
    """What of each row of the file may go to CEN."""
    lists, wording = load_code_lists(), load_wording()
    forms = load_forms(lists)
    shipped = Path(__file__).parents[1] / "cencomm" / "demo"
    mapped = read_rows(
        read_file(file or shipped / SAMPLE),
        read_file(legs or shipped / SAMPLE_LEGS) if legs or file is None else None,
        mapping=named_mapping("routes", lists),
        forms=forms,
        lists=lists,
        wording=wording,
        now=NOW,
    )
    rows = [row for row in mapped.outcomes if isinstance(row, MappedRow)]
    reports = [
        validate(forms[row.form], dict(row.values), variant=Variant.LONG, lists=lists, written_at=NOW) for row in rows
    ]
    return [prepare(one, forms["release"]).values for one in reports]


def varied(kinds: Sequence[Values], number: int) -> Values:
    """One of the shapes as another seizure: its own case, day, country and goods."""
    values = dict(kinds[number % len(kinds)])
    values["case_ref"] = f"{COUNTRIES[number % 16]}-{number:07d}"
    values["seizure_date"] = f"{2012 + number % 14}-{1 + number % 12:02d}-{1 + number % 28:02d}"
    values["reporting_country"] = COUNTRIES[number % 16]
    values["items"] = [{"category": GOODS[number % 6], "description": f"lot {number}", "quantity": {"unweighed": True}}]
    start, end = COUNTRIES[(number * 7) % 16], COUNTRIES[(number * 5 + 3) % 16]
    values["route"] = [
        {"role": "origin", "place": {"country": start}},
        {"role": "destination", "place": {"country": end}},
    ]
    return values


async def load(
    database: Database, recorder: ReleaseRecorder, desk: Desk, events: Iterator[Values], count: int
) -> float:
    """Seconds that recording took, without the making of what was recorded."""
    spent = 0.0
    for first in range(0, count, IN_A_TRANSACTION):
        messages = [desk.message("release", next(events)) for _ in range(min(IN_A_TRANSACTION, count - first))]
        began = time.perf_counter()
        async with database.writer.begin() as connection:
            for message in messages:
                await recorder.record(connection, message, desk.operation, now=NOW)
        spent += time.perf_counter() - began
        if (first // IN_A_TRANSACTION) % 20 == 19:
            print(f"  recorded {first + len(messages)} in {spent:.0f} s", flush=True)
    return spent


def copy_rows(source: Path, blank: Path) -> float:
    """Seconds of `executemany` for the same rows, into tables with the same indexes."""
    rows = {}
    with sqlite3.connect(source) as read:
        for table in COPIED:
            columns = "rowid, text" if table == "message_words" else "*"
            rows[table] = read.execute(f"SELECT {columns} FROM {table}").fetchall()  # noqa: S608 (our own names)
    target = sqlite3.connect(blank)
    target.execute("PRAGMA synchronous=FULL")
    began = time.perf_counter()
    for table, lines in rows.items():
        names = "(rowid, text)" if table == "message_words" else ""
        marks = ", ".join("?" * len(lines[0]))
        target.executemany(f"INSERT INTO {table} {names} VALUES ({marks})", lines)  # noqa: S608 (our own names)
    target.commit()
    spent = time.perf_counter() - began
    target.close()
    return spent


async def p95(ask: Callable[[int], Awaitable[object]]) -> float:
    """Milliseconds."""
    times = []
    for number in range(QUERIES):
        began = time.perf_counter()
        await ask(number)
        times.append(time.perf_counter() - began)
    return sorted(times)[int(QUERIES * 0.95)] * 1000


async def queries(database: Database, path: Path, labels: Labels) -> list[Figure]:
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA cache_size=-65536")
    fields = raw.execute("SELECT id, name FROM fields WHERE list IN ('country', 'commodity')").fetchall()
    number_of = {name: one for one, name in fields}
    newest = "m.id IN (SELECT message FROM releases WHERE newest = 1)"

    async def by_country(number: int) -> object:
        asked = Criteria(reporting=COUNTRIES[number % 16], commodity=GOODS[number % 6], since="2020", until="2020")
        async with database.reading() as connection:
            return await find(connection, asked, labels, sort=Sort.HAPPENED, only=CaseCriteria().condition())

    async def by_country_raw(number: int) -> object:
        cell = "SELECT message FROM cells WHERE field = ? AND code = ?"
        return raw.execute(
            f"SELECT m.id, heading, happened_on FROM messages m WHERE {newest} AND happened_on >= '2020'"  # noqa: S608 (ours)
            f" AND happened_on <= '2020~' AND m.id IN ({cell}) AND m.id IN ({cell})"
            " ORDER BY happened_on DESC, m.id DESC LIMIT 50",
            (number_of["reporting_country"], COUNTRIES[number % 16], number_of["category"], GOODS[number % 6]),
        ).fetchall()

    async def by_route(number: int) -> object:
        pair = f"{COUNTRIES[number % 16]}>{COUNTRIES[(number * 3 + 1) % 16]}"
        only = CaseCriteria(route=read_route(pair, labels.lists)).condition()
        async with database.reading() as connection:
            return await find(connection, Criteria(), labels, sort=Sort.HAPPENED, only=only)

    async def by_route_raw(number: int) -> object:
        return raw.execute(
            f"SELECT m.id, heading, happened_on FROM messages m WHERE {newest} AND m.id IN (SELECT message FROM shares"  # noqa: S608 (our own words)
            " WHERE kind = 'route' AND first = ? AND second = ?) ORDER BY happened_on DESC, m.id DESC LIMIT 50",
            (COUNTRIES[number % 16], COUNTRIES[(number * 3 + 1) % 16]),
        ).fetchall()

    async def by_reference(number: int) -> object:
        only = CaseCriteria(reference=f"{COUNTRIES[number % 16]}-{number:07d}").condition()
        async with database.reading() as connection:
            return await find(connection, Criteria(), labels, only=only)

    async def by_reference_raw(number: int) -> object:
        return raw.execute(
            "SELECT m.id, heading FROM messages m JOIN releases r ON r.message = m.id JOIN cases c ON c.id = r.'case'"
            " WHERE r.newest = 1 AND c.reference = ?",
            (f"{COUNTRIES[number % 16].lower()}-{number:07d}",),
        ).fetchall()

    async def everything(_: int) -> object:
        async with database.reading() as connection:
            return [await statistics(connection, by, Period()) for by in By]

    figures = []
    for name, ours, theirs in (
        ("country, goods and year", by_country, by_country_raw),
        ("a route", by_route, by_route_raw),
        ("a reference", by_reference, by_reference_raw),
    ):
        beside = await p95(theirs)
        figures.append(
            Figure(name=f"p95 of {name}", reached=await p95(ours), wanted=1.5 * beside + 3, unit="ms", sense="most")
        )
    figures.append(
        Figure(
            name="p95 of all statistics of everything",
            reached=await p95(everything),
            wanted=200,
            unit="ms",
            sense="most",
        )
    )
    raw.close()
    return figures


async def main(count: int, file: Path | None, legs: Path | None) -> None:
    lists = load_code_lists()
    reports, kinds = Reports(lists), shapes(file, legs)
    desk = open_release_desk(load_forms(lists))
    recorder = ReleaseRecorder(reports)
    with tempfile.TemporaryDirectory() as folder:
        path, beside = Path(folder) / "cen.sqlite", Path(folder) / "raw.sqlite"
        for one in (path, beside):
            migrate(one, (NODE, *recorder.packages))
        database = open_database(path)
        spent = await load(database, recorder, desk, (varied(kinds, number) for number in range(count)), count)
        labels = Labels(lists)
        figures = await queries(database, path, labels)
        export = Export(labels, load_wording(), load_words("en"), CaseCriteria().condition())
        began = time.perf_counter()
        async with database.reading() as connection:
            await export.to_xlsx(connection, Criteria(), Path(folder) / "cases.xlsx", progress=lambda *_: None)
        exported = time.perf_counter() - began
        book = load_workbook(Path(folder) / "cases.xlsx")
        rows = sum(book.get_sheet_by_name(name).height for name in book.sheet_names)
        print(f"  {count / exported:.0f} cases a second into a workbook, {rows / count:.1f} rows each")
        await database.dispose()
        raw = copy_rows(path, beside)
    report(
        Figure(
            name="releases a second, judged and recorded",
            reached=count / spent,
            wanted=0.5 * count / raw,
            unit="releases/s",
        ),
        *figures,
        Figure(
            name="rows a second into a workbook of all sheets", reached=rows / exported, wanted=20_000, unit="rows/s"
        ),
    )


if __name__ == "__main__":
    given = sys.argv[1:]
    files = [Path(one) for one in given[1:3]] + [None, None]
    asyncio.run(main(int(given[0]) if given else RECORDS, files[0], files[1]))
