"""The desk of a node's people, on the node's own database and keys."""

import contextlib
import hmac
from collections.abc import Iterator

from cencomm.node.database import Database
from cencomm.node.key_file import NodeKeys
from cencomm.node.sealing import Sealer
from cencomm.secret import Entropy, Secret
from cencomm.site.hashing import hashing_pool
from cencomm.site.people.consultation import LogKey
from cencomm.site.people.desk import Desk, Policy
from cencomm.site.verifiers import Verifiers

PEOPLE = "cencomm.site.people"
"""The package whose migrations make the tables."""

LABEL_PEPPER = b"cencomm node people's passwords"
LABEL_LOG = b"cencomm node log of consultations"


@contextlib.contextmanager
def people_desk(database: Database, keys: NodeKeys, policy: Policy, entropy: Entropy) -> Iterator[Desk]:
    """Open until the block ends; slow hashes are computed in threads of its own."""
    with hashing_pool() as pool:
        yield Desk(
            store=database,
            verifiers=Verifiers(pool, entropy),
            sealing=Sealer(keys.store_key, entropy),
            pepper=Secret(_derive(keys, LABEL_PEPPER)),
            policy=policy,
            entropy=entropy,
        )


def log_key(keys: NodeKeys) -> LogKey:
    """What the chain of this node's log of consultations hangs on: it lies in the key file, not in the database."""
    return LogKey(_derive(keys, LABEL_LOG))


def _derive(keys: NodeKeys, label: bytes) -> bytes:
    """A key of its own for each use (HMAC-SHA-256 as a PRF)."""
    return hmac.digest(keys.store_key.expose(), label, "sha256")
