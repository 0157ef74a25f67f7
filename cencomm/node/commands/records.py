"""`search` and `export`: what a node holds."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.progress import Progress
from sqlalchemy import ColumnElement

from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import load_code_lists
from cencomm.forms.wording import load_wording
from cencomm.ids import OPERATION_ID_BYTES, OperationId, from_hex, short
from cencomm.node.commands.desk import Desk, desk_of, desk_options
from cencomm.node.membership import opened
from cencomm.node.records.criteria import Criteria, Labels, Sort
from cencomm.node.records.cursor import Cursor, read_cursor
from cencomm.node.records.export import Export, Exported, Further
from cencomm.node.records.found import Found
from cencomm.node.records.search import MAX_PAGE, Page, find_and_count
from cencomm.node.records.sheets import instant

F = TypeVar("F", bound=Callable[..., Any])
_TO_THE_MINUTE = len("2026-03-01 00:00")
SORTED = {  # as sentences of the catalogue
    Sort.WRITTEN: "Newest first by when they were written (UTC).",
    Sort.RECEIVED: "Newest first by when they were received here (UTC).",
    Sort.HAPPENED: "Newest first by when it happened.",
}


def criteria_options(command: F) -> F:
    """What a search or an export is narrowed by."""
    for decorate in (  # the last decorator stands first in the help
        option("--commodity", help="Code of a commodity; closer kinds are found too."),
        option("--author-country", help="Country of the author's post."),
        option("--country", help="Country in whatever role."),
        option("--destination", help="Country of destination."),
        option("--origin", help="Country of origin or departure."),
        option("--reporting", help="Reporting country, two letters."),
        option("--until", help="Last day of it."),
        option("--since", help="First day of what the message is about: 2026-11-05, 2026-11 or 2026."),
        option("--form", help="Machine name of a form: alert, seizure …"),
        option("--operation", help="Its id, in hexadecimal."),
    ):
        command = decorate(command)
    return command


def criteria_of(text: str | None, given: dict[str, str | None]) -> Criteria:
    operation = given.pop("operation")
    return Criteria(
        operation=None if operation is None else OperationId(from_hex(operation, length=OPERATION_ID_BYTES)),
        text=text,
        **given,
    )


@click.command("search", cls=TranslatedCommand)
@click.argument("text", required=False)
@criteria_options
@option("--sort", type=click.Choice([sort.value for sort in Sort]), default=Sort.WRITTEN.value, help="Newest first by.")
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
    """Find records by words, parts of words or numbers, and by the options."""
    desk = desk_of(context, data, language, as_json=as_json)
    page, total = asyncio.run(
        _search(
            desk,
            criteria_of(text, given),
            Sort(sort),
            limit,
            None if after is None else read_cursor(after, Sort(sort)),
        )
    )
    by = Sort(sort)
    heads = [
        *(["Received"] if by is Sort.RECEIVED else ["Written"]),
        *("Date", "Form", "Heading", "Author", "Country", "Priority", "TLP", "Files", "Message"),
    ]
    desk.show_table(heads, [_row(found, by) for found in page.found], _document(page, total))
    if not as_json:
        click.echo(desk.say(SORTED[by]))
        click.echo(desk.say("{shown} of {total} records", shown=len(page.found), total=total))
        if page.after is not None:
            click.echo(desk.say("More: --after {cursor}", cursor=page.after.text()))


@click.command("export", cls=TranslatedCommand)
@click.argument("target", type=click.Path(path_type=Path))
@click.argument("text", required=False)
@criteria_options
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
    """Write records into TARGET: a workbook if it ends in .xlsx, else a folder of CSV files."""
    write_export(desk_of(context, data, language, as_json=as_json), criteria_of(text, given), target, bom=bom)


def write_export(
    desk: Desk,
    criteria: Criteria,
    target: Path,
    *,
    bom: bool,
    only: ColumnElement[bool] | None = None,
    further: Further | None = None,
) -> None:
    """Write the records that fit, and say how many.

    Args:
        only: what a kind of node asks of them besides.
        further: makes the sheets that it adds.
    """
    made = Export(Labels(load_code_lists()), load_wording(), desk.words, only, further)
    with Progress(disable=desk.as_json, transient=True) as bar:
        task = bar.add_task(desk.say("Writing"), total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        exported = asyncio.run(_export(desk, made, criteria, target, progress, bom=bom))
    said = desk.say("{records} records written", records=exported.records)
    if exported.withheld:
        said += "\n" + desk.say("{withheld} records of TLP:RED were not exported", withheld=exported.withheld)
    desk.show(said, {"records": exported.records, "withheld": exported.withheld})


async def _search(desk: Desk, criteria: Criteria, sort: Sort, limit: int, after: Cursor | None) -> tuple[Page, int]:
    labels = Labels(load_code_lists())
    async with opened(desk.folder) as database, database.reading() as connection:
        return await find_and_count(connection, criteria, labels, sort=sort, after=after, limit=limit)


async def _export(
    desk: Desk, made: Export, criteria: Criteria, target: Path, progress: Callable[[int, int], None], *, bom: bool
) -> Exported:
    async with opened(desk.folder) as database, database.reading() as connection:
        if target.suffix.lower() == ".xlsx":
            return await made.to_xlsx(connection, criteria, target, progress=progress)
        return await made.to_csv(connection, criteria, target, bom=bom, progress=progress)


def _row(found: Found, by: Sort) -> list[str]:
    when = instant(found.received_at if by is Sort.RECEIVED else found.written_at)
    return [
        (when or "")[:_TO_THE_MINUTE],
        found.happened_on,
        found.form,
        found.heading,
        found.author_name or "",
        found.author_country or "",
        found.priority,
        found.tlp,
        str(len(found.files) or ""),
        short(found.message),
    ]


def _document(page: Page, total: int) -> JsonValue:
    return {
        "records": [record_document(found) for found in page.found],
        "total": total,
        "after": None if page.after is None else page.after.text(),
    }


def record_document(found: Found) -> dict[str, JsonValue]:
    """A record of a list, for programs."""
    return {
        "record": found.record,
        "operation": found.operation.hex(),
        "message": found.message.hex(),
        "form": found.form,
        "form_version": found.form_version,
        "heading": found.heading,
        "happened_on": found.happened_on,
        "written_at": instant(found.written_at),
        "received_at": instant(found.received_at),
        "language": found.language,
        "author_name": found.author_name,
        "author_organisation": found.author_organisation,
        "author_country": found.author_country,
        "author_revoked": found.author_revoked,
        "priority": found.priority,
        "tlp": found.tlp,
        "handling": found.handling,
        "files": list(found.files),
    }
