"""Whose store this is: one nation, written down in the data folder when the node is made, and never changed."""

import re
from dataclasses import dataclass

from cencomm.errors import UsageError
from cencomm.node.data_folder import DataFolder, write_whole
from cencomm.node.errors import NodeDamaged, NoNode

NATION_FILE = "nation"
_CODE = re.compile(r"[A-Z]{2}", re.ASCII)
_MAX_BYTES = 16


@dataclass(frozen=True, slots=True)
class Nation:
    """A country's code, ISO 3166-1 alpha-2, as the ledger's profiles have it."""

    code: str

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.code):
            raise UsageError(f"{self.code[:40]!r} is not a country's code: two capital letters")


def settle_nation(folder: DataFolder, nation: Nation) -> None:
    """The folder is that nation's, for good; said again, nothing changes.

    Raises:
        UsageError: it is another nation's: what lies in it was chosen by that one.
        Unavailable: the disk does not take it.
    """
    try:
        write_whole(folder.path / NATION_FILE, f"{nation.code}\n".encode())
    except FileExistsError:
        settled = read_nation(folder)
        if settled != nation:
            raise UsageError(
                f"this is the nCEN of {settled.code}: one of {nation.code} needs a folder of its own"
            ) from None


def read_nation(folder: DataFolder) -> Nation:
    """Whose folder it is.

    Raises:
        NoNode: nobody's yet.
        NodeDamaged: what stands there is no country.
    """
    try:
        with (folder.path / NATION_FILE).open("rb") as file:
            text = file.read(_MAX_BYTES)
        return Nation(text.decode("ascii").removesuffix("\n"))
    except (FileNotFoundError, NotADirectoryError):
        raise NoNode(f"there is no nCEN in {folder.path}: make one with `join`") from None
    except (UsageError, UnicodeDecodeError):
        raise NodeDamaged(f"{folder.path / NATION_FILE} does not name a country") from None
