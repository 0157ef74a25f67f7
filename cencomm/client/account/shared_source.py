"""By what a shared computer is known to the relay, for those who want it so (D6).

A duty post whose officers sign in for each shift would be a stranger each time, and wrong passwords typed elsewhere
would lock it out. Whoever says so leaves one file on the computer: named by the handle, a hash of the sign-in name; in
it, the source key of that account. It opens nothing; who copies it may guess the password slowly instead of hardly at
all. Everything else of a shared session stays in memory.
"""

import os
from pathlib import Path

from cencomm.client.account.session import SourceKey
from cencomm.errors import Unavailable
from cencomm.wire.fields import SECRET_BYTES

FOLDER = "known-to-relay"  # beside the usual mailbox folder
FOLDER_MODE, FILE_MODE = 0o700, 0o600


def read_source(data: Path, handle: bytes) -> SourceKey | None:
    """What an earlier sign-in of this account left here; a damaged file is as good as none."""
    try:
        key = _path(data, handle).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unavailable(f"{_path(data, handle)} cannot be read: {error.strerror}") from error
    return SourceKey(key) if len(key) == SECRET_BYTES else None


def keep_source(data: Path, handle: bytes, source: SourceKey) -> None:
    """The next sign-in of this account on this computer is that of a known one."""
    path = _path(data, handle)
    try:
        path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE), "wb") as file:
            file.write(source.expose())
        draft.replace(path)
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {error.strerror}") from error


def _path(data: Path, handle: bytes) -> Path:
    return data.parent / FOLDER / handle.hex()
