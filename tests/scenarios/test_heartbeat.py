"""A relay that withholds everything is noticed, because archive and coordinators fall silent (H3)."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from cencomm.client.channel.freshness import MISSED_INTERVALS, MayBeOutOfDate, freshness
from cencomm.client.channel.heartbeat import send_due
from cencomm.client.channel.posting import Draft, resume, send, waiting
from cencomm.client.events import Quarantined, Reason
from cencomm.client.reports import Reports
from cencomm.client.watch import catch_up
from cencomm.errors import Unavailable
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.control import HEARTBEAT_BODY, ControlKind
from cencomm.forms.envelope import Addressee, Tlp
from cencomm.forms.form import Form
from tests.fakes.loopback_relay import LoopbackRelay
from tests.scenarios.insider import Insider, show
from tests.scenarios.people import EXERCISE, NOW, Person, Place, admit, draft, found, person, update

INTERVAL = EXERCISE.heartbeat_seconds
SEIZURE: dict[str, JsonValue] = {
    "case_ref": "FR-1",
    "seizure_date": "2026-11-20",
    "reporting_country": "FR",
    "location_type": "airport",
    "place": {"code": "CDG", "city": "Paris", "country": "FR"},
    "items": [{"category": "CIT", "quantity": {"amount": "12.50", "unit": "KGM", "basis": "net"}}],
}


class Time:
    """Goes on when a test says so, for everybody."""

    now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def carla(server: LoopbackRelay, tmp_path: Path, reports: Reports, time: Time) -> AsyncIterator[Person]:
    async with person(server.url, tmp_path / "carla", "Carla", reports, at=time) as one:
        yield one


@pytest.fixture
async def ana(server: LoopbackRelay, tmp_path: Path, reports: Reports, time: Time) -> AsyncIterator[Person]:
    async with person(server.url, tmp_path / "ana", "Ana", reports, at=time) as one:
        yield one


@pytest.fixture
async def place(carla: Person, ana: Person, forms: Mapping[str, Form]) -> Place:
    meeting = await found(carla, forms["seizure"])
    await admit(carla, ana, meeting, "FR")
    await catch_up(carla.mailbox)
    return meeting


def red(place: Place, carla: Person) -> Draft:
    said = draft(place, SEIZURE)
    return replace(said, body=replace(said.body, tlp=Tlp.RED, to=(Addressee(account=carla.account),)))


async def is_fresh(somebody: Person, place: Place) -> bool:
    return (await freshness(somebody.mailbox, place.operation, place.channel)).is_fresh


async def test_heartbeats_keep_a_member_up_to_date_and_silence_refuses_tlp_red(
    carla: Person, ana: Person, place: Place, time: Time
) -> None:
    assert await is_fresh(ana, place), "the grace of who has just come in"
    time.now += INTERVAL + 1
    assert not await is_fresh(ana, place)
    assert await is_fresh(carla, place), "there is nobody else whom the coordinator could hear"
    assert await send_due(carla.mailbox) == 1
    assert await send_due(carla.mailbox) == 0, "she was heard just now"
    await catch_up(ana.mailbox)
    assert await is_fresh(ana, place)
    await send(ana.mailbox, place.operation, place.channel, red(place, carla))

    time.now += MISSED_INTERVALS * INTERVAL + 1

    with pytest.raises(MayBeOutOfDate):
        await send(ana.mailbox, place.operation, place.channel, red(place, carla))
    assert not await waiting(ana.mailbox)
    await send(ana.mailbox, place.operation, place.channel, draft(place, SEIZURE))
    assert await send_due(ana.mailbox) == 0, "officers send none"


async def test_yesterdays_heartbeats_handed_out_today_make_nothing_fresh_h3(
    carla: Person, ana: Person, place: Place, time: Time
) -> None:
    """What counts is when it was said. A clock that runs ahead counts for no more than when it came."""
    for _ in range(3):
        time.now += INTERVAL
        await send_due(carla.mailbox)
    time.now += 24 * 3600

    await catch_up(ana.mailbox)

    assert not await is_fresh(ana, place)
    insider = Insider(carla, place)
    ahead = replace(insider.control(ControlKind.HEARTBEAT, HEARTBEAT_BODY), written_at=time.now + 24 * 3600)
    await show(ana, place, insider.message(ahead))
    assert (await freshness(ana.mailbox, place.operation, place.channel)).heard_at == time.now


async def test_what_is_sent_again_after_a_restart_makes_nobody_older_h3(
    carla: Person, ana: Person, place: Place, time: Time
) -> None:
    """Cut off by a restart, it comes behind what its author said since, with the time when it was written (C11)."""
    await catch_up(ana.mailbox)
    insider = Insider(carla, place)
    time.now += INTERVAL
    for written_at in (time.now, NOW):
        said = replace(insider.control(ControlKind.HEARTBEAT, HEARTBEAT_BODY), written_at=written_at)
        await show(ana, place, insider.message(said))

    assert (await freshness(ana.mailbox, place.operation, place.channel)).heard_at == NOW + INTERVAL


async def test_a_clock_that_ran_ahead_and_was_set_right_hides_no_silence_h3(
    carla: Person, ana: Person, place: Place, time: Time
) -> None:
    """The newest time is kept, but none that has not come yet."""
    await catch_up(ana.mailbox)
    insider = Insider(carla, place)
    for now in (NOW + 24 * 3600, NOW):
        time.now = now
        said = replace(insider.control(ControlKind.HEARTBEAT, HEARTBEAT_BODY), written_at=now)
        await show(ana, place, insider.message(said))

    time.now += MISSED_INTERVALS * INTERVAL + 1

    assert not await is_fresh(ana, place)


async def test_a_heartbeat_that_saw_another_log_is_an_alarm_l4(carla: Person, ana: Person, place: Place) -> None:
    await catch_up(ana.mailbox)
    insider = Insider(carla, place)
    said = insider.control(ControlKind.HEARTBEAT, HEARTBEAT_BODY)

    event = await show(ana, place, insider.message(said, anchored=lambda anchor: replace(anchor, log_hash=b"x" * 32)))

    assert isinstance(event, Quarantined)
    assert (event.reason, event.alarm) == (Reason.FOREIGN_LOG, True)


async def test_a_heartbeat_says_nothing_else(ana: Person, carla: Person, place: Place) -> None:
    await catch_up(ana.mailbox)
    insider = Insider(carla, place)

    event = await show(ana, place, insider.message(insider.control(ControlKind.HEARTBEAT, b"and more")))

    assert isinstance(event, Quarantined)
    assert event.reason is Reason.ILL_FORMED


@pytest.mark.usefixtures("place")
async def test_an_outage_piles_up_one_heartbeat(carla: Person, server: LoopbackRelay, time: Time) -> None:
    time.now += INTERVAL
    await server.stop()
    with pytest.raises(Unavailable):
        await send_due(carla.mailbox)
    time.now += INTERVAL

    assert await send_due(carla.mailbox) == 0

    await server.start()
    assert len(await resume(carla.mailbox)) == 1


async def test_a_red_message_that_waits_is_not_encrypted_again_while_nobody_was_heard_s3(
    carla: Person, ana: Person, server: LoopbackRelay, place: Place, time: Time
) -> None:
    """Another epoch may have other readers; a Commit says nothing of when it was made."""
    await send_due(carla.mailbox)
    await catch_up(ana.mailbox)
    await server.stop()
    with pytest.raises(Unavailable):
        await send(ana.mailbox, place.operation, place.channel, red(place, carla))
    await server.start()
    await update(carla, place)
    time.now += MISSED_INTERVALS * INTERVAL + 1

    await catch_up(ana.mailbox)
    assert not await resume(ana.mailbox)

    assert len(await waiting(ana.mailbox)) == 1
