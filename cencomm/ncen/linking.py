"""How cases, suspects and companies of an export hang together: sheets whose numbers lead from one to the other.

cases.message ──> the sheets of the forms        suspect_roles.suspect ──> suspects.suspect
cases.case <── suspect_roles.case                suspect_roles.message, row ──> seizure_persons, the same for companies
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.client.words import Words
from cencomm.forms.code_list import CodeList
from cencomm.ncen.search import count_versions, reference
from cencomm.ncen.tables import CASE_VERSIONS, CASES, COMPANIES, SUSPECTS, Register
from cencomm.node.records.export import FurtherSheet
from cencomm.node.records.sheets import SheetCell
from cencomm.node.records.tables import MESSAGES

HEADS: Mapping[str, str] = {  # as sentences of the catalogue
    "case": "Case",
    "reference": "Reference",
    "organisation": "Service",
    "versions": "Reports of it",
    "message": "Message",
    "row": "Row",
    "suspect": "Suspect",
    "company": "Company",
    "name": "Name, as last written",
    "country": "Country",
    "born": "Born",
    "number": "Document or registration",
    "role": "Role",
    "role_label": "Role (in words)",
    "status": "Category",
    "cases": "Reports",
}


async def linking_sheets(
    connection: AsyncConnection, wanted: ColumnElement[bool], words: Words, lists: Mapping[str, CodeList]
) -> Sequence[FurtherSheet]:
    """The sheets `cases`, `suspects`, `suspect_roles`, `companies` and `company_roles` of the wanted records."""
    suspects = await _subjects(connection, wanted, SUSPECTS, "suspect", words, lists["person_role"])
    companies = await _subjects(connection, wanted, COMPANIES, "company", words, lists["party_role"])
    return [await _cases(connection, wanted, words), *suspects, *companies]


async def _cases(connection: AsyncConnection, wanted: ColumnElement[bool], words: Words) -> FurtherSheet:
    query = (
        select(CASES.c.id, reference(), MESSAGES.c.author_organisation, MESSAGES.c.id, MESSAGES.c.message)
        .join(CASE_VERSIONS, CASE_VERSIONS.c.case == CASES.c.id)
        .join(MESSAGES, MESSAGES.c.id == CASE_VERSIONS.c.message)
        .where(wanted)
        .order_by(CASES.c.id, MESSAGES.c.id)
    )
    found = (await connection.execute(query)).all()
    rows: list[Sequence[SheetCell]] = [_heads(words, "case", "reference", "organisation", "versions", "message")]
    versions = await count_versions(connection, wanted)
    rows += [
        [case, written, organisation, versions.get(record), message.hex()]
        for case, written, organisation, record, message in found
    ]
    return FurtherSheet("cases", rows)


async def _subjects(
    connection: AsyncConnection,
    wanted: ColumnElement[bool],
    register: Register,
    one: str,
    words: Words,
    roles: CodeList,
) -> tuple[FurtherSheet, FurtherSheet]:
    """Each subject once, as it was last written, and each role that it played."""
    played = register.roles.c
    query = (
        select(register.roles, MESSAGES.c.message.label("message_id"), CASE_VERSIONS.c.case)
        .join(MESSAGES, MESSAGES.c.id == played.message)
        .outerjoin(CASE_VERSIONS, CASE_VERSIONS.c.message == played.message)
        .where(wanted)
        .order_by(played.subject, MESSAGES.c.written_at, MESSAGES.c.id, played.row)
    )
    links: list[Sequence[SheetCell]] = [
        _heads(words, one, "case", "role", "role_label", "status", "name", "message", "row")
    ]
    newest: dict[int, Sequence[SheetCell]] = {}
    counted: dict[int, int] = {}
    for row in await connection.execute(query):
        label = roles.label(row.role, words.language)
        links.append([row.subject, row.case, row.role, label, row.status, row.name, row.message_id.hex(), row.row + 1])
        newest[row.subject] = [row.subject, row.name, row.country, row.born, row.number]
        counted[row.subject] = counted.get(row.subject, 0) + 1
    subjects: list[Sequence[SheetCell]] = [_heads(words, one, "name", "country", "born", "number", "cases")]
    subjects += [[*values, counted[subject]] for subject, values in newest.items()]
    return FurtherSheet(register.subjects.name, subjects), FurtherSheet(register.roles.name, links)


def _heads(words: Words, *names: str) -> Sequence[SheetCell]:
    return [words.say(HEADS[name]) for name in names]
