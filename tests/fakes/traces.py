"""Looking for a word in everything that a folder holds, also as programs write words: other widths, digits, packed."""

import base64
import gzip
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

_MAGIC: dict[bytes, Callable[[bytes], bytes]] = {
    b"\x1f\x8b\x08": gzip.decompress,
    b"\xfd7zXZ\x00": lzma.decompress,
    b"\x78\x9c": zlib.decompress,
    b"\x78\xda": zlib.decompress,
}


def spellings(word: str) -> set[bytes]:
    """How `word` may lie on a disk; each is searched for without regard to case."""
    plain = word.encode()
    found = {plain, word.encode("utf-16-le"), word.encode("utf-16-be"), plain.hex().encode()}
    for shift in range(3):  # in base64 the same letters look otherwise, by where they begin
        packed = base64.b64encode(bytes(shift) + plain).rstrip(b"=")
        found.add(packed[(0, 2, 3)[shift] : -1])
    return found


def traces(word: str, *contents: bytes) -> list[bytes]:
    """The spellings of `word` that are in `contents`, also within what lies there compressed."""
    whole = [*contents, *(inner for content in contents for inner in _unpacked(content))]
    return [
        spelling
        for spelling in spellings(word)
        for content in whole
        if re.search(re.escape(spelling), content, re.IGNORECASE)
    ]


def contents(folder: Path) -> list[bytes]:
    """Every byte of every file: database, its write-ahead log and index, keys, marks."""
    return [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]


def _unpacked(content: bytes) -> Iterator[bytes]:
    for magic, unpack in _MAGIC.items():
        for match in re.finditer(re.escape(magic), content):
            try:
                yield unpack(content[match.start() :])
            except (OSError, EOFError, zlib.error, lzma.LZMAError):
                continue
