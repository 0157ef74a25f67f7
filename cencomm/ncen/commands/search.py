"""`search`: in which of the three databases, and for what."""

import asyncio
from pathlib import Path

import click
from sqlalchemy import and_

from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import CodeList, load_code_lists
from cencomm.ids import short
from cencomm.ncen.names import company_words, person_words
from cencomm.ncen.search import Role, Wanted, count_versions, find_roles, is_case
from cencomm.ncen.tables import COMPANIES, SUSPECTS
from cencomm.node.commands.desk import Desk, desk_of, desk_options
from cencomm.node.commands.records import criteria_of, criteria_options
from cencomm.node.membership import opened
from cencomm.node.records.criteria import Criteria, Labels
from cencomm.node.records.found import Found
from cencomm.node.records.search import MAX_PAGE, find_and_count, matching
from cencomm.node.records.sheets import instant
from cencomm.node.records.tables import MESSAGES

_SEIZURES, _SUSPECTS, _COMPANIES = "seizures", "suspects", "companies"
_REGISTERS = {_SUSPECTS: (SUSPECTS, person_words, "person_role"), _COMPANIES: (COMPANIES, company_words, "party_role")}


@click.command("search", cls=TranslatedCommand)
@click.argument("text", required=False)
@option(
    "--in",
    "database",
    type=click.Choice([_SEIZURES, _SUSPECTS, _COMPANIES]),
    default=_SEIZURES,
    help="Which database; seizures if you name none.",
)
@option("--case", help="Beginning of a national case reference.")
@option("--plate", help="Registration plate, however it is spaced.")
@option("--document", help="Number of a document or registration, however it is spaced.")
@option("--every-version", is_flag=True, help="Also what a later report of the same case replaced.")
@criteria_options
@option("--limit", type=click.IntRange(1, MAX_PAGE), default=50, help="Records on a page.")
@desk_options
@click.pass_context
def search(
    context: click.Context,
    /,
    text: str | None,
    database: str,
    case: str | None,
    plate: str | None,
    document: str | None,
    limit: int,
    data: Path,
    language: str | None,
    *,
    every_version: bool,
    as_json: bool,
    **given: str | None,
) -> None:
    """Find seizures by words; suspects and companies by names, also spelled otherwise; all by numbers and options."""
    desk = desk_of(context, data, language, as_json=as_json)
    wanted = Wanted(case=case, plate=plate, document=document, every_version=every_version)
    if database == _SEIZURES:
        asyncio.run(_seizures(desk, criteria_of(text, given), wanted, limit))
    else:
        asyncio.run(_subjects(desk, database, text or "", criteria_of(None, given), wanted, limit))


async def _seizures(desk: Desk, criteria: Criteria, wanted: Wanted, limit: int) -> None:
    labels = Labels(load_code_lists())
    only = and_(is_case(), wanted.condition())
    async with opened(desk.folder) as database, database.reading() as connection:
        page, total = await find_and_count(connection, criteria, labels, limit=limit, only=only)
        versions = await count_versions(connection, MESSAGES.c.id.in_([one.record for one in page.found]))
    desk.show_table(
        ["Date", "Case", "Author", "Reports of it", "TLP", "Files", "Message"],
        [_case_row(one, versions[one.record]) for one in page.found],
        {_SEIZURES: [_case_document(one, versions[one.record]) for one in page.found], "total": total},
    )
    if not desk.as_json:
        click.echo(desk.say("{shown} of {total} records", shown=len(page.found), total=total))


async def _subjects(desk: Desk, name: str, text: str, criteria: Criteria, wanted: Wanted, limit: int) -> None:
    register, parts, roles = _REGISTERS[name]
    lists = load_code_lists()
    async with opened(desk.folder) as database, database.reading() as connection:
        condition = await matching(connection, criteria, Labels(lists), only=wanted.condition())
        found = await find_roles(connection, register, parts(text), condition, limit=limit)
    desk.show_table(
        ["Number", "Name", "Role", "Category", "Born", "Country", "Document", "Case", "Date", "Message"],
        [_subject_row(one, lists[roles], lists["person_status"], desk.words.language) for one in found],
        {name: [_subject_document(one) for one in found]},
    )
    if not desk.as_json:
        click.echo(desk.say("{count} mentions, the likeliest first", count=len(found)))


def _case_row(one: Found, versions: int) -> list[str]:
    return [
        one.happened_on,
        one.heading,
        one.author_name or "",
        str(versions),
        one.tlp,
        str(len(one.files) or ""),
        short(one.message),
    ]


def _case_document(one: Found, versions: int) -> JsonValue:
    return {
        "record": one.record,
        "operation": one.operation.hex(),
        "message": one.message.hex(),
        "heading": one.heading,
        "happened_on": one.happened_on,
        "written_at": instant(one.written_at),
        "author_name": one.author_name,
        "author_organisation": one.author_organisation,
        "versions": versions,
        "tlp": one.tlp,
        "files": list(one.files),
    }


def _subject_row(one: Role, roles: CodeList, statuses: CodeList, language: str) -> list[str]:
    return [
        str(one.subject),
        one.name,
        roles.label(one.role, language),
        "" if one.status is None else statuses.label(one.status, language),
        one.born or "",
        one.country or "",
        one.number or "",
        one.case or "",
        one.happened_on,
        short(one.message),
    ]


def _subject_document(one: Role) -> JsonValue:
    return {
        "subject": one.subject,
        "record": one.record,
        "row": one.row + 1,
        "message": one.message.hex(),
        "case": one.case,
        "role": one.role,
        "status": one.status,
        "name": one.name,
        "country": one.country,
        "born": one.born,
        "number": one.number,
        "happened_on": one.happened_on,
        "tlp": one.tlp,
        "likeness_percent": round(100 * one.likeness),
    }
