"""Names under which attachments are saved: whatever a sender calls a file, one plain file in one folder (rule A7)."""

import unicodedata
from pathlib import PurePosixPath

MAX_SAVED_NAME_BYTES = 120  # 255 is what file systems take; room for a number, and for names that grow when copied
MAX_SUFFIX_BYTES = 16
NAMELESS = "attachment"

# Names that Windows takes for devices, with whatever behind the first dot.
# Source: Naming Files, Paths, and Namespaces, Microsoft.
_DEVICES = frozenset({"con", "prn", "aux", "nul", "conin$", "conout$"}) | {
    f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³"
}
_FORBIDDEN = frozenset('<>:"/\\|?*')  # by one file system or another
_INSTEAD = "_"
_JOINERS = "\u200c\u200d"  # Persian, Urdu and emoji are wrong without them
_ENDS = f" .{_JOINERS}"


def safe_name(name: str) -> str:
    """A file name without folders, devices, hidden letters or directions, that every file system takes.

    The last part of a path is what counts, so that `../../x` is `x`; the suffix is kept, so that the file opens.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rpartition("/")[2]
    plain = "".join(_plain(letter) for letter in last)
    plain = plain.strip(_ENDS)  # a leading dot hides the file, a trailing one is dropped by Windows
    if plain.partition(".")[0].rstrip(" ").casefold() in _DEVICES or plain.startswith(("-", "~")):
        plain = _INSTEAD + plain
    return _shortened(plain) or NAMELESS


def numbered(name: str, number: int) -> str:
    """The same name for the next file: `photo.jpg`, `photo (2).jpg` …"""
    path = PurePosixPath(name)
    return name if number == 1 else f"{path.stem} ({number}){path.suffix}"


def _plain(letter: str) -> str:
    """The letter, unless it acts or hides: NUL, line breaks, overrides of direction, what file systems refuse."""
    if unicodedata.category(letter) == "Zs":
        return " "  # French and macOS write others
    return letter if (letter.isprintable() and letter not in _FORBIDDEN) or letter in _JOINERS else _INSTEAD


def _shortened(name: str) -> str:
    if len(name.encode()) <= MAX_SAVED_NAME_BYTES:
        return name
    path = PurePosixPath(name)
    suffix = path.suffix if len(path.suffix.encode()) <= MAX_SUFFIX_BYTES else ""
    stem = name.removesuffix(suffix).encode()[: MAX_SAVED_NAME_BYTES - len(suffix.encode())]
    return stem.decode(errors="ignore").strip(_ENDS) + suffix
