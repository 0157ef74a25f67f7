"""Rule A7: a file is there whole under a name of its own, or not at all."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cencomm.client.attachments.saving import save
from cencomm.client.attachments.sealing import AttachmentAltered
from cencomm.errors import Unavailable, UsageError


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def altered() -> AsyncIterator[bytes]:
    yield b"a beginning"
    raise AttachmentAltered("not what its author sealed")


async def test_a_file_is_saved_whole_for_its_owner_alone(tmp_path: Path) -> None:
    seen: list[int] = []

    path = await save(tmp_path, "../photo.jpg", pieces(b"one ", b"two"), seen.append)

    assert path == tmp_path / "photo.jpg"
    assert path.read_bytes() == b"one two"
    assert path.stat().st_mode & 0o777 == 0o600
    assert seen == [4, 7]


async def test_a7_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"mine")
    (tmp_path / "photo (2).jpg").symlink_to(tmp_path / "elsewhere")

    path = await save(tmp_path, "photo.jpg", pieces(b"theirs"))

    assert path == tmp_path / "photo (3).jpg"
    assert (tmp_path / "photo.jpg").read_bytes() == b"mine"
    assert not (tmp_path / "elsewhere").exists()


async def test_a7_what_is_not_the_authors_file_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(AttachmentAltered):
        await save(tmp_path, "photo.jpg", altered())

    assert os.listdir(tmp_path) == []  # noqa: PTH208 (names are all that is asked)


async def test_a_folder_that_is_none_and_one_that_takes_nothing_are_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        await save(tmp_path / "nowhere", "x", pieces(b""))
    (tmp_path / ("d" * 120)).mkdir()
    with pytest.raises(Unavailable, match="nothing can be saved"):
        await save(Path("/proc"), "x", pieces(b""))
