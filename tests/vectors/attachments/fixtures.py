"""Builds the fixtures beside it, which pin how a file is padded, cut and sealed, for both languages (rule A2).

    python -m tests.vectors.attachments.fixtures        writes them anew; only an ADR that changes the wire may

Content is byte i = (7 i + size) mod 256, so another implementation can make the same files. Long chunks are in the
files as their SHA-256.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

from cencomm.client.attachments.sealing import Sealing
from cencomm.forms.attachment import CHUNK_SIZES, AttachmentKey, padded_size
from cencomm.ids import AttachmentId, ChannelId, OperationId

Json: TypeAlias = Mapping[str, object]

FOLDER = Path(__file__).parent
OPERATION, CHANNEL, ID = OperationId(b"o" * 32), ChannelId(b"h" * 16), AttachmentId(b"i" * 16)
KEY = AttachmentKey(bytes(range(32)))
SIZES = (1, 4096, 4097, 65_536, 65_537, 300_000, 600_001)
LENGTHS = (1, 4095, 4096, 4097, 5000, 8191, 8192, 65_535, 65_536, 1_000_000, 33_554_433, 104_857_600)


def fixtures() -> Mapping[str, list[Json]]:
    """File name -> content."""
    return {
        "sealed.json": [_sealed(size, chunk) for size in SIZES for chunk in CHUNK_SIZES],
        "padded.json": [{"size": size, "padded": padded_size(size)} for size in LENGTHS],
    }


def content_of(size: int) -> bytes:
    return bytes((7 * place + size) % 256 for place in range(size))


def _sealed(size: int, chunk: int) -> Json:
    content = content_of(size)
    sealing = Sealing(OPERATION, CHANNEL, ID, KEY, size=size, chunk=chunk)
    chunks = [sealing.seal(content[at : at + chunk]) for at in range(0, padded_size(size), chunk)]
    return {
        "operation": OPERATION.hex(),
        "channel": CHANNEL.hex(),
        "id": ID.hex(),
        "key": KEY.expose().hex(),
        "size": size,
        "chunk_size": chunk,
        "hash": sealing.digest().hex(),
        "chunks": [{"length": len(one), "sha256": sha256(one).hexdigest()} for one in chunks],
    }


if __name__ == "__main__":
    for name, content in fixtures().items():
        (FOLDER / name).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
