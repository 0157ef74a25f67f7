"""Somebody joins on Wednesday and reads what was said since Monday, as far as the charter lets them (H1, H2)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from cencomm.client.channel.enactment import add_devices
from cencomm.client.channel.entrance import introduce_device
from cencomm.client.channel.posting import post_control, send
from cencomm.client.history.asking import ask
from cencomm.client.history.collecting import collect
from cencomm.client.history.fetching import take_answer
from cencomm.client.history.holdings import StoredHoldings
from cencomm.client.history.jobs import MAX_JOBS_PER_DEVICE, load_jobs
from cencomm.client.history.keeping import load_missing
from cencomm.client.history.request import Asked, load_asked
from cencomm.client.history.serving import PATIENCE_SECONDS, HistoryServer
from cencomm.client.inbox import messages
from cencomm.client.operation.ledger_feed import pin_operation
from cencomm.client.unit import admission
from cencomm.client.unit.restarting import find_grounds, restart
from cencomm.client.vault.vault import create_vault
from cencomm.client.watch import catch_up
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import CodeList
from cencomm.forms.control import ControlKind
from cencomm.forms.envelope import Addressee, Tlp
from cencomm.forms.form import Form
from cencomm.ids import AccountId, RequestId, SendId
from cencomm.ledger.history import HistoryRefused
from cencomm.ledger.history_chunk import verify_chunk
from cencomm.ledger.history_items import Absent, Item, Missing, Opened
from cencomm.ledger.history_request import HistoryRequest
from cencomm.ledger.kinds import History
from cencomm.ledger.log import LogKind
from cencomm.node.records.criteria import Labels
from cencomm.primitives.x25519 import generate_key_pair
from cencomm.secret import system_entropy
from cencomm.wire.log import Publish
from tests.fakes.loopback_relay import Handler, LoopbackRelay
from tests.scenarios.archive import SECONDS, archive_in, found_with_archive, invite_archive
from tests.scenarios.blinding import blind
from tests.scenarios.insider import Insider
from tests.scenarios.people import EXERCISE, NOW, Person, Place, admit, draft, found, person
from tests.scenarios.test_two_officers import break_the_line

Change = Callable[[list[Item]], list[Item]]
SEIZURE: dict[str, JsonValue] = {
    "case_ref": "",
    "seizure_date": "2026-11-20",
    "reporting_country": "FR",
    "location_type": "airport",
    "place": {"code": "CDG", "city": "Paris", "country": "FR"},
    "items": [{"category": "CIT", "quantity": {"amount": "12.50", "unit": "KGM", "basis": "net"}}],
}


async def say(somebody: Person, place: Place, *numbers: int) -> None:
    await catch_up(somebody.mailbox)
    for number in numbers:
        await send(
            somebody.mailbox, place.operation, place.channel, draft(place, {**SEIZURE, "case_ref": f"case {number}"})
        )


async def cases(somebody: Person) -> list[str]:
    """What the inbox shows, in its order, oldest first; history in brackets."""
    shown = []
    async for item in messages(somebody.mailbox):
        case = str(item.message.envelope.body.values["case_ref"]).removeprefix("case ")
        shown.append(f"[{case}]" if item.from_history else case)
    return shown[::-1]


async def meeting(carla: Person, forms: Mapping[str, Form], history: History) -> Place:
    return await found(carla, forms["seizure"], replace(EXERCISE, history=history))


async def serve(somebody: Person) -> int:
    await catch_up(somebody.mailbox)
    return await HistoryServer(somebody.mailbox, StoredHoldings(somebody.mailbox.store), patient=False).answer_all()


async def fetch(reader: Person, place: Place, server: Person) -> list[Asked]:
    requests = await ask(reader.mailbox, place.operation, place.channel)
    await serve(server)
    done, complete = await collect(reader.mailbox, requests, patience_seconds=0, progress=lambda *_: None)
    assert complete
    return done


@contextlib.asynccontextmanager
async def another_computer(somebody: Person, folder: Path) -> AsyncIterator[Person]:
    """The same account with a new device and an empty store."""
    access = somebody.access
    await create_vault(
        folder,
        account=access.account,
        relay_url=access.relay.address,
        parameters=access.parameters,
        wrapping_key=access.keys.wrapping_key,
        entropy=system_entropy,
    )
    there = Person(name=somebody.name, folder=folder, access=access, reports=somebody.reports, clock=somebody.clock)
    await there.open()
    await introduce_device(there.mailbox)
    try:
        yield there
    finally:
        await there.close()


@pytest.fixture
async def wednesday(carla: Person, ana: Person, bob: Person, forms: Mapping[str, Form]) -> Place:
    """History for all: Ana said 1, 2 and Carla 3, then Bob came, then Ana said 4."""
    place = await meeting(carla, forms, History.ALL)
    await admit(carla, ana, place, "FR")
    await say(ana, place, 1, 2)
    await say(carla, place, 3)
    await admit(carla, bob, place, "KE")
    await say(ana, place, 4)
    await catch_up(bob.mailbox)
    return place


async def test_who_joins_on_wednesday_reads_everything_where_the_charter_gives_all(
    carla: Person, bob: Person, wednesday: Place
) -> None:
    await say(bob, wednesday, 5)

    (done,) = await fetch(bob, wednesday, carla)

    assert await cases(bob) == ["[1]", "[2]", "[3]", "4", "5"]
    assert (done.messages, done.wrong, done.missing) == (3, 0, 0)
    assert not await ask(bob.mailbox, wednesday.operation, wednesday.channel), "nothing is fetched twice"
    assert not await load_asked(bob.mailbox.store), "the one-time key is gone"
    assert not await load_jobs(carla.mailbox.store)


async def test_history_since_admission_begins_with_the_admission(
    carla: Person, ana: Person, bob: Person, forms: Mapping[str, Form], tmp_path: Path
) -> None:
    place = await meeting(carla, forms, History.SINCE_ADMISSION)
    await admit(carla, ana, place, "FR")
    await say(ana, place, 1)
    await admit(carla, bob, place, "KE")
    await say(ana, place, 2, 3)
    async with another_computer(bob, tmp_path / "elsewhere") as there:
        await catch_up(carla.mailbox)
        await add_devices(carla.mailbox, place.operation, bob.account)
        await pin_operation(there.mailbox, place.operation)
        await catch_up(there.mailbox)
        await say(ana, place, 4)
        await catch_up(there.mailbox)

        await fetch(there, place, carla)

        assert await cases(there) == ["[2]", "[3]", "4"]
        assert not await ask(bob.mailbox, place.operation, place.channel), "Bob's first computer was there"


async def test_a_charter_without_history_gives_none_h1(carla: Person, ana: Person, forms: Mapping[str, Form]) -> None:
    place = await meeting(carla, forms, History.NONE)
    await say(carla, place, 1)
    await admit(carla, ana, place, "FR")

    with pytest.raises(HistoryRefused):
        await ask(ana.mailbox, place.operation, place.channel)


async def test_who_asks_for_more_than_is_theirs_gets_nothing_h1(
    carla: Person, ana: Person, bob: Person, forms: Mapping[str, Form]
) -> None:
    """A greedy program asks from the first entry on; the server judges each entry's epoch and gives no chunk at all."""
    place = await meeting(carla, forms, History.SINCE_ADMISSION)
    await admit(carla, ana, place, "FR")
    await say(ana, place, 1)
    await admit(carla, bob, place, "KE")
    request = await request_all(bob, place)

    assert await serve(carla) == 0

    state = await bob.mailbox.relay.history_state(place.operation, request, account=AccountId(bob.account), after=0)
    assert state.reached == 0
    assert not await load_jobs(carla.mailbox.store)


