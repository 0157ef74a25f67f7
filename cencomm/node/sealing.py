"""Values of a node's store at rest: XChaCha20-Poly1305 under the node key, bound to their names.

A copy of the database without the key file holds no private key and no MLS secret, and no value opens under another
name. That somebody put yesterday's database back by hand is not seen here: restore by the command, which leaves a mark,
so that the node commits before it sends (D5, docs/operate.md).
"""

from dataclasses import dataclass

from cencomm import codec
from cencomm.client.vault.header import StoreKey
from cencomm.errors import ProtocolError
from cencomm.node.errors import NodeDamaged
from cencomm.primitives import secret_box
from cencomm.secret import Entropy

LABEL_NODE_VALUE = b"cencomm node value"
STORE_KEY_BYTES = secret_box.KEY_BYTES


@dataclass(frozen=True, slots=True)
class Sealer:
    key: StoreKey
    entropy: Entropy

    def seal(self, name: str, value: bytes) -> bytes:
        return secret_box.seal(self.key, value, _binding(name), self.entropy)

    def open(self, name: str, box: bytes) -> bytes:
        """The value that this node sealed under `name`.

        Raises:
            NodeDamaged: another key, another name, or bytes changed.
        """
        try:
            return secret_box.open_(self.key, box, _binding(name))
        except ProtocolError:
            raise NodeDamaged("a value of this node's database is not the one that was written") from None


def _binding(name: str) -> bytes:
    return codec.opaque(LABEL_NODE_VALUE) + codec.opaque(name.encode())
