"""Messages that come together are durable together: one flush for a run of them, and nothing told before it."""

import pytest

from cencomm.client.channel.posting import send
from cencomm.client.events import EpochBegan, Event, MessageDelivered
from cencomm.client.watch import catch_up
from cencomm.errors import Unavailable
from tests.fakes.watched_journal import WatchedJournal
from tests.scenarios.people import Person, Place, draft, update
from tests.scenarios.test_two_officers import SEIZURE


async def say(somebody: Person, place: Place, *cases: str) -> None:
    for case in cases:
        await send(somebody.mailbox, place.operation, place.channel, draft(place, {**SEIZURE, "case_ref": case}))


def watched(somebody: Person) -> WatchedJournal:
    """From now on; what was told before is forgotten."""
    journal = somebody.mailbox.journal = WatchedJournal(somebody.mailbox.journal)
    somebody.events.clear()
    return journal


def cases(events: tuple[Event, ...] | list[Event]) -> list[object]:
    return [event.envelope.body.values["case_ref"] for event in events if isinstance(event, MessageDelivered)]


async def test_messages_share_a_transaction_and_a_commit_has_one_of_its_own(
    ana: Person, bob: Person, place: Place
) -> None:
    """S6: secrets of an epoch die with the Commit that ended it, not some messages later."""
    await catch_up(ana.mailbox)
    journal = watched(ana)
    await say(bob, place, "1", "2", "3")
    await update(bob, place)
    await say(bob, place, "4", "5")

    await catch_up(ana.mailbox)

    assert [cases(events) for events in journal.kept if cases(events)] == [["1", "2", "3"], ["4", "5"]]
    assert [len(events) for events in journal.kept if any(isinstance(one, EpochBegan) for one in events)] == [1]
    assert cases(ana.events) == ["1", "2", "3", "4", "5"]


async def test_what_is_not_durable_is_told_to_nobody_and_is_not_in_memory(
    ana: Person, bob: Person, place: Place
) -> None:
    await catch_up(ana.mailbox)
    key = (place.operation, place.channel)
    before, hashes = ana.mailbox.sessions[key], dict(ana.mailbox.log_hashes[key])
    journal = watched(ana)
    await say(bob, place, "1", "2")

    journal.keeps = lambda events: not events
    with pytest.raises(Unavailable):
        await catch_up(ana.mailbox)

    assert ana.mailbox.sessions[key] is before
    assert ana.mailbox.log_hashes[key] == hashes
    assert not ana.events
    journal.keeps = lambda _: True
    await catch_up(ana.mailbox)
    assert cases(ana.events) == ["1", "2"]


async def test_a_message_that_cannot_be_kept_holds_up_nothing_that_came_before_it(
    ana: Person, bob: Person, place: Place
) -> None:
    await catch_up(ana.mailbox)
    journal = watched(ana)
    await say(bob, place, "1", "2", "3", "4")

    journal.keeps = lambda events: "3" not in cases(events)
    with pytest.raises(Unavailable):
        await catch_up(ana.mailbox)

    assert cases(ana.events) == ["1", "2"]
    await ana.restart()
    assert [message.envelope.body.values["case_ref"] for message in await ana.delivered(place.operation)] == ["1", "2"]
