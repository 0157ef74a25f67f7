"""Answers to founding letters."""

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from cencomm.ids import AccountId
from cencomm.relay.tables.operations import FOUNDING_ANSWERS as ANSWERS


def find_answer(connection: Connection, slot: bytes, *, now: int) -> tuple[AccountId, bytes] | None:
    """Who left it, and what."""
    row = connection.execute(select(ANSWERS).where(ANSWERS.c.slot == slot, ANSWERS.c.until >= now)).one_or_none()
    return None if row is None else (AccountId(row.account), row.answer)


def put_answer(connection: Connection, slot: bytes, account: AccountId, answer: bytes, *, until: int) -> None:
    values = {"account": account, "answer": answer, "until": until}
    connection.execute(
        upsert(ANSWERS).values(slot=slot, **values).on_conflict_do_update(index_elements=["slot"], set_=values)
    )


def count_answers(connection: Connection, account: AccountId, *, but: bytes) -> int:
    """Those of the account that wait, beside the one in slot `but`."""
    counted = select(func.count()).where(ANSWERS.c.account == account, ANSWERS.c.slot != but)
    return connection.execute(counted).scalar_one()


def forget_answers(connection: Connection, *, now: int) -> None:
    connection.execute(delete(ANSWERS).where(ANSWERS.c.until < now))
