"""Rule A6: what was sealed lies here until its message is in the log; on a shared computer in memory alone."""

from pathlib import Path

import pytest

from cencomm.client.attachments.attaching import attach
from cencomm.client.attachments.source import open_source
from cencomm.client.attachments.spool import KEPT_SECONDS, Spool, SpoolFolder, SpoolInMemory
from cencomm.errors import Unavailable, UsageError
from cencomm.ids import AttachmentId, ChannelId, OperationId
from cencomm.secret import system_entropy

ONE, OTHER = AttachmentId(b"1" * 16), AttachmentId(b"2" * 16)
OPERATION, CHANNEL = OperationId(b"o" * 32), ChannelId(b"c" * 16)
FAR_FUTURE = 1 << 40


@pytest.fixture(params=["folder", "memory"])
def spool(request: pytest.FixtureRequest, tmp_path: Path) -> Spool:
    return SpoolFolder(tmp_path / "attachments") if request.param == "folder" else SpoolInMemory()


def test_chunks_stay_until_they_are_forgotten(spool: Spool) -> None:
    spool.keep(ONE, 0, b"first")
    spool.keep(ONE, 1, b"second")
    spool.keep(OTHER, 0, b"other")
    spool.settle(ONE)

    assert spool.read(ONE, 1) == b"second"
    spool.forget(ONE)
    assert spool.read(ONE, 1) is None
    spool.forget_others([OTHER], now=FAR_FUTURE)
    assert spool.read(OTHER, 0) == b"other"
    spool.forget_others([], now=FAR_FUTURE)
    assert spool.read(OTHER, 0) is None


def test_what_was_sealed_lately_is_not_forgotten_by_another_window(tmp_path: Path) -> None:
    spool = SpoolFolder(tmp_path / "attachments")
    spool.keep(ONE, 0, b"sealed")
    sealed_at = int((spool.folder / ONE.hex()).stat().st_mtime)

    spool.forget_others([], now=sealed_at + KEPT_SECONDS)

    assert spool.read(ONE, 0) == b"sealed"


def test_others_cannot_look_into_the_folder(tmp_path: Path) -> None:
    spool = SpoolFolder(tmp_path / "attachments")
    spool.keep(ONE, 0, b"sealed")

    assert [path.stat().st_mode & 0o077 for path in spool.folder.rglob("*")] == [0, 0]


async def test_a_disk_that_takes_nothing_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "attachments").write_bytes(b"where a folder belongs")
    path = tmp_path / "a.txt"
    path.write_bytes(b"text")

    with pytest.raises(Unavailable, match="cannot be kept"), open_source(path) as source:
        await attach(SpoolFolder(tmp_path / "attachments"), OPERATION, CHANNEL, source, id_=ONE, entropy=system_entropy)


async def test_a_file_that_grows_while_it_is_read_is_not_attached(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(b"text")
    spool = SpoolFolder(tmp_path / "attachments")

    with open_source(path) as source:
        path.write_bytes(b"text and more")
        with pytest.raises(UsageError, match="changed"):
            await attach(spool, OPERATION, CHANNEL, source, id_=ONE, entropy=system_entropy)

    assert not any(file.is_file() for file in spool.folder.rglob("*"))


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()

    for path, reason in (
        (tmp_path, "no file"),
        (tmp_path / "empty", "is empty"),
        (tmp_path / "nowhere", "cannot be read"),
        (Path("/dev/zero"), "no file"),
    ):
        with pytest.raises(UsageError, match=reason), open_source(path):
            pass
