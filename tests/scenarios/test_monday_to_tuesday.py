"""One mailbox, many computers: what is read on Tuesday, and what neither two computers nor a relay can do (D4, D5)."""

import contextlib
import sqlite3
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from aiohttp import web
from msgspec.structs import replace

from cencomm.client.account.account import mailbox_keys
from cencomm.client.account.remote_vault import open_remote_vault
from cencomm.client.account.session import Access
from cencomm.client.channel.errors import ChannelNotUsable
from cencomm.client.channel.posting import resume, send
from cencomm.client.errors import MailboxAltered, OutboxNotEmpty
from cencomm.client.events import ChannelStalled, EpochBegan
from cencomm.client.reports import Reports
from cencomm.client.roaming.loading import fetch, load
from cencomm.client.roaming.sealing import MailboxSealing
from cencomm.client.transport.errors import MailboxHeld, NoAnswer, NotHolder
from cencomm.client.watch import catch_up
from cencomm.forms.form import Form
from cencomm.ledger.log import LogKind
from cencomm.secret import system_entropy
from cencomm.wire.document import decode_document, encode_document
from cencomm.wire.mailbox import HeldMailbox, MailboxPage, TakeMailbox
from cencomm.wire.vault import PutVault
from tests.fakes.loopback_relay import Handler, LoopbackRelay, whole_answer
from tests.scenarios.people import Person, Place, draft, found
from tests.scenarios.shared_computer import KeyUse, Officer, Seat, admit_at, enrol_officer
from tests.scenarios.test_two_officers import break_the_line, publishes, seizure


@pytest.fixture
async def olga(server: LoopbackRelay, reports: Reports) -> Officer:
    return await enrol_officer(server.url, "Olga", reports)


@pytest.fixture
async def place(carla: Person, forms: Mapping[str, Form]) -> Place:
    return await found(carla, forms["seizure"])


@pytest.fixture
async def monday(carla: Person, olga: Officer, place: Place) -> AsyncIterator[Seat]:
    """Olga's first day: admitted, in the channel, and one message read."""
    async with olga.sit_down() as seat:
        await admit_at(carla, olga, seat, place)
        await say(carla, place, 1)
        await catch_up(seat.mailbox)
        assert await seat.references(place) == references(1)
        yield seat


async def say(somebody: Person | Seat, place: Place, number: int) -> None:
    await send(somebody.mailbox, place.operation, place.channel, draft(place, seizure(number)))


def references(*numbers: int) -> list[str]:
    return [f"FR-2026-{number:04}" for number in numbers]


async def logged(somebody: Person | Seat, place: Place) -> list[LogKind]:
    """What the relay's log holds, in order."""
    relay = somebody.mailbox.relay
    page = await relay.log(place.operation, place.channel, 1, after=0)
    return [LogKind(entry.kind) for entry in page.entries]


async def test_an_officer_reads_on_tuesday_what_came_while_nobody_was_on(
    monday: Seat, carla: Person, olga: Officer, place: Place, server: LoopbackRelay
) -> None:
    """The issue's words: an empty disk, no other member online, no Commit; the first message brings one with path."""
    await say(monday, place, 2)
    await monday.sign_out()
    for number in (3, 4, 5):  # alerts, while none of Olga's devices is on
        await say(carla, place, number)
    before = await logged(carla, place)
    await carla.close()

    async with olga.sit_down() as tuesday:
        await catch_up(tuesday.mailbox)

        assert tuesday.holding.clean
        assert await tuesday.references(place) == references(1, 2, 3, 4, 5)
        assert await logged(tuesday, place) == before  # reading took no Commit
        await say(tuesday, place, 6)
        await say(tuesday, place, 7)
        added = (await logged(tuesday, place))[len(before) :]

    for file in server.data.iterdir():
        assert not any(word.encode() in file.read_bytes() for word in (*references(1, 6), "Olga")), file
    assert added == [LogKind.COMMIT, LogKind.APPLICATION, LogKind.APPLICATION]
    (began,) = [event for event in tuesday.events if isinstance(event, EpochBegan)]
    assert began.own
    await carla.open()
    await catch_up(carla.mailbox)
    assert [one.envelope.body.values["case_ref"] for one in await carla.delivered(place.operation)] == references(
        1, 2, 3, 4, 5, 6, 7
    )


@pytest.mark.usefixtures("monday")
async def test_an_open_mailbox_is_not_opened_twice_unasked(olga: Officer) -> None:
    """D4: taking over is explicit."""
    with pytest.raises(MailboxHeld):
        async with olga.sit_down():
            pass


