"""An archive put back from a backup: it reads what it missed, and says nothing under keys of yesterday (D5)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from cencomm.archive.kind import ARCHIVE
from cencomm.client.channel.enactment import enact
from cencomm.client.channel.entrance import replace_key_packages
from cencomm.client.events import EpochBegan
from cencomm.client.operation.directory import encode_labels
from cencomm.client.reports import Reports
from cencomm.client.unit import declaring
from cencomm.client.watch import catch_up
from cencomm.ids import NO_HASH, ChannelId
from cencomm.ledger.kinds import ChannelKind, Role
from cencomm.node.backup import back_up, restore
from cencomm.node.key_file import read_keys
from cencomm.node.membership import open_member, opened
from cencomm.node.records.criteria import Labels
from cencomm.node.sealing import Sealer
from cencomm.node.store import NodeStore
from cencomm.site.backup import DamagedBackup
from cencomm.wire.document import encode_document
from cencomm.wire.log import LogPage
from cencomm.wire.welcomes import Welcomes
from tests.fakes.loopback_relay import Handler, LoopbackRelay
from tests.scenarios.archive import SECONDS, Archive, archive_in, report
from tests.scenarios.people import NOW, Person, Place
from tests.scenarios.test_archive_records import cases


@pytest.fixture
async def restored(
    archive: Archive, ana: Person, meeting: Place, reports: Reports, labels: Labels, tmp_path: Path
) -> AsyncIterator[Archive]:
    """Yesterday's archive in a new folder: it holds the first report, the second came after the backup."""
    archive.start()
    await report(ana, meeting, 1)
    await archive.headings(1)
    await asyncio.to_thread(back_up, archive.folder, tmp_path / "backup", kind=ARCHIVE.package, clock=lambda: NOW)
    await report(ana, meeting, 2)
    await archive.headings(2)
    await archive.stop()
    one = archive_in(tmp_path / "restored", reports, labels)
    await asyncio.to_thread(restore, tmp_path / "backup", one.folder, kind=ARCHIVE.package)
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


async def rows_of(archive: Archive, place: Place) -> set[str]:
    """What the archive holds of a channel, by the ends of the keys."""
    async with opened(archive.folder) as database:
        store = NodeStore(database, Sealer(read_keys(archive.folder.key_file).store_key, archive.around.entropy))
        rows = await store.scan(f"channel/{place.operation.hex()}/{place.channel.hex()}/")
    return {key.rsplit("/", 1)[1] for key, _ in rows}


async def has_entered(archive: Archive, place: Place) -> set[str]:
    async with asyncio.timeout(SECONDS):
        while "position" not in (rows := await rows_of(archive, place)):  # noqa: ASYNC110 (another task enters)
            await asyncio.sleep(0.02)
    return rows


async def open_second_channel(carla: Person, meeting: Place) -> Place:
    channel: ChannelId = await declaring.open_channel(
        carla.mailbox,
        meeting.operation,
        kind=ChannelKind.UNIT,
        title=encode_labels({"en": "Unit", "fr": "Unité"}),
        roles=(Role.COORDINATOR, Role.ARCHIVE),
    )
    await enact(carla.mailbox, meeting.operation, channel)
    return Place(meeting.operation, channel, meeting.form)


class Hoarder:
    """A relay that forgets no Welcome, and shows them, and the log of that channel, when it likes."""

    def __init__(self) -> None:
        self.shows = True
        self.hidden = b""

    async def meddle(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if "/welcomes" in request.path and request.method == "DELETE":
            return web.Response(status=204)
        if "/welcomes" in request.path and not self.shows:
            return web.Response(body=encode_document(Welcomes(welcomes=())), content_type="application/json")
        if request.path.endswith("/log") and self.hidden.hex() in request.path and not self.shows:
            page = LogPage(entries=(), previous=NO_HASH, head=b"")
            return web.Response(body=encode_document(page), content_type="application/json")
        return await handler(request)


async def test_it_commits_after_a_welcome_that_another_life_of_it_opened(
    archive: Archive, carla: Person, meeting: Place, labels: Labels, server: LoopbackRelay, tmp_path: Path
) -> None:
    """S5, D5: shown when nothing says any more that it was just put back, it would lead to used epoch keys."""
    relay = Hoarder()
    server.meddle = relay.meddle
    archive.start()
    await has_entered(archive, meeting)
    await asyncio.to_thread(back_up, archive.folder, tmp_path / "backup", kind=ARCHIVE.package, clock=lambda: NOW)
    second = await open_second_channel(carla, meeting)
    await has_entered(archive, second)
    await archive.stop()
    one = archive_in(tmp_path / "restored", archive.around.reports, labels)
    await asyncio.to_thread(restore, tmp_path / "backup", one.folder, kind=ARCHIVE.package)
    relay.shows, relay.hidden = False, second.channel
    one.start()
    await recovered(one)
    await one.stop()
    before = len(carla.said(EpochBegan))

    relay.shows = True
    one.start()
    rows = await has_entered(one, second)
    await one.stop()

    await catch_up(carla.mailbox)
    committed = any(said.place.channel == second.channel for said in carla.said(EpochBegan)[before:])
    assert "must-commit" in rows or committed


async def publish_what_the_backup_lacks(archive: Archive) -> None:
    """Added by one of these key packages, an archive that was put back would not get in, for an hour each (C8)."""
    keys = read_keys(archive.folder.key_file)
    async with opened(archive.folder) as database:
        store = NodeStore(database, Sealer(keys.store_key, archive.around.entropy))
        async with open_member(store, keys, archive.around) as mailbox:
            await replace_key_packages(mailbox)


async def test_it_asks_to_be_let_in_where_it_entered_after_the_backup(
    archive: Archive, carla: Person, meeting: Place, labels: Labels, tmp_path: Path
) -> None:
    """C9. Its leaf stands there and its Welcome is gone: nobody would add it, and it would record nothing there."""
    archive.start()
    await has_entered(archive, meeting)
    await asyncio.to_thread(back_up, archive.folder, tmp_path / "backup", kind=ARCHIVE.package, clock=lambda: NOW)
    second = await open_second_channel(carla, meeting)
    await has_entered(archive, second)
    await archive.stop()
    await publish_what_the_backup_lacks(archive)
    one = archive_in(tmp_path / "restored", archive.around.reports, labels)
    await asyncio.to_thread(restore, tmp_path / "backup", one.folder, kind=ARCHIVE.package)

    one.start()
    async with asyncio.timeout(SECONDS):
        while not await enact(carla.mailbox, second.operation, second.channel):  # noqa: ASYNC110 (a task rejects)
            await asyncio.sleep(0.05)
    await has_entered(one, second)
    await recovered(one)
    await one.stop()
