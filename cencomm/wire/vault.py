"""The sealed vault: the relay keeps the newest version and cannot open it."""

from msgspec import Struct

from cencomm.wire.errors import refuse_longer
from cencomm.wire.fields import Counter
from cencomm.wire.limits import MAX_VAULT_BYTES


class PutVault(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """PUT /v1/vault: compare-and-swap. `version` is the one that this replaces, 0 at first."""

    version: Counter
    sealed: bytes

    def __post_init__(self) -> None:
        refuse_longer(self.sealed, MAX_VAULT_BYTES)


class Vault(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The version that is stored now."""

    version: Counter
    sealed: bytes
