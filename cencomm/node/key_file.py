"""The key file: what a node needs to be itself, and what a stolen database lacks.

A node has nobody who could type a password, so whoever reads this file is the node (docs/archive.md says how to guard
it). Its password is random; together with the device secret nobody guesses the node's keys from the relay's data (D3).
"""

import base64
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from msgspec import Meta, Struct

from cencomm.client.account.sign_in import DEVICE_SECRET_BYTES, MAX_NAME_BYTES, DeviceSecret
from cencomm.client.vault.header import MAX_RELAY_URL_BYTES, StoreKey
from cencomm.errors import MalformedError, Unavailable, UsageError
from cencomm.node.data_folder import FILE_MODE, write_whole
from cencomm.node.errors import NodeDamaged, NoNode
from cencomm.node.sealing import STORE_KEY_BYTES
from cencomm.secret import Entropy, Secret
from cencomm.wire.document import decode_document, encode_document

MAX_KEY_FILE_BYTES = 8 << 10  # about 400 are used
PASSWORD_BYTES = 24  # 192 random bits: beyond guessing, whatever the password profile costs


class _Document(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    format: Literal["cencomm node 1"]
    relay_url: Annotated[str, Meta(min_length=1, max_length=MAX_RELAY_URL_BYTES)]
    name: Annotated[str, Meta(min_length=1, max_length=MAX_NAME_BYTES)]
    password: Annotated[str, Meta(min_length=1, max_length=MAX_NAME_BYTES)]
    device_secret: Annotated[bytes, Meta(min_length=DEVICE_SECRET_BYTES, max_length=DEVICE_SECRET_BYTES)]
    store_key: Annotated[bytes, Meta(min_length=STORE_KEY_BYTES, max_length=STORE_KEY_BYTES)]

    def __repr__(self) -> str:
        return "_Document(…)"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeKeys:
    """How a node signs in, where, and what seals its database."""

    relay_url: str
    name: str
    password: Secret
    device_secret: DeviceSecret
    store_key: StoreKey

    @classmethod
    def generate(cls, *, relay_url: str, entropy: Entropy) -> Self:
        """Those of a new node; its name says nothing."""
        return cls(
            relay_url=relay_url,
            name=f"node-{entropy(8).hex()}",
            password=Secret(base64.urlsafe_b64encode(entropy(PASSWORD_BYTES))),
            device_secret=DeviceSecret(entropy(DEVICE_SECRET_BYTES)),
            store_key=StoreKey(entropy(STORE_KEY_BYTES)),
        )

    def encode(self) -> bytes:
        return encode_document(
            _Document(
                format="cencomm node 1",
                relay_url=self.relay_url,
                name=self.name,
                password=self.password.expose().decode(),
                device_secret=self.device_secret.expose(),
                store_key=self.store_key.expose(),
            )
        )

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The keys that exactly `data` writes.

        Raises:
            NodeDamaged: anything else.
        """
        try:
            document = decode_document(data, _Document)
        except MalformedError:
            raise NodeDamaged("the key file of this node was damaged") from None  # its text may hold a secret
        keys = cls(
            relay_url=document.relay_url,
            name=document.name,
            password=Secret(document.password.encode()),
            device_secret=DeviceSecret(document.device_secret),
            store_key=StoreKey(document.store_key),
        )
        if keys.encode() != data:
            raise NodeDamaged("the key file of this node was damaged")
        return keys


def write_keys(path: Path, keys: NodeKeys) -> None:
    """On disk, readable for its owner alone, before anything is sealed under it.

    Raises:
        UsageError: there are keys already: without them the database beside them is lost.
        Unavailable: the disk does not take them.
    """
    try:
        write_whole(path, keys.encode())
    except FileExistsError:
        raise UsageError(f"there is a node in {path.parent} already") from None


def read_keys(path: Path) -> NodeKeys:
    """The keys of the node in this folder.

    Raises:
        NoNode: there is none, or others may read its keys.
        NodeDamaged: the file is not one that we wrote.
    """
    try:
        if stat.S_IMODE(path.stat().st_mode) & ~FILE_MODE:
            raise NoNode(f"others may read {path}: chmod 600 it, and think of who has read it")
        with path.open("rb") as file:
            return NodeKeys.decode(file.read(MAX_KEY_FILE_BYTES + 1))
    except (FileNotFoundError, NotADirectoryError):
        raise NoNode(f"there is no node in {path.parent}: make one with `join`") from None
    except OSError as error:
        raise Unavailable(f"the key file cannot be read: {error.strerror}") from error
