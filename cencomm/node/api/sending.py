"""Files that leave: made on disk first, so that whoever reads slowly holds no connection to the database."""

import asyncio
import os
import tempfile
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

import structlog
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

_log = structlog.get_logger()


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


async def send_download(
    request: web.Request, download: Download, *, patience: float = CHUNK_SECONDS
) -> web.StreamResponse:
    """The whole file, with its length; its name is gone before the first byte leaves.

    A reader that takes longer than `patience` seconds for a chunk is left, and so is one that we cannot give the rest:
    the connection is broken off. Once an answer has begun nothing else may be said on it: a program that gets what it
    missed in length from an error would keep the error as the end of the file.
    """
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
        try:
            await _pour(file, response, patience)
        except (OSError, TimeoutError) as error:
            _log.info("download_broken_off", kind=type(error).__name__)
            if request.transport is not None:
                request.transport.abort()
        return response


def _open_last(path: Path) -> BinaryIO:
    """The file, which nobody else opens any more: the system forgets it with this handle, or with the process."""
    try:
        return path.open("rb")
    finally:
        path.unlink(missing_ok=True)


async def _pour(file: BinaryIO, response: web.StreamResponse, patience: float) -> None:
    while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
        async with asyncio.timeout(patience):
            await response.write(chunk)
    await response.write_eof()
