"""Resets that wait, and what becomes of an account with one."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from cencomm.ids import AccountId, OperationId
from cencomm.relay.tables.accounts import ACCOUNTS, RECOVERY_CODES, SECOND_FACTORS, SOURCES, TRIES, VAULTS
from cencomm.relay.tables.devices import CLAIMS, DEVICES, KEY_PACKAGES
from cencomm.relay.tables.mailboxes import MAILBOX_ROWS, MAILBOXES
from cencomm.relay.tables.operations import RESETS


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What an account signs in with from its reset on, and the identity that stands behind it."""

    identity_key: bytes
    salt: bytes
    profile: int
    verifier: str
    vault: bytes


def offer(
    connection: Connection, operation: OperationId, account: AccountId, ticket_hash: bytes, *, until: int
) -> None:
    """A new letter: what came under an older one is forgotten."""
    values = {
        "ticket_hash": ticket_hash,
        "until": until,
        "identity_key": None,
        "salt": None,
        "profile": None,
        "verifier": None,
        "vault": None,
    }
    connection.execute(
        upsert(RESETS)
        .values(operation=operation, account=account, **values)
        .on_conflict_do_update(index_elements=["operation", "account"], set_=values)
    )


def find_offer(connection: Connection, ticket_hash: bytes, *, now: int) -> tuple[OperationId, AccountId] | None:
    """Who was offered a reset with this ticket, and by which operation."""
    found = select(RESETS).where(RESETS.c.ticket_hash == ticket_hash, RESETS.c.until >= now)
    row = connection.execute(found).one_or_none()
    return None if row is None else (OperationId(row.operation), AccountId(row.account))


def leave_credentials(connection: Connection, ticket_hash: bytes, credentials: Credentials) -> None:
    connection.execute(
        update(RESETS)
        .where(RESETS.c.ticket_hash == ticket_hash)
        .values(
            identity_key=credentials.identity_key,
            salt=credentials.salt,
            profile=credentials.profile,
            verifier=credentials.verifier,
            vault=credentials.vault,
        )
    )


def find_credentials(
    connection: Connection, operation: OperationId, account: AccountId, identity_key: bytes
) -> Credentials | None:
    """Those that came with exactly this identity key."""
    found = select(RESETS).where(
        RESETS.c.operation == operation, RESETS.c.account == account, RESETS.c.identity_key == identity_key
    )
    row = connection.execute(found).one_or_none()
    if row is None:
        return None
    return Credentials(
        identity_key=row.identity_key, salt=row.salt, profile=row.profile, verifier=row.verifier, vault=row.vault
    )


def drop_reset(connection: Connection, operation: OperationId, account: AccountId) -> None:
    connection.execute(delete(RESETS).where(RESETS.c.operation == operation, RESETS.c.account == account))


def forget_old_resets(connection: Connection, *, now: int) -> None:
    connection.execute(delete(RESETS).where(RESETS.c.until < now))


def begin_anew(connection: Connection, account: AccountId, credentials: Credentials) -> None:
    """The account with these credentials and nothing of what it had: factors, sources, mailbox, key packages."""
    connection.execute(
        update(ACCOUNTS)
        .where(ACCOUNTS.c.id == account)
        .values(
            salt=credentials.salt,
            profile=credentials.profile,
            verifier=credentials.verifier,
            reset_identity=credentials.identity_key,
        )
    )
    for table in (RECOVERY_CODES, SECOND_FACTORS, SOURCES, TRIES, MAILBOX_ROWS, MAILBOXES, VAULTS):
        connection.execute(delete(table).where(table.c.account == account))
    connection.execute(VAULTS.insert().values(account=account, version=1, sealed=credentials.vault))
    lost = select(DEVICES.c.id).where(DEVICES.c.account == account)
    packages = select(KEY_PACKAGES.c.ref).where(KEY_PACKAGES.c.device.in_(lost))
    connection.execute(delete(CLAIMS).where(CLAIMS.c.ref.in_(packages)))
    connection.execute(delete(KEY_PACKAGES).where(KEY_PACKAGES.c.device.in_(lost)))
    connection.execute(update(DEVICES).where(DEVICES.c.account == account).values(not_after=0))


def reset_identities(connection: Connection) -> dict[AccountId, bytes]:
    """For which identity each account was reset, of those that were."""
    found = select(ACCOUNTS.c.id, ACCOUNTS.c.reset_identity).where(ACCOUNTS.c.reset_identity.is_not(None))
    return {AccountId(row.id): row.reset_identity for row in connection.execute(found)}
