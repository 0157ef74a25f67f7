"""What becomes of a message that was signed and could not leave: it goes out once, or back to its author."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from cencomm.client.channel.delivery import Sent
from cencomm.client.channel.posting import Draft, discard_returned, resume, returned, send, waiting
from cencomm.client.channel.readership import TooManyReaders
from cencomm.client.events import MessageDelivered
from cencomm.client.operation import coordination
from cencomm.client.reports import Reports
from cencomm.client.transport.errors import NoAnswer
from cencomm.client.unit import act, revocation
from cencomm.client.watch import catch_up
from cencomm.forms.envelope import Addressee, Tlp
from cencomm.ledger.kinds import RevokeReason
from cencomm.ledger.log import LogKind
from cencomm.secret import system_entropy
from cencomm.wire.document import decode_document
from cencomm.wire.log import Publish
from tests.fakes.loopback_relay import Handler, LoopbackRelay, body_of
from tests.scenarios.people import Person, Place, admit, draft, person
from tests.scenarios.test_two_officers import SEIZURE, break_the_line, publishes


async def lose_messages(request: web.Request, handler: Handler) -> web.StreamResponse:
    return await (break_the_line(request) if publishes(request) else handler(request))


@pytest.fixture
async def eve(server: LoopbackRelay, tmp_path: Path, reports: Reports) -> AsyncIterator[Person]:
    async with person(server.url, tmp_path / "eve", "Eve", reports) as one:
        yield one


async def keep(author: Person, place: Place, server: LoopbackRelay, said: Draft) -> None:
    """The author signed it, and the line broke before it left."""
    server.meddle = lose_messages
    with pytest.raises(NoAnswer):
        await send(author.mailbox, place.operation, place.channel, said)
    server.meddle = None
    assert len(await waiting(author.mailbox)) == 1


def red(place: Place, *to: Person) -> Draft:
    said = draft(place, SEIZURE)
    return replace(said, body=replace(said.body, tlp=Tlp.RED, to=tuple(Addressee(account=one.account) for one in to)))


async def test_what_waits_leaves_with_the_next_run(
    ana: Person, bob: Person, place: Place, server: LoopbackRelay
) -> None:
    await keep(ana, place, server, draft(place, SEIZURE))
    await ana.restart()

    (done,) = await resume(ana.mailbox)
    await catch_up(bob.mailbox)

    assert isinstance(done, Sent)
    assert not await waiting(ana.mailbox)
    assert len(bob.said(MessageDelivered)) == 1


async def test_what_can_never_be_sent_goes_back_and_blocks_nothing(
    ana: Person, carla: Person, place: Place, server: LoopbackRelay
) -> None:
    await keep(ana, place, server, draft(place, SEIZURE))
    await revocation.revoke(carla.mailbox, place.operation, ana.account, RevokeReason.LEFT_THE_POST)

    await catch_up(ana.mailbox)
    await ana.restart()

    (back,) = await returned(ana.mailbox)
    assert back.envelope.body.values == SEIZURE  # nothing that was written is lost
    assert back.reason
    assert not await waiting(ana.mailbox)
    await discard_returned(ana.mailbox)
    assert not await returned(ana.mailbox)


async def test_tlp_red_is_refused_where_people_beyond_to_read(
    ana: Person, bob: Person, carla: Person, place: Place
) -> None:
    with pytest.raises(TooManyReaders) as refused:
        await send(ana.mailbox, place.operation, place.channel, red(place, bob))
    assert refused.value.names == (carla.name,)
    assert not await waiting(ana.mailbox)

    await send(ana.mailbox, place.operation, place.channel, red(place, bob, carla))


async def test_a_new_reader_sends_a_waiting_tlp_red_back(
    ana: Person, bob: Person, carla: Person, eve: Person, place: Place, server: LoopbackRelay
) -> None:
    """S3: the epoch in which it would be encrypted now is read by somebody whom the author did not name."""
    await catch_up(ana.mailbox)
    await keep(ana, place, server, red(place, bob, carla))
    await admit(carla, eve, place, "US")

    await catch_up(ana.mailbox)

    (back,) = await returned(ana.mailbox)
    assert "Eve" in back.reason
    await catch_up(eve.mailbox)
    assert not eve.said(MessageDelivered)


async def test_what_was_encrypted_before_a_revocation_was_known_waits_for_the_removal(
    ana: Person, bob: Person, carla: Person, place: Place, server: LoopbackRelay
) -> None:
    """C4: a retry is sending too. The bytes that wait could be opened by whoever was revoked since."""
    await catch_up(ana.mailbox)
    await keep(ana, place, server, draft(place, SEIZURE))
    (waits,) = ana.mailbox.sessions[(place.operation, place.channel)].outbox.values()
    await act.act(
        carla.mailbox,
        place.operation,
        lambda known: coordination.revoke(known, bob.account, reason=RevokeReason.LOST_KEYS, entropy=system_entropy),
    )
    left: list[Publish] = []

    async def watch_what_leaves(request: web.Request, handler: Handler) -> web.StreamResponse:
        if publishes(request):
            left.append(decode_document(await body_of(request), Publish))
        return await handler(request)

    server.meddle = watch_what_leaves
    await catch_up(ana.mailbox)

    assert [one.kind for one in left] == [LogKind.COMMIT, LogKind.APPLICATION]
    assert left[1].message != waits.message
    assert left[1].send_id == waits.send_id
