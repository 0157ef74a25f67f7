"""What lies in a folder: a relay, a node, a mailbox, or nothing of ours."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cencomm.client.vault.folder import HEADER, LOCK, STORE
from cencomm.node.data_folder import LOCK_FILE, DataFolder
from cencomm.relay.backup import DATABASE
from cencomm.relay.folder_lock import RELAY_LOCK_FILE
from cencomm.relay.own_keys import KEY_FILES


class Kind(StrEnum):
    RELAY = "relay"
    NODE = "node"
    MAILBOX = "mailbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """`secrets` are files that nobody but the owner may read; `lock` is held by the process that works here."""

    kind: Kind
    folder: Path
    database: Path
    secrets: tuple[Path, ...]
    lock: Path


def find_patient(folder: Path) -> Patient | None:
    """What `folder` holds; None: nothing of ours, or what is there is too broken to be recognised."""
    relay, node = folder / DATABASE, DataFolder(folder)
    if relay.is_file() or (folder / KEY_FILES[0]).is_file():
        return Patient(
            kind=Kind.RELAY,
            folder=folder,
            database=relay,
            secrets=tuple(folder / name for name in KEY_FILES),
            lock=folder / RELAY_LOCK_FILE,
        )
    if node.database.is_file() or node.key_file.is_file():
        return Patient(
            kind=Kind.NODE,
            folder=folder,
            database=node.database,
            secrets=(node.key_file,),
            lock=folder / LOCK_FILE,
        )
    if (folder / HEADER).is_file() or (folder / STORE).is_file():
        return Patient(
            kind=Kind.MAILBOX,
            folder=folder,
            database=folder / STORE,
            secrets=(folder / HEADER,),
            lock=folder / LOCK,
        )
    return None
