"""A file that somebody attaches, opened and made ready: pictures anew from their pixels, others as they are."""

import contextlib
import io
import mimetypes
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cencomm.client.attachments.pictures import (
    HEAD_BYTES,
    MAX_PICTURE_BYTES,
    UnreadablePicture,
    is_picture,
    remake,
)
from cencomm.errors import UsageError
from cencomm.forms.attachment import MAX_ATTACHMENT_BYTES, MAX_NAME_LETTERS

OCTETS = "application/octet-stream"
_AT_ONCE = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe that nobody writes into would hold us for ever
_TYPES = mimetypes.MimeTypes(filenames=())  # what Python knows, the same on every computer


@dataclass(frozen=True, slots=True)
class Source:
    """Bytes to be read once, in order. `cleaned`: made anew, so that it says nothing but what it shows."""

    name: str
    media_type: str
    size: int
    cleaned: bool
    content: BinaryIO


@contextlib.contextmanager
def open_source(path: Path, *, as_is: bool = False) -> Iterator[Source]:
    """The file as it will be sent. Blocks while a picture is made anew: run it in a thread.

    Args:
        as_is: send pictures with everything that they say of camera, place and time, also unreadable ones.

    Raises:
        UnreadablePicture: see `pictures.remake`; not with `as_is`.
        UsageError: it is not there, no file, empty or too large.
    """
    with contextlib.ExitStack() as stack:
        try:
            file, size = _open(path)
            stack.enter_context(file)
            head = file.read(HEAD_BYTES)
            file.seek(0)
            if is_picture(path.suffix.lower(), head) and not as_is:
                source = _picture(path, file, size)
            else:
                media_type = _TYPES.guess_type(path.name)[0] or OCTETS
                source = Source(_name(path), media_type, size, cleaned=False, content=file)
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}") from None
        yield source


def _picture(path: Path, file: BinaryIO, size: int) -> Source:
    if size > MAX_PICTURE_BYTES:
        raise UnreadablePicture(path.name, f"is a picture of more than {MAX_PICTURE_BYTES >> 20} MiB")
    picture = remake(path.name, path.suffix.lower(), file.read())
    if len(picture.content) > MAX_ATTACHMENT_BYTES:
        raise UnreadablePicture(path.name, "is a picture that is too large when it is made anew")
    name = _name(path.with_suffix(picture.suffix))
    return Source(name, picture.media_type, len(picture.content), cleaned=True, content=io.BytesIO(picture.content))


def _open(path: Path) -> tuple[BinaryIO, int]:
    """The file, which is one, and its size."""
    descriptor = os.open(path, _AT_ONCE)
    try:
        size = _size(path, os.fstat(descriptor))
        return os.fdopen(descriptor, "rb"), size
    except BaseException:
        os.close(descriptor)
        raise


def _size(path: Path, status: os.stat_result) -> int:
    if not stat.S_ISREG(status.st_mode):
        raise UsageError(f"{path} is no file")
    if not 0 < status.st_size <= MAX_ATTACHMENT_BYTES:
        raise UsageError(f"{path} is empty or has more than {MAX_ATTACHMENT_BYTES >> 20} MiB: attach files in between")
    return status.st_size


def _name(path: Path) -> str:
    """What the file is called here; names of bytes that are no text lose those."""
    return path.name.encode(errors="replace").decode()[-MAX_NAME_LETTERS:]