async def test_what_a_server_fetched_itself_goes_to_nobody_who_may_have_less_h1(
    carla: Person, ana: Person, bob: Person, forms: Mapping[str, Form], tmp_path: Path
) -> None:
    """A coordinator's new computer followed none of the epochs: a greedy program gets "not held" for each entry."""
    place = await meeting(carla, forms, History.SINCE_ADMISSION)
    await admit(carla, ana, place, "FR")
    await say(ana, place, 1)
    await admit(carla, bob, place, "KE")
    async with another_computer(carla, tmp_path / "new") as new:
        await catch_up(carla.mailbox)
        await add_devices(carla.mailbox, place.operation, carla.account)
        await pin_operation(new.mailbox, place.operation)
        await catch_up(new.mailbox)
        await fetch(new, place, carla)
        held = await StoredHoldings(new.mailbox.store).held(place.operation, place.channel, 1, window=0)
        said = min(sequence for sequence, item in held.items() if isinstance(item, Opened))
        key = generate_key_pair(system_entropy)
        request = await request_all(bob, place, last=said, public_key=key.public_key)

        assert await serve(new) == 1

    (encoded,) = (await bob.mailbox.relay.history_chunks(place.operation, request, first=1)).chunks
    items = {item.sequence: item for item in verify_chunk(encoded).open_(key.private_key)}
    assert items[said] == Absent(said, Missing.NOT_HELD)
    assert not any(isinstance(item, Opened) for item in items.values())


