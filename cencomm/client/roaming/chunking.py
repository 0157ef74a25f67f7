"""Long values in pieces that survive a change elsewhere in the value: a tree in which one path changed costs that path.

Pieces end where the content says so, not at fixed places, so bytes that move keep their piece. Public keys and
signatures look random, and so do the places at which they cut; text that never cuts is cut by length.
"""

import re

LEAST_BYTES, MOST_BYTES = 512, 4096
_CUT = re.compile(rb"\x5a[\x00-\x3f]", re.DOTALL)  # once in 1,024 random bytes: pieces of 1.5 KiB on average


def cut(content: bytes) -> list[bytes]:
    """Pieces of `content`, in order, each of LEAST_BYTES (the last perhaps less) to MOST_BYTES."""
    pieces: list[bytes] = []
    start = 0
    for end in (*(match.end() for match in _CUT.finditer(content)), len(content)):
        while end - start > MOST_BYTES:
            pieces.append(content[start : start + MOST_BYTES])
            start += MOST_BYTES
        if end - start >= LEAST_BYTES or (end == len(content) and end > start):
            pieces.append(content[start:end])
            start = end
    return pieces
