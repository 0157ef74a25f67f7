"""`search` and `export`: what CEN holds, each case once, as its newest release says."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from cencomm.cen.search import CaseCriteria, Provenance, provenance, read_route
from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import load_code_lists
from cencomm.node.commands.desk import Desk, desk_of, desk_options
from cencomm.node.commands.records import record_document, write_export
from cencomm.node.membership import opened
from cencomm.node.records.criteria import Criteria, Labels, Sort
from cencomm.node.records.cursor import Cursor, read_cursor
from cencomm.node.records.found import Found
from cencomm.node.records.search import MAX_PAGE, Page, find_and_count
from cencomm.node.records.sheets import instant

F = TypeVar("F", bound=Callable[..., Any])
_DAY = len("2026-11-22")
LIST_HEADS = ("Date", "Case", "Country", "Service", "Received", "Releases", "Files")  # as sentences of the catalogue


def case_options(command: F) -> F:
    """What a search or an export is narrowed by."""
    for decorate in (  # the last decorator stands first in the help
        option("--commodity", help="Code of a commodity; closer kinds are found too."),
        option("--route", metavar="BR>FR", help="From one country to another; BR-FR: either way."),
        option("--country", help="Country in whatever role."),
        option("--destination", help="Country of destination."),
        option("--origin", help="Country of origin or departure."),
        option("--reporting", help="Reporting country, two letters."),
        option("--until", help="Last day of it."),
        option("--since", help="First day of the seizure: 2026-11-05, 2026-11 or 2026."),
        option("--case", "reference", help="Reference of the case, or how it begins."),
    ):
        command = decorate(command)
    return command


def asked_for(text: str | None, given: dict[str, str | None]) -> tuple[Criteria, CaseCriteria]:
    """Raises UsageError for what cannot be looked for."""
    route, reference = given.pop("route"), given.pop("reference")
    read = None if route is None else read_route(route, load_code_lists())
    return Criteria(text=text, **given), CaseCriteria(reference=reference, route=read)  # type: ignore[arg-type]  # texts of click


@click.command("search", cls=TranslatedCommand)
@click.argument("text", required=False)
@case_options
@option(
    "--sort",
    type=click.Choice([Sort.HAPPENED.value, Sort.WRITTEN.value, Sort.RECEIVED.value]),
    default=Sort.HAPPENED.value,
    help="Newest first by.",
)
@option("--limit", type=click.IntRange(1, MAX_PAGE), default=50, help="Records on a page.")
@option("--after", help="Where the page before ended, as it said.")
@desk_options
@click.pass_context
def search(
    context: click.Context,
    /,
    text: str | None,
    sort: str,
    limit: int,
    after: str | None,
    data: Path,
    language: str | None,
    *,
    as_json: bool,
    **given: str | None,
) -> None:
    """Find cases by words in any language, parts of words or numbers, and by the options."""
    desk = desk_of(context, data, language, as_json=as_json)
    by = Sort(sort)
    cursor = None if after is None else read_cursor(after, by)
    page, total, known = asyncio.run(_search(desk, asked_for(text, given), by, limit, cursor))
    rows = [_row(found, known[found.record]) for found in page.found]
    desk.show_table(list(LIST_HEADS), rows, _document(page, total, known))
    if not as_json:
        click.echo(desk.say("{shown} of {total} cases", shown=len(page.found), total=total))
        if page.after is not None:
            click.echo(desk.say("More: --after {cursor}", cursor=page.after.text()))


@click.command("export", cls=TranslatedCommand)
@click.argument("target", type=click.Path(path_type=Path))
@click.argument("text", required=False)
@case_options
@option("--bom", is_flag=True, help="Begin CSV files with a byte order mark, for Excel.")
@desk_options
@click.pass_context
def export(
    context: click.Context,
    /,
    target: Path,
    text: str | None,
    data: Path,
    language: str | None,
    *,
    bom: bool,
    as_json: bool,
    **given: str | None,
) -> None:
    """Write cases into TARGET: a workbook if it ends in .xlsx, else a folder of CSV files."""
    criteria, cases = asked_for(text, given)
    desk = desk_of(context, data, language, as_json=as_json)
    write_export(desk, criteria, target, bom=bom, only=cases.condition())


async def _search(
    desk: Desk, asked: tuple[Criteria, CaseCriteria], sort: Sort, limit: int, after: Cursor | None
) -> tuple[Page, int, Mapping[int, Provenance]]:
    criteria, labels, only = asked[0], Labels(load_code_lists()), asked[1].condition()
    async with opened(desk.folder) as database, database.reading() as connection:
        page, total = await find_and_count(connection, criteria, labels, sort=sort, after=after, limit=limit, only=only)
        return page, total, await provenance(connection, [found.record for found in page.found])


def _row(found: Found, known: Provenance) -> list[str]:
    return [
        found.happened_on,
        found.heading,
        found.author_country or "",
        found.author_organisation or "",
        (instant(found.received_at) or "")[:_DAY],
        str(known.releases) if known.operations == 1 else f"{known.releases} / {known.operations}",
        str(len(found.files) or ""),
    ]


def _document(page: Page, total: int, known: Mapping[int, Provenance]) -> JsonValue:
    cases: list[JsonValue] = []
    for found in page.found:
        there = known[found.record]
        cases.append(
            {
                **record_document(found),
                "case": there.case,
                "releases": there.releases,
                "operations": there.operations,
            }
        )
    return {"cases": cases, "total": total, "after": None if page.after is None else page.after.text()}
