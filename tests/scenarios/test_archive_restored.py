"""An archive put back from a backup: it reads what it missed, and says nothing under keys of yesterday (D5)."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from cencomm.archive.criteria import Labels
from cencomm.archive.recording import PACKAGE
from cencomm.client.events import EpochBegan
from cencomm.client.reports import Reports
from cencomm.client.unit import admission
from cencomm.client.watch import catch_up
from cencomm.forms.code_list import CodeList
from cencomm.forms.form import Form
from cencomm.node.backup import back_up, restore
from cencomm.site.backup import DamagedBackup
from tests.scenarios.archive import SECONDS, Archive, archive_in, found_with_archive, invite_archive
from tests.scenarios.people import NOW, Person, Place, admit
from tests.scenarios.test_archive_records import cases, report


@pytest.fixture(scope="session")
def labels(lists: Mapping[str, CodeList]) -> Labels:
    return Labels(lists)


@pytest.fixture
async def archive(tmp_path: Path, reports: Reports, labels: Labels) -> AsyncIterator[Archive]:
    one = archive_in(tmp_path / "archive", reports, labels)
    yield one
    await one.stop()


@pytest.fixture
async def meeting(carla: Person, ana: Person, archive: Archive, forms: Mapping[str, Form]) -> Place:
    place = await found_with_archive(carla, forms["seizure"])
    await admit(carla, ana, place, "FR")
    await archive.join(await invite_archive(carla, place.operation))
    await admission.admit_waiting(carla.mailbox, place.operation)
    await catch_up(ana.mailbox)
    return place


@pytest.fixture
async def restored(
    archive: Archive, ana: Person, meeting: Place, reports: Reports, labels: Labels, tmp_path: Path
) -> AsyncIterator[Archive]:
    """Yesterday's archive in a new folder: it holds the first report, the second came after the backup."""
    archive.start()
    await report(ana, meeting, 1)
    await archive.headings(1)
    await asyncio.to_thread(back_up, archive.folder, tmp_path / "backup", kind=PACKAGE, clock=lambda: NOW)
    await report(ana, meeting, 2)
    await archive.headings(2)
    await archive.stop()
    one = archive_in(tmp_path / "restored", reports, labels)
    await asyncio.to_thread(restore, tmp_path / "backup", one.folder, kind=PACKAGE)
    yield one
    await one.stop()


async def recovered(archive: Archive) -> None:
    async with asyncio.timeout(SECONDS):
        while archive.folder.restored_mark.exists():  # noqa: ASYNC110 (another task removes a file)
            await asyncio.sleep(0.05)


async def test_it_reads_what_it_missed_and_commits_before_anything_else(
    restored: Archive, ana: Person, meeting: Place
) -> None:
    assert await restored.headings(1) == cases(1)
    assert restored.folder.restored_mark.exists()

    restored.start()

    assert await restored.headings(2) == cases(1, 2)
    await recovered(restored)
    await catch_up(ana.mailbox)
    own = ana.said(EpochBegan)[-1]
    assert (own.added, own.removed) == ((), ())
    assert own.committer != ana.account
    await report(ana, meeting, 3)
    assert await restored.headings(3) == cases(1, 2, 3)
    verification = await restored.verify()
    assert verification.sound
    assert verification.records == 3


async def test_it_is_an_ordinary_archive_from_then_on(restored: Archive, ana: Person) -> None:
    restored.start()
    await recovered(restored)
    await restored.stop()
    await catch_up(ana.mailbox)
    epochs = len(ana.said(EpochBegan))

    restored.start()
    await asyncio.sleep(0)
    await restored.headings(2)
    await restored.stop()

    await catch_up(ana.mailbox)
    assert len(ana.said(EpochBegan)) == epochs


async def test_a_backup_of_another_kind_of_node_is_none(restored: Archive, tmp_path: Path) -> None:
    other = archive_in(tmp_path / "other", restored.around.reports, restored.labels)

    with pytest.raises(DamagedBackup, match="no backup of a"):
        restore(tmp_path / "backup", other.folder, kind="cencomm.ncen")

    assert not other.folder.path.exists()