async def test_two_computers_at_once_cannot_both_send(monday: Seat, carla: Person, olga: Officer, place: Place) -> None:
    """D4: the older holder's message does not enter the log, nor does its Commit; it is told why."""
    await say(monday, place, 2)
    async with olga.sit_down(take_over=True) as tuesday:
        await catch_up(tuesday.mailbox)
        before = await logged(carla, place)

        with pytest.raises(NotHolder) as lost:
            await say(monday, place, 3)
        assert await logged(carla, place) == before
        await say(tuesday, place, 4)

        assert not tuesday.holding.clean
        assert "open on another computer since" in str(lost.value)
        assert (await tuesday.references(place))[-1:] == references(4)
    await catch_up(carla.mailbox)
    assert len(await carla.delivered(place.operation)) == 3


async def test_an_older_holders_first_commit_does_not_enter_the_log(
    monday: Seat, carla: Person, olga: Officer, place: Place
) -> None:
    async with olga.sit_down(take_over=True):
        before = await logged(carla, place)

        with pytest.raises(NotHolder):
            await say(monday, place, 2)

    assert await logged(carla, place) == before


async def test_a_killed_computer_loses_no_message_and_sends_none_twice(
    monday: Seat, carla: Person, olga: Officer, place: Place, server: LoopbackRelay
) -> None:
    """The relay took the message and its answer was lost; the computer dies; the next one looks into the log first."""

    async def lose_the_answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await handler(request)
        return await break_the_line(request) if publishes(request) else answer

    await say(monday, place, 2)
    server.meddle = lose_the_answer
    with pytest.raises(NoAnswer):
        await say(monday, place, 3)
    server.meddle = None

    async with olga.sit_down(take_over=True) as tuesday:
        await catch_up(tuesday.mailbox)
        await resume(tuesday.mailbox)

        assert await tuesday.references(place) == references(1, 2, 3)
        await tuesday.sign_out()
    await catch_up(carla.mailbox)
    assert len(await carla.delivered(place.operation)) == 3


async def test_a_computer_that_dies_after_sign_in_loses_no_key_package(
    carla: Person, olga: Officer, place: Place
) -> None:
    """S5, C8: nothing leaves before the private half that it stands on is at the relay."""
    async with olga.sit_down() as monday:
        await admit_at(carla, olga, monday, place)
    await say(carla, place, 1)

    async with olga.sit_down(take_over=True) as tuesday:
        await catch_up(tuesday.mailbox)

        assert await tuesday.references(place) == references(1)


async def test_what_could_not_leave_on_monday_leaves_on_tuesday_after_a_commit(
    monday: Seat, carla: Person, olga: Officer, place: Place, server: LoopbackRelay
) -> None:
    """D4: a mailbox with a message that waits is not handed over. Taken over, it sends the message once."""

    async def lose_messages(request: web.Request, handler: Handler) -> web.StreamResponse:
        return await (break_the_line(request) if publishes(request) else handler(request))

    await say(monday, place, 2)
    server.meddle = lose_messages
    with pytest.raises(NoAnswer):
        await say(monday, place, 3)
    server.meddle = None
    with pytest.raises(OutboxNotEmpty):
        await monday.sign_out()
    await monday.holding.store.save()
    before = await logged(carla, place)

    async with olga.sit_down(take_over=True) as tuesday:
        await catch_up(tuesday.mailbox)  # and what waits is sent

        assert await tuesday.references(place) == references(1, 2, 3)
    assert (await logged(carla, place))[len(before) :] == [LogKind.COMMIT, LogKind.APPLICATION]


async def test_a_relay_that_keeps_a_row_back_opens_nothing_and_blocks_nobody(
    monday: Seat, olga: Officer, place: Place, server: LoopbackRelay
) -> None:
    """D4; what was taken in vain is given back, so that an honest relay needs no take-over afterwards."""

    async def keep_one_back(request: web.Request, handler: Handler) -> web.StreamResponse:
        if (request.method, request.path) != ("GET", "/v1/mailbox"):
            return await handler(request)
        _, body = await whole_answer(request, handler)
        page = decode_document(body, MailboxPage)
        return web.Response(body=encode_document(replace(page, rows=page.rows[1:])), content_type="application/json")

    await monday.sign_out()
    server.meddle = keep_one_back
    with pytest.raises(MailboxAltered):
        async with olga.sit_down():
            pass
    server.meddle = None

    async with olga.sit_down() as tuesday:
        assert await tuesday.references(place) == references(1)


async def keys_of_two_days(olga: Officer, place: Place, server: LoopbackRelay, backup: Path) -> list[KeyUse]:
    """Tuesday and Wednesday, each from the same state of the relay: mailbox, log, all of it; two messages a day."""
    used: list[KeyUse] = []
    await server.copy_to(backup)
    for number in (10, 20):
        if used:
            await server.put_back(backup)
        async with olga.sit_down(take_over=True) as seat:
            await catch_up(seat.mailbox)
            for each in range(2):
                await say(seat, place, number + each)
                used.append(seat.last_key(place))
    return used