async def request_all(somebody: Person, place: Place, *, last: int = 4, public_key: bytes | None = None) -> RequestId:
    request = RequestId(system_entropy(16))
    key = public_key or generate_key_pair(system_entropy).public_key
    body = HistoryRequest(request=request, generation=1, first=1, last=last, public_key=key).encode()
    await post_control(somebody.mailbox, place.operation, place.channel, ControlKind.HISTORY_REQUEST, body)
    return request


async def test_officers_serve_nothing_and_no_device_piles_up_work_for_servers(
    carla: Person, ana: Person, bob: Person, wednesday: Place
) -> None:
    for _ in range(MAX_JOBS_PER_DEVICE + 1):
        await request_all(bob, wednesday)

    await catch_up(carla.mailbox)

    assert len(await load_jobs(carla.mailbox.store)) == MAX_JOBS_PER_DEVICE
    assert await serve(ana) == 0
    assert not await load_jobs(ana.mailbox.store)


async def test_what_is_not_given_is_said_to_be_missing_and_why(
    carla: Person, ana: Person, bob: Person, forms: Mapping[str, Form]
) -> None:
    """TLP:RED is for those whom it names, also when it is history; what lies in the server's quarantine, for nobody."""
    place = await meeting(carla, forms, History.ALL)
    await admit(carla, ana, place, "FR")
    await catch_up(carla.mailbox)
    for number, to in ((1, Addressee(account=ana.account)), (2, Addressee(role="officer"))):
        said = draft(place, {**SEIZURE, "case_ref": f"case {number}"})
        red = replace(said, body=replace(said.body, tlp=Tlp.RED, to=(to,)))
        await send(carla.mailbox, place.operation, place.channel, red)
    await catch_up(ana.mailbox)
    junk = Insider(ana, place)
    await publish(ana, place, junk.message(replace(junk.envelope({}), author=bytes(32))))
    await catch_up(carla.mailbox)
    await admit(carla, bob, place, "KE")

    await fetch(bob, place, carla)

    assert await cases(bob) == ["[2]"]
    missing = [(one.why, one.reason) for one in await load_missing(bob.mailbox.store, place.operation)]
    assert missing == [(Missing.NOT_ADDRESSED, ""), (Missing.SET_ASIDE, "not_the_author")]


async def publish(somebody: Person, place: Place, message: bytes) -> None:
    put = Publish(send_id=SendId(system_entropy(16)), kind=LogKind.APPLICATION, message=message)
    await somebody.mailbox.relay.publish(place.operation, place.channel, 1, put)


async def test_a_killed_server_or_reader_goes_on_with_exactly_what_is_missing(
    carla: Person, bob: Person, wednesday: Place
) -> None:
    (asked,) = await ask(bob.mailbox, wednesday.operation, wednesday.channel)
    await catch_up(carla.mailbox)
    assert await slowly(carla).answer_all(most=2) == 2
    assert not (await take_answer(bob.mailbox, asked))[1]
    assert await cases(bob) == ["[1]", "[2]", "4"]
    await carla.restart()
    await bob.restart()

    assert await slowly(carla).answer_all() == 1
    (again,) = await ask(bob.mailbox, wednesday.operation, wednesday.channel)
    taken, complete = await take_answer(bob.mailbox, again)

    assert (again.request, again.taken) == (asked.request, 2)
    assert (taken.messages, complete) == (3, True)
    assert await cases(bob) == ["[1]", "[2]", "[3]", "4"]


