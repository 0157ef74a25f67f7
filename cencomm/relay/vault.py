"""The vault: one sealed document per account, replaced only by whoever has seen the version before (D2)."""

from sqlalchemy import Connection

from cencomm.ids import AccountId
from cencomm.relay.errors import NotFound, StaleVersion
from cencomm.relay.queries.accounts import SealedVault, find_vault, put_vault
from cencomm.wire.vault import PutVault


def read_vault(connection: Connection, account: AccountId) -> SealedVault:
    """The newest version.

    Raises:
        NotFound: nothing was put there yet.
    """
    vault = find_vault(connection, account)
    if vault is None:
        raise NotFound
    return vault


def replace_vault(connection: Connection, account: AccountId, put: PutVault) -> SealedVault:
    """The next version.

    Raises:
        StaleVersion: `put` replaces another version than the stored one.
    """
    stored = find_vault(connection, account)
    version = 0 if stored is None else stored.version
    if put.version != version:
        raise StaleVersion(version=version)
    vault = SealedVault(version=version + 1, sealed=put.sealed)
    put_vault(connection, account, vault)
    return vault