async def test_a_relay_that_serves_mondays_clean_state_on_wednesday_makes_no_key_be_used_twice(
    monday: Seat, olga: Officer, place: Place, server: LoopbackRelay, tmp_path: Path
) -> None:
    """D5: no (epoch, generation) twice."""
    await say(monday, place, 2)
    await monday.sign_out()

    used = await keys_of_two_days(olga, place, server, tmp_path / "backup")

    assert len(set(used)) == 4


async def test_a_commit_that_monday_staged_settles_nothing_on_tuesday(
    monday: Seat, olga: Officer, place: Place, server: LoopbackRelay, tmp_path: Path
) -> None:
    """D5: Monday's Commit is in the log, and staged in the sealed state; two openings of that state adopt it."""

    async def lose_the_answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await handler(request)
        return await break_the_line(request) if publishes(request) else answer

    server.meddle = lose_the_answer
    with pytest.raises(NoAnswer):
        await say(monday, place, 2)
    server.meddle = None

    used = await keys_of_two_days(olga, place, server, tmp_path / "backup")

    assert len(set(used)) == 4


async def test_a_welcome_that_is_opened_on_two_days_gives_no_key_twice(
    carla: Person, olga: Officer, place: Place, server: LoopbackRelay, tmp_path: Path
) -> None:
    """D5: the private half of the key package is in the sealed state, and the Welcome waits at the relay."""
    async with olga.sit_down() as seat:
        await admit_at(carla, olga, seat, place)
        await seat.sign_out()

    used = await keys_of_two_days(olga, place, server, tmp_path / "backup")

    assert len(set(used)) == 4


async def test_after_a_new_password_the_mailbox_opens_and_the_old_keys_open_nothing(
    monday: Seat, olga: Officer, place: Place
) -> None:
    """D2: the vault has another key, and whoever opens the mailbox next seals everything again."""
    await monday.sign_out()
    old = await mailbox_keys(monday.access, system_entropy)
    await new_mailbox_key(monday.access)

    async with olga.sit_down() as tuesday:
        assert await tuesday.references(place) == references(1)
        new = await mailbox_keys(tuesday.access, system_entropy)
        fetched = await fetch(tuesday.access.relay, await state_now(tuesday))

    assert new[0] == old[0]
    assert len(new) == len(old) == 2
    assert new[1] != old[1]
    with pytest.raises(MailboxAltered):
        load(fetched, MailboxSealing(old, olga.account, system_entropy))


async def new_mailbox_key(access: Access) -> None:
    """What a change of password does to the account's vault."""
    stored, key = await access.relay.vault(), access.keys.wrapping_key
    vault = open_remote_vault(stored.sealed, account=access.account, version=stored.version, wrapping_key=key)
    sealed = vault.with_new_mailbox_key(system_entropy).seal(
        account=access.account, version=stored.version + 1, wrapping_key=key, entropy=system_entropy
    )
    await access.relay.put_vault(PutVault(version=stored.version, sealed=sealed))


async def state_now(seat: Seat) -> HeldMailbox:
    """The mailbox, as whoever takes it over finds it."""
    await seat.holding.store.save()
    return await seat.access.relay.take_mailbox(TakeMailbox(take_over=True))


async def test_mondays_mailbox_with_wednesdays_log_meets_its_own_commit_and_stops(
    monday: Seat, carla: Person, olga: Officer, place: Place, server: LoopbackRelay, tmp_path: Path
) -> None:
    """C10, D5: Tuesday's Commit is not in Monday's state; nothing more is sent from it."""
    await monday.sign_out()
    await server.copy_to(tmp_path / "backup")
    async with olga.sit_down() as tuesday:
        await say(tuesday, place, 2)
        await tuesday.sign_out()
    await give_back_the_mailbox_alone(server, tmp_path / "backup")
    before = await logged(carla, place)

    async with olga.sit_down() as wednesday:
        await catch_up(wednesday.mailbox)
        (stalled,) = [event for event in wednesday.events if isinstance(event, ChannelStalled)]
        with pytest.raises(ChannelNotUsable):
            await say(wednesday, place, 3)

    assert stalled.rule == "C10"
    assert await logged(carla, place) == before


async def give_back_the_mailbox_alone(server: LoopbackRelay, backup: Path) -> None:
    """A relay that rolls one account's mailbox back, and nothing else."""
    await server.stop()
    with contextlib.closing(sqlite3.connect(server.data / "relay.sqlite")) as database, database:
        database.execute("ATTACH ? AS old", (str(backup / "relay.sqlite"),))
        database.execute("DELETE FROM mailbox_rows")
        database.execute("INSERT INTO mailbox_rows SELECT * FROM old.mailbox_rows")
        database.execute("UPDATE mailboxes SET (version, seal) = (SELECT version, seal FROM old.mailboxes)")
    await server.start()
