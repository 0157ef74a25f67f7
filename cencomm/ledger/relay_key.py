"""The relay's receipt key: what its heads and receipts are signed with, and what the charter names (rule L4)."""

from cencomm.primitives.signatures import SEED_BYTES, SigningKey

RELAY_KEY_BYTES = SEED_BYTES


class RelayKey(SigningKey):
    """An Ed25519 key that signs the statements of one relay and nothing else."""

    __slots__ = ()
