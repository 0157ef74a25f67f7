"""A node that comes late, or comes back, records what was said before: each message once, borne out by the log (H2)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from msgspec.structs import replace as replace_struct

from cencomm.client.history.holdings import StoredHoldings
from cencomm.client.history.keeping import load_missing
from cencomm.client.history.serving import HistoryServer, serve
from cencomm.client.reports import Reports
from cencomm.client.unit import admission
from cencomm.client.watch import catch_up, watch
from cencomm.forms.form import Form
from cencomm.ids import ChannelId, OperationId
from cencomm.ledger.history_items import Item
from cencomm.ledger.kinds import History, Role
from cencomm.node.key_file import read_keys
from cencomm.node.membership import opened
from cencomm.node.records.criteria import Labels
from cencomm.node.sealing import Sealer
from cencomm.node.store import NodeStore
from cencomm.wire.document import decode_document
from cencomm.wire.log import LogPage
from tests.fakes.loopback_relay import Handler, LoopbackRelay
from tests.scenarios.archive import SECONDS, Archive, archive_in, found_with_archive, invite_archive, report
from tests.scenarios.insider import Insider
from tests.scenarios.people import EXERCISE, Person, Place, admit
from tests.scenarios.test_archive_records import cases
from tests.scenarios.test_history import publish
from tests.scenarios.test_member_relay import body, document

MOST_LOOKS = 3  # within seconds: a node that begins anew after each looks much more often


class Denying:
    """Holdings of somebody who has nothing to give."""

    async def held(
        self, operation: OperationId, channel: ChannelId, generation: int, *, window: int
    ) -> Mapping[int, Item]:
        del operation, channel, generation, window
        return {}


@contextlib.asynccontextmanager
async def serving(server: HistoryServer) -> AsyncIterator[None]:
    """Takes part and answers at once, as a coordinator's program that stays open; without the minute's patience."""
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(serve(server)), tasks.create_task(watch(server.mailbox))]
        yield
        for task in running:
            task.cancel()


def of(somebody: Person) -> HistoryServer:
    return HistoryServer(somebody.mailbox, StoredHoldings(somebody.mailbox.store), patient=False)


@pytest.fixture
async def meeting(carla: Person, ana: Person, forms: Mapping[str, Form]) -> Place:
    """History for all; Ana reported 1 and 2 before there was an archive."""
    place = await found_with_archive(carla, forms["seizure"], replace(EXERCISE, history=History.ALL))
    await admit(carla, ana, place, "FR")
    await report(ana, place, 1, 2)
    await catch_up(carla.mailbox)
    return place


@pytest.fixture
async def late(
    carla: Person, meeting: Place, reports: Reports, labels: Labels, tmp_path: Path
) -> AsyncIterator[Archive]:
    """Admitted now, not running."""
    one = archive_in(tmp_path / "late", reports, labels)
    await one.join(await invite_archive(carla, meeting.operation))
    await admission.admit_waiting(carla.mailbox, meeting.operation)
    yield one
    await one.stop()


async def test_an_archive_that_is_admitted_late_records_what_was_said_before_once(
    late: Archive, carla: Person, ana: Person, meeting: Place
) -> None:
    late.start()
    await report(ana, meeting, 3)
    assert await late.headings(1) == cases(3), "nobody serves yet, and what comes is recorded"

    async with serving(of(carla)):
        assert sorted(await late.headings(3)) == sorted(cases(1, 2, 3))
        await report(ana, meeting, 4)
        await late.headings(4)
    await late.stop()
    late.start()
    await report(ana, meeting, 5)

    assert sorted(await late.headings(5)) == sorted(cases(1, 2, 3, 4, 5))
    verification = await late.verify()
    assert verification.sound
    assert verification.records == 5


async def test_what_came_live_and_comes_again_as_history_is_one_record_s4(
    late: Archive, carla: Person, ana: Person, meeting: Place
) -> None:
    """Ana's program logs her first message once more when the archive is there, which then fetches what was before."""
    late.start()
    await report(ana, meeting, 3)
    await late.headings(1)
    await catch_up(ana.mailbox)
    first = (await ana.delivered(meeting.operation))[0]
    await publish(ana, meeting, Insider(ana, meeting).message(first.envelope))
    assert await late.headings(2) == cases(3, 1)

    async with serving(of(carla)):
        assert sorted(await late.headings(3)) == sorted(cases(1, 2, 3))

    assert await late.set_aside(0) == []
    assert (await late.verify()).records == 3


async def test_what_one_server_lacked_a_node_asks_of_another(
    late: Archive, carla: Person, ana: Person, bob: Person, meeting: Place
) -> None:
    """Bob is a coordinator who was there and says that he holds nothing."""
    await admit(carla, bob, meeting, "KE", role=Role.COORDINATOR)
    late.start()
    async with serving(HistoryServer(bob.mailbox, Denying(), patient=False)):
        await report(ana, meeting, 3)
        await late.headings(1)
        await lacking(late, meeting, 2)

    async with serving(of(carla)):
        assert sorted(await late.headings(3)) == sorted(cases(1, 2, 3))


async def test_a_relay_that_lies_about_the_past_keeps_a_node_from_nothing_that_comes(
    late: Archive, ana: Person, meeting: Place, server: LoopbackRelay
) -> None:
    """L4: what it shows of the time before does not lead to the hash that was verified. It is logged, no fault."""
    looks = list[str]()

    async def lie(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        if not request.path.endswith("/log") or request.query.get("after") != "0":
            return response
        looks.append(request.path)
        page = decode_document(body(response), LogPage)
        return document(replace_struct(page, previous=b"x" * 32))

    server.meddle = lie
    late.start()
    for number in (3, 4, 5):
        await report(ana, meeting, number)
        await late.headings(number - 2)

    assert 1 <= len(looks) <= MOST_LOOKS


async def lacking(archive: Archive, place: Place, count: int) -> None:
    """So many entries are missing in it, on a server's word."""
    key = read_keys(archive.folder.key_file).store_key
    async with asyncio.timeout(SECONDS), opened(archive.folder) as database:
        store = NodeStore(database, Sealer(key, archive.around.entropy))
        while len(await load_missing(store, place.operation)) < count:  # noqa: ASYNC110 (another task fetches)
            await asyncio.sleep(0.02)
