"""Which language a browser or program would like to be answered in (RFC 9110 section 12.5.4)."""

import re
from collections.abc import Collection

MAX_HEADER_LETTERS = 500
_RANGE = re.compile(r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?", re.ASCII)


def preferred_language(header: str | None, known: Collection[str], *, otherwise: str) -> str:
    """The language of `known` that the header likes best; whatever it holds, there is an answer.

    `known` writes `fa_AF` where the header writes `fa-AF`; a region that we do not know falls back to its language.
    """
    liked: list[tuple[float, str]] = []
    for part in (header or "")[:MAX_HEADER_LETTERS].split(","):
        found = _RANGE.fullmatch(part)
        if found is not None:
            liked.append((float(found.group(2) or 1), found.group(1).replace("-", "_").lower()))
    spellings = {one.lower(): one for one in known}
    for quality, tag in sorted(liked, key=lambda one: -one[0]):
        for spelling in (tag, tag.partition("_")[0]):
            if quality > 0 and spelling in spellings:
                return spellings[spelling]
    return otherwise
