"""The relay's two secrets of its own, made at first start: files of 32 bytes, mode 0600, in the data folder."""

import os
from pathlib import Path

from cencomm.errors import UsageError
from cencomm.ledger.relay_key import RELAY_KEY_BYTES, RelayKey
from cencomm.secret import Entropy, Secret

RECEIPT_KEY_FILE = "receipt.key"
FALSE_SALT_KEY_FILE = "false-salt.key"
KEY_FILES = (RECEIPT_KEY_FILE, FALSE_SALT_KEY_FILE)
KEY_BYTES = RELAY_KEY_BYTES  # the false-salt key has the same length


class FalseSaltKey(Secret):
    """Makes the stable salts of handles that nobody has (D1)."""

    __slots__ = ()


def receipt_key(data: Path, entropy: Entropy) -> RelayKey:
    """The key that charters name (L4). Losing it ends every operation's trust in this relay: back it up."""
    return RelayKey(_load_or_make(data / RECEIPT_KEY_FILE, entropy))


def false_salt_key(data: Path, entropy: Entropy) -> FalseSaltKey:
    return FalseSaltKey(_load_or_make(data / FALSE_SALT_KEY_FILE, entropy))


def _load_or_make(path: Path, entropy: Entropy) -> bytes:
    if not path.exists():
        _write_durably(path, entropy(KEY_BYTES))
    if path.stat().st_mode & 0o077:
        raise UsageError(f"{path.name} can be read by others: chmod 600 it, and consider whether it leaked")
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise UsageError(f"{path.name} has {len(key)} bytes instead of {KEY_BYTES}: restore it from a backup")
    return key


def _write_durably(path: Path, key: bytes) -> None:
    """Whole or not at all: a key file cut short by a power failure would look like a lost key."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
