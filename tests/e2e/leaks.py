"""Finding a text in bytes, however it was written there."""

import base64
import json
from collections.abc import Iterable
from urllib.parse import quote


def spellings(text: str) -> frozenset[bytes]:
    """How `text` may stand in a file or on a line: each of them is as good as the text itself."""
    found = {text.encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "latin-1")}
    found |= {json.dumps(text)[1:-1].encode(), quote(text).encode(), repr(text)[1:-1].encode()}
    plain = frozenset(found)
    for data in plain:
        found |= {data.hex().encode(), data.hex().upper().encode()}
        found |= set(_base64(data))
    return frozenset(found)


def _base64(data: bytes) -> Iterable[bytes]:
    """What is the same wherever the text begins in what was encoded: the three alignments, without their ends."""
    for before in range(3):
        for encode in (base64.standard_b64encode, base64.urlsafe_b64encode):
            bits = 8 * (before + len(data))
            yield encode(bytes(before) + data)[(8 * before + 5) // 6 : bits // 6]  # letters of 6 bits of our own


def leaked(texts: Iterable[str], places: Iterable[tuple[str, bytes]]) -> list[tuple[str, str]]:
    """(text, place) for each text that stands in a place in any spelling."""
    kept = list(places)
    return [
        (text, name) for text in texts for name, data in kept if any(spelling in data for spelling in spellings(text))
    ]
