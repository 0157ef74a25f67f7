"""Putting into the three databases what a recorded message says. Nothing here commits."""

from collections.abc import Iterable

from sqlalchemy import Table, func, insert, select
from sqlalchemy.dialects.sqlite import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.ids import OperationId
from cencomm.ncen.case import CaseKey
from cencomm.ncen.mention import Mention
from cencomm.ncen.names import skeleton
from cencomm.ncen.numbers import Number
from cencomm.ncen.originator import PassedBy
from cencomm.ncen.tables import CASE_VERSIONS, CASES, NUMBERS, PASSED_BY, Register
from cencomm.node.records.tables import MESSAGES


async def insert_version(connection: AsyncConnection, message: int, key: CaseKey, *, written_at: int) -> None:
    """The record is a version of that case, which begins with its first one."""
    place = {"organisation": key.organisation, "register": key.register, "reference": key.reference}
    number = await _number(connection, CASES, place)
    await connection.execute(insert(CASE_VERSIONS).values(message=message, case=number, written_at=written_at))


async def insert_mentions(
    connection: AsyncConnection, message: int, register: Register, mentions: Iterable[Mention]
) -> None:
    """Each subject, the role it played in this record, and the words by which it is found."""
    for mention in mentions:
        subject = await _number(connection, register.subjects, {"identity": mention.identity})
        await connection.execute(
            insert(register.roles).values(
                message=message,
                row=mention.row,
                subject=subject,
                role=mention.role,
                status=mention.status,
                name=mention.name,
                country=mention.country,
                born=mention.born,
                number=mention.number,
            )
        )
        found = [
            {"word": word, "message": message, "row": mention.row, "sound": skeleton(word)} for word in mention.words
        ]
        if found:
            await connection.execute(insert(register.words), found)


async def insert_numbers(connection: AsyncConnection, message: int, numbers: Iterable[Number]) -> None:
    rows = [
        {"kind": one.kind.value, "number": one.number, "message": message, "block": one.block, "row": one.row}
        for one in numbers
    ]
    if rows:
        await connection.execute(insert(NUMBERS), rows)


async def count_passed_by(connection: AsyncConnection, operation: OperationId, reason: PassedBy) -> None:
    """One more message was not this nation's. That is all that is kept of it."""
    one_more = insert_or(PASSED_BY).values(operation=operation, reason=reason.value, messages=1)
    one_more = one_more.on_conflict_do_update(
        index_elements=[PASSED_BY.c.operation, PASSED_BY.c.reason], set_={"messages": PASSED_BY.c.messages + 1}
    )
    await connection.execute(one_more)


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """How much of what there is; what was passed by under the word of its reason."""
    found = {reason.value: 0 for reason in PassedBy}
    for name, table in (("messages", MESSAGES), ("cases", CASES)):
        found[name] = await connection.scalar(select(func.count()).select_from(table)) or 0
    passed = select(PASSED_BY.c.reason, func.sum(PASSED_BY.c.messages)).group_by(PASSED_BY.c.reason)
    return found | {reason: messages for reason, messages in await connection.execute(passed)}  # noqa: C416 (a row is not typed as a pair)


async def count_subjects(connection: AsyncConnection, register: Register) -> int:
    return await connection.scalar(select(func.count()).select_from(register.subjects)) or 0


async def _number(connection: AsyncConnection, table: Table, values: dict[str, str]) -> int:
    """Of the row with these values, which is made if there is none: a node has one writer."""
    wanted = [table.c[name] == value for name, value in values.items()]
    known = await connection.scalar(select(table.c.id).where(*wanted))
    if isinstance(known, int):
        return known
    added = await connection.execute(insert(table).values(**values))
    (number,) = added.inserted_primary_key or (None,)
    assert isinstance(number, int)  # an integer primary key always has one
    return number