def slowly(somebody: Person) -> HistoryServer:
    """One message in a chunk."""
    return HistoryServer(somebody.mailbox, StoredHoldings(somebody.mailbox.store), patient=False, room=1)


async def test_a_line_that_breaks_when_all_is_taken_does_no_harm(
    carla: Person, bob: Person, wednesday: Place, server: LoopbackRelay
) -> None:
    """The chunks stay at the relay until they expire; nothing is taken twice, and nothing refused."""

    async def keep_everything(request: web.Request, handler: Handler) -> web.StreamResponse:
        return await (break_the_line(request) if request.method == "DELETE" else handler(request))

    server.meddle = keep_everything
    (done,) = await fetch(bob, wednesday, carla)

    assert (await take_answer(bob.mailbox, done))[1]
    assert not await load_asked(bob.mailbox.store)
    assert await cases(bob) == ["[1]", "[2]", "[3]", "4"]


async def test_history_goes_back_through_a_restart_up_to_its_cut_c11(
    carla: Person, ana: Person, bob: Person, forms: Mapping[str, Form], tmp_path: Path
) -> None:
    """The log of the ended generation is believed up to the hash that the unit signed, and no further."""
    place = await meeting(carla, forms, History.ALL)
    await admit(carla, ana, place, "FR")
    async with person(carla.mailbox.relay.address, tmp_path / "eve", "Eve", carla.reports) as eve:
        await admit(carla, eve, place, "US")
        await say(ana, place, 1, 2)
        await catch_up(carla.mailbox)
        await blind(Insider(ana, place), 0, 1)
        for somebody in (carla, eve):
            await catch_up(somebody.mailbox)
        grounds = await find_grounds(carla.mailbox, place.operation, place.channel)
        assert grounds is not None
        await restart(carla.mailbox, place.operation, grounds)
        await say(carla, place, 3)
    await admit(carla, bob, place, "KE")

    done = await fetch(bob, place, carla)

    assert sorted(one.generation for one in done) == [1, 2]
    assert await cases(bob) == ["[1]", "[2]", "[3]"]


async def test_a_coordinator_leaves_a_request_to_the_archive_for_a_while(
    carla: Person, bob: Person, wednesday: Place
) -> None:
    time = [NOW]
    carla.clock = lambda: time[0]
    await carla.restart()
    await ask(bob.mailbox, wednesday.operation, wednesday.channel)
    await catch_up(carla.mailbox)
    server = HistoryServer(carla.mailbox, StoredHoldings(carla.mailbox.store))

    assert await server.answer_all() == 0
    time[0] += PATIENCE_SECONDS - 1
    assert await server.answer_all() == 0
    time[0] += 1
    assert await server.answer_all() == 1


async def test_the_archive_answers_by_itself_and_while_it_records(
    carla: Person, ana: Person, bob: Person, forms: Mapping[str, Form], lists: Mapping[str, CodeList], tmp_path: Path
) -> None:
    policy = replace(EXERCISE, history=History.ALL)
    archive = archive_in(tmp_path / "archive", carla.reports, Labels(lists))
    place = await found_with_archive(carla, forms["seizure"], policy)
    await admit(carla, ana, place, "FR")
    await archive.join(await invite_archive(carla, place.operation))
    await admission.admit_waiting(carla.mailbox, place.operation)
    archive.start()
    try:
        await say(ana, place, 1, 2, 3)
        await archive.headings(3)
        await admit(carla, bob, place, "KE")
        (asked,) = await ask(bob.mailbox, place.operation, place.channel)
        await say(ana, place, 4)

        async with asyncio.timeout(SECONDS):
            while True:
                asked, complete = await take_answer(bob.mailbox, asked)
                if complete:
                    break
                await asyncio.sleep(0.05)
        await catch_up(bob.mailbox)

        assert await cases(bob) == ["[1]", "[2]", "[3]", "4"]
        await archive.headings(4)
    finally:
        await archive.stop()
