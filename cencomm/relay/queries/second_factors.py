"""TOTP secrets, the last time step that counted, and recovery codes that were not used yet."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from cencomm.ids import AccountId
from cencomm.relay.errors import Taken
from cencomm.relay.tables.accounts import RECOVERY_CODES, SECOND_FACTORS

_FIND = select(SECOND_FACTORS).where(SECOND_FACTORS.c.account == bindparam("whose"))  # made once: see sessions.py


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    account: AccountId
    secret: bytes
    last_step: int

    def __repr__(self) -> str:
        return "SecondFactor(…)"


def find_second_factor(connection: Connection, account: AccountId) -> SecondFactor | None:
    row = connection.execute(_FIND, {"whose": account}).one_or_none()
    return None if row is None else SecondFactor(account=account, secret=row.secret, last_step=row.last_step)


def add_second_factor(connection: Connection, factor: SecondFactor) -> None:
    """Raises:
    Taken: the account has one.
    """
    values = {"account": factor.account, "secret": factor.secret, "last_step": factor.last_step}
    try:
        connection.execute(insert(SECOND_FACTORS).values(values))
    except IntegrityError:
        raise Taken("this account has a second factor: switch it off first") from None


def remove_second_factor(connection: Connection, account: AccountId) -> None:
    connection.execute(delete(RECOVERY_CODES).where(RECOVERY_CODES.c.account == account))
    connection.execute(delete(SECOND_FACTORS).where(SECOND_FACTORS.c.account == account))


def spend_step(connection: Connection, account: AccountId, step: int) -> None:
    connection.execute(update(SECOND_FACTORS).where(SECOND_FACTORS.c.account == account).values(last_step=step))


def put_recovery_codes(connection: Connection, account: AccountId, verifiers: Iterable[bytes]) -> None:
    """These and no others."""
    connection.execute(delete(RECOVERY_CODES).where(RECOVERY_CODES.c.account == account))
    rows = [{"account": account, "verifier": verifier} for verifier in set(verifiers)]
    connection.execute(insert(RECOVERY_CODES), rows)


def spend_recovery_code(connection: Connection, account: AccountId, verifier: bytes) -> int:
    """How many codes that was: one, or none if there is no such code or it was used."""
    spent = delete(RECOVERY_CODES).where(RECOVERY_CODES.c.account == account, RECOVERY_CODES.c.verifier == verifier)
    return connection.execute(spent).rowcount


def count_recovery_codes(connection: Connection, account: AccountId) -> int:
    counted = select(func.count()).select_from(RECOVERY_CODES).where(RECOVERY_CODES.c.account == account)
    return connection.execute(counted).scalar_one()
