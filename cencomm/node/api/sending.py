"""Files that leave: made on disk first, so that whoever reads slowly holds no connection to the database."""

import asyncio
import os
import tempfile
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from aiohttp import web

from cencomm.client.attachments.file_names import safe_name
from cencomm.node.api.route import Download
from cencomm.node.data_folder import FOLDER_MODE

CHUNK_BYTES = 256 * 1024
CHUNK_SECONDS = 30.0  # a reader that takes longer for a chunk is not waited for
SANDBOX = "default-src 'none'; sandbox"  # were a browser ever to show the file, it would run nothing
# What a browser may know a file as. Everything else is bytes: a page or a picture with scripts is never served as one.
HARMLESS_TYPES = frozenset({"image/jpeg", "image/png", "application/pdf", "text/plain"})
OCTETS = "application/octet-stream"


def harmless_type(media_type: str) -> str:
    """`media_type` as its sender gave it, if it is one that runs nothing; else bytes."""
    return media_type if media_type in HARMLESS_TYPES else OCTETS


def spool_file(folder: Path) -> Path:
    """A new empty file, for us alone; whoever asked for it removes it."""
    folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=folder)
    os.close(descriptor)
    return Path(name)


def disposition(name: str) -> str:
    """An attachment under a harmless name, in any script (RFC 6266 section 4.3)."""
    return f"attachment; filename*=UTF-8''{quote(safe_name(name), safe='')}"


async def send_download(request: web.Request, download: Download) -> web.StreamResponse:
    """The whole file, with its length; a reader that stalls is left. Its name is gone before the first byte leaves."""
    with await asyncio.to_thread(_open_last, download.path) as file:
        response = web.StreamResponse(
            headers={
                "Content-Type": download.media_type,
                "Content-Length": str(os.fstat(file.fileno()).st_size),
                "Content-Disposition": disposition(download.name),
                **download.headers,
            }
        )
        await response.prepare(request)
        await _pour(file, response)
        return response


def _open_last(path: Path) -> BinaryIO:
    """The file, which nobody else opens any more: the system forgets it with this handle, or with the process."""
    try:
        return path.open("rb")
    finally:
        path.unlink(missing_ok=True)


async def _pour(file: BinaryIO, response: web.StreamResponse) -> None:
    while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
        async with asyncio.timeout(CHUNK_SECONDS):
            await response.write(chunk)
    await response.write_eof()
