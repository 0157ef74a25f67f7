"""Looking for a word in everything that a folder holds, also as programs write words: other widths, digits, packed."""

import base64
import contextlib
import json
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

_GZIP = 16  # zlib's way to say that a gzip header is wanted
_OF_ADDRESSES = bytes.maketrans(b"+/", b"-_")  # base64url
_MAGIC: dict[bytes, Callable[[bytes], bytes]] = {
    b"\x1f\x8b\x08": lambda stream: zlib.decompressobj(zlib.MAX_WBITS | _GZIP).decompress(stream),
    b"\xfd7zXZ\x00": lambda stream: lzma.LZMADecompressor().decompress(stream),
    b"\x78\x9c": lambda stream: zlib.decompressobj().decompress(stream),
    b"\x78\xda": lambda stream: zlib.decompressobj().decompress(stream),
}  # each stops at its end, whatever follows on the line or in the file


def spellings(word: str | bytes) -> set[bytes]:
    """How a word or a key may lie on a disk or go over a line; each is searched for without regard to case."""
    plain = word.encode() if isinstance(word, str) else word
    found = {plain, plain.hex().encode()}
    if isinstance(word, str):
        found |= {word.encode("utf-16-le"), word.encode("utf-16-be"), *_of_one_byte(word)}
        found |= {
            quote(word).encode(),
            quote(word, safe="").encode(),
            quote_plus(word).encode(),
            json.dumps(word)[1:-1].encode(),
        }
    for shift in range(3):  # in base64 the same letters look otherwise, by where they begin
        packed = base64.b64encode(bytes(shift) + plain).rstrip(b"=")[(0, 2, 3)[shift] : -1]
        found |= {packed, packed.translate(_OF_ADDRESSES)}
    return found


def traces(word: str | bytes, *contents: bytes) -> list[bytes]:
    """The spellings of `word` that are in `contents`, also within what lies there compressed."""
    return found_in(lowered(*contents), word)


def lowered(*contents: bytes) -> list[bytes]:
    """`contents`, and what lies compressed in them, in small letters: for looking for many words."""
    return [content.lower() for content in (*contents, *(inner for each in contents for inner in _unpacked(each)))]


def found_in(lowered_contents: list[bytes], *words: str | bytes) -> list[bytes]:
    """The spellings of any of `words` that are there."""
    return [
        spelling
        for word in words
        for spelling in spellings(word)
        if any(spelling.lower() in content for content in lowered_contents)
    ]


def contents(folder: Path) -> list[bytes]:
    """Every byte of every file: database, its write-ahead log and index, keys, marks."""
    return [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]


def _of_one_byte(word: str) -> Iterator[bytes]:
    """As browsers write words that have a Latin letter for each byte."""
    with contextlib.suppress(UnicodeEncodeError):
        yield word.encode("latin-1")


def _unpacked(content: bytes) -> Iterator[bytes]:
    for magic, unpack in _MAGIC.items():
        for match in re.finditer(re.escape(magic), content):
            try:
                yield unpack(content[match.start() :])
            except (OSError, EOFError, zlib.error, lzma.LZMAError):
                continue
