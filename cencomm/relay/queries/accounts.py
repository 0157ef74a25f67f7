"""Accounts and vaults."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import IntegrityError

from cencomm.ids import AccountId
from cencomm.relay.errors import Taken
from cencomm.relay.tables.accounts import ACCOUNTS, VAULTS

_BY_HANDLE = select(ACCOUNTS).where(ACCOUNTS.c.handle == bindparam("asked"))  # made once: see queries/sessions.py


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    id: AccountId
    handle: bytes
    salt: bytes
    profile: int
    verifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedVault:
    version: int
    sealed: bytes


def add_account(connection: Connection, account: Account) -> None:
    """Raises:
    Taken: the handle belongs to somebody.
    """
    values = {
        "id": account.id,
        "handle": account.handle,
        "salt": account.salt,
        "profile": account.profile,
        "verifier": account.verifier,
    }
    try:
        connection.execute(insert(ACCOUNTS).values(values))
    except IntegrityError:
        raise Taken("this sign-in name is taken") from None


def replace_verifier(connection: Connection, account: AccountId, *, salt: bytes, profile: int, verifier: str) -> None:
    values = {"salt": salt, "profile": profile, "verifier": verifier}
    connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.id == account).values(values))


def find_account(connection: Connection, handle: bytes) -> Account | None:
    row = connection.execute(_BY_HANDLE, {"asked": handle}).one_or_none()
    return None if row is None else _account(row)


def account_of(connection: Connection, account: AccountId) -> Account:
    """Of a session, so that there is one."""
    return _account(connection.execute(select(ACCOUNTS).where(ACCOUNTS.c.id == account)).one())


def _account(row: Row[Any]) -> Account:
    return Account(id=AccountId(row.id), handle=row.handle, salt=row.salt, profile=row.profile, verifier=row.verifier)


def find_vault(connection: Connection, account: AccountId) -> SealedVault | None:
    row = connection.execute(select(VAULTS).where(VAULTS.c.account == account)).one_or_none()
    return None if row is None else SealedVault(version=row.version, sealed=row.sealed)


def put_vault(connection: Connection, account: AccountId, vault: SealedVault) -> None:
    values = {"version": vault.version, "sealed": vault.sealed}
    connection.execute(
        upsert(VAULTS).values(account=account, **values).on_conflict_do_update(index_elements=["account"], set_=values)
    )
