"""Accounts, sessions and vaults."""

from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.ids import AccountId
from cencomm.relay.errors import Taken
from cencomm.relay.tables import ACCOUNTS, SESSIONS, VAULTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    id: AccountId
    handle: bytes
    salt: bytes
    profile: int
    verifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    token_hash: bytes
    account: AccountId
    expires: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedVault:
    version: int
    sealed: bytes


async def add_account(connection: AsyncConnection, account: Account) -> None:
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
        await connection.execute(insert(ACCOUNTS).values(values))
    except IntegrityError:
        raise Taken("this sign-in name is taken") from None


async def find_account(connection: AsyncConnection, handle: bytes) -> Account | None:
    row = (await connection.execute(select(ACCOUNTS).where(ACCOUNTS.c.handle == handle))).one_or_none()
    if row is None:
        return None
    return Account(id=AccountId(row.id), handle=row.handle, salt=row.salt, profile=row.profile, verifier=row.verifier)


async def add_session(connection: AsyncConnection, session: Session) -> None:
    values = {"token_hash": session.token_hash, "account": session.account, "expires": session.expires}
    await connection.execute(insert(SESSIONS).values(values))


async def find_session(connection: AsyncConnection, token_hash: bytes, *, now: int) -> Session | None:
    """The session, unless it has ended."""
    alive = select(SESSIONS).where(SESSIONS.c.token_hash == token_hash, SESSIONS.c.expires > now)
    row = (await connection.execute(alive)).one_or_none()
    if row is None:
        return None
    return Session(token_hash=row.token_hash, account=AccountId(row.account), expires=row.expires)


async def end_session(connection: AsyncConnection, token_hash: bytes) -> None:
    await connection.execute(delete(SESSIONS).where(SESSIONS.c.token_hash == token_hash))


async def forget_ended_sessions(connection: AsyncConnection, *, now: int) -> None:
    await connection.execute(delete(SESSIONS).where(SESSIONS.c.expires <= now))


async def find_vault(connection: AsyncConnection, account: AccountId) -> SealedVault | None:
    row = (await connection.execute(select(VAULTS).where(VAULTS.c.account == account))).one_or_none()
    return None if row is None else SealedVault(version=row.version, sealed=row.sealed)


async def put_vault(connection: AsyncConnection, account: AccountId, vault: SealedVault) -> None:
    values = {"version": vault.version, "sealed": vault.sealed}
    await connection.execute(
        upsert(VAULTS).values(account=account, **values).on_conflict_do_update(index_elements=["account"], set_=values)
    )
