"""Accounts, sessions and vaults."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import IntegrityError

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


def find_account(connection: Connection, handle: bytes) -> Account | None:
    row = connection.execute(select(ACCOUNTS).where(ACCOUNTS.c.handle == handle)).one_or_none()
    if row is None:
        return None
    return Account(id=AccountId(row.id), handle=row.handle, salt=row.salt, profile=row.profile, verifier=row.verifier)


def add_session(connection: Connection, session: Session) -> None:
    values = {"token_hash": session.token_hash, "account": session.account, "expires": session.expires}
    connection.execute(insert(SESSIONS).values(values))


def find_session(connection: Connection, token_hash: bytes, *, now: int) -> Session | None:
    """The session, unless it has ended."""
    alive = select(SESSIONS).where(SESSIONS.c.token_hash == token_hash, SESSIONS.c.expires > now)
    row = connection.execute(alive).one_or_none()
    if row is None:
        return None
    return Session(token_hash=row.token_hash, account=AccountId(row.account), expires=row.expires)


def end_session(connection: Connection, token_hash: bytes) -> None:
    connection.execute(delete(SESSIONS).where(SESSIONS.c.token_hash == token_hash))


def oldest_sessions(connection: Connection, account: AccountId, *, but: int) -> list[bytes]:
    """Token hashes of the account's sessions but for the `but` that end last."""
    beyond = (
        select(SESSIONS.c.token_hash)
        .where(SESSIONS.c.account == account)
        .order_by(SESSIONS.c.expires.desc())
        .offset(but)
    )
    return [row.token_hash for row in connection.execute(beyond)]


def forget_ended_sessions(connection: Connection, *, now: int) -> None:
    connection.execute(delete(SESSIONS).where(SESSIONS.c.expires <= now))


def find_vault(connection: Connection, account: AccountId) -> SealedVault | None:
    row = connection.execute(select(VAULTS).where(VAULTS.c.account == account)).one_or_none()
    return None if row is None else SealedVault(version=row.version, sealed=row.sealed)


def put_vault(connection: Connection, account: AccountId, vault: SealedVault) -> None:
    values = {"version": vault.version, "sealed": vault.sealed}
    connection.execute(
        upsert(VAULTS).values(account=account, **values).on_conflict_do_update(index_elements=["account"], set_=values)
    )
