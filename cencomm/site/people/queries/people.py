"""People and their recovery codes."""

from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.errors import UsageError
from cencomm.site.people.person import Person, Role
from cencomm.site.people.tables import PEOPLE, RECOVERY_CODES


async def add_person(connection: AsyncConnection, *, name: str, role: Role, verifier: str, now: int) -> None:
    """Raises UsageError when somebody has or had this name: the log of consultations would mean two people by it."""
    row = {
        "name": name,
        "role": role.value,
        "verifier": verifier,
        "totp_step": -1,
        "made_at": now,
        "active_at": now,
    }
    try:
        await connection.execute(insert(PEOPLE).values(row))
    except IntegrityError:
        raise UsageError(f"somebody has or had the name {name!r} here: choose another, or reset that one") from None


async def find_person(connection: AsyncConnection, name: str) -> Person | None:
    """Also one who has ended."""
    row = (await connection.execute(select(PEOPLE).where(PEOPLE.c.name == name))).one_or_none()
    return None if row is None else _person(row)


async def list_people(connection: AsyncConnection) -> list[Person]:
    return [_person(row) for row in await connection.execute(select(PEOPLE).order_by(PEOPLE.c.name))]


async def put_verifier(connection: AsyncConnection, person: int, verifier: str, *, now: int) -> None:
    """A reset: a new password, no authenticator, active again."""
    values = {"verifier": verifier, "totp": None, "totp_step": -1, "active_at": now, "ended_at": None}
    await connection.execute(update(PEOPLE).where(PEOPLE.c.id == person).values(values))
    await put_recovery_codes(connection, person, ())


async def put_totp(connection: AsyncConnection, person: int, sealed: bytes, *, step: int) -> None:
    await connection.execute(update(PEOPLE).where(PEOPLE.c.id == person).values(totp=sealed, totp_step=step))


async def spend_step(connection: AsyncConnection, person: int, step: int) -> None:
    await connection.execute(update(PEOPLE).where(PEOPLE.c.id == person).values(totp_step=step))


async def put_recovery_codes(connection: AsyncConnection, person: int, verifiers: tuple[bytes, ...]) -> None:
    """These, and none of those before."""
    await connection.execute(delete(RECOVERY_CODES).where(RECOVERY_CODES.c.person == person))
    if verifiers:
        rows = [{"person": person, "verifier": verifier} for verifier in verifiers]
        await connection.execute(insert(RECOVERY_CODES), rows)


async def spend_recovery_code(connection: AsyncConnection, person: int, verifier: bytes) -> bool:
    """Whether it was one of the codes that are left; it is not any more."""
    code = RECOVERY_CODES.c
    spent = await connection.execute(
        delete(RECOVERY_CODES).where(code.person == person, code.verifier == verifier).returning(code.person)
    )
    return spent.one_or_none() is not None


async def touch_person(connection: AsyncConnection, person: int, *, now: int) -> None:
    await connection.execute(update(PEOPLE).where(PEOPLE.c.id == person).values(active_at=now))


async def end_person(connection: AsyncConnection, person: int, *, now: int) -> None:
    await connection.execute(update(PEOPLE).where(PEOPLE.c.id == person).values(ended_at=now, totp=None))
    await put_recovery_codes(connection, person, ())


def _person(row: Row[Any]) -> Person:
    return Person(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        verifier=row.verifier,
        totp=row.totp,
        totp_step=row.totp_step,
        made_at=row.made_at,
        active_at=row.active_at,
        ended_at=row.ended_at,
    )
