"""Attacks and accidents that end in a named error, are healed by one action, and cost nothing that was acknowledged.

docs/attacks.md lists them all; these are the ones that no other file tells.
"""

import pytest
from aiohttp import web
from msgspec.structs import replace as replace_struct

from cencomm.client.channel.enactment import enact
from cencomm.client.channel.errors import ChannelNotUsable, MustEnactFirst, RelayWithholds
from cencomm.client.channel.sending import encrypt
from cencomm.client.channel.session import Standing
from cencomm.client.transport.errors import ChannelBusy, NoAnswer, NotEntitled
from cencomm.client.unit import declaring, revocation
from cencomm.client.unit.restarting import find_grounds
from cencomm.client.watch import catch_up
from cencomm.forms.envelope import sign_envelope
from cencomm.ids import AccountId, SendId
from cencomm.ledger.kinds import Phase, RevokeReason, Role
from cencomm.ledger.rejection import RejectionKind
from cencomm.secret import system_entropy
from cencomm.wire.document import decode_document, encode_document
from cencomm.wire.operations import LedgerPage
from cencomm.wire.welcomes import Welcomes
from tests.fakes.loopback_relay import Handler, LoopbackRelay
from tests.scenarios.insider import Insider
from tests.scenarios.people import NOW, Person, Place, admit, update
from tests.scenarios.test_member_commits import only_in_the_ledger
from tests.scenarios.test_member_readmission import claim_that_it_failed, publish
from tests.scenarios.test_member_relay import body, document
from tests.scenarios.test_member_restart import catch_up_all, say, session_of, told
from tests.scenarios.test_two_officers import SEIZURE, break_the_line, publishes

HOUR_SECONDS = 3600


async def test_a_replayed_welcome_leads_nowhere_and_a_member_lets_its_device_in_again(
    ana: Person, bob: Person, carla: Person, eve: Person, place: Place, server: LoopbackRelay
) -> None:
    """C8, C9: the relay shows Eve's first Welcome for her second. Its private half died when she entered."""
    first: list[bytes] = []

    async def keep(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        if request.method == "GET" and request.path.endswith("/welcomes"):
            first.extend(one.welcome for one in decode_document(body(response), Welcomes).welcomes)
        return response

    async def replay(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        if request.method != "GET" or not request.path.endswith("/welcomes"):
            return response
        held = decode_document(body(response), Welcomes).welcomes
        shown = Welcomes(welcomes=tuple(replace_struct(one, welcome=first[0]) for one in held))
        return web.Response(body=encode_document(shown), content_type="application/json")

    time = [NOW]
    carla.clock = lambda: time[0]
    await carla.restart()
    server.meddle = keep
    await admit(carla, eve, place, "US")
    await say(ana, place, 1)
    await catch_up(eve.mailbox)
    await claim_that_it_failed(eve, place, session_of(eve, place).epoch_began_at)
    assert await enact(carla.mailbox, place.operation, place.channel)
    server.meddle = replay

    await catch_up(eve.mailbox)

    assert session_of(eve, place).standing is Standing.REMOVED
    with pytest.raises(ChannelNotUsable):
        await say(eve, place, 2)
    server.meddle = None
    time[0] += HOUR_SECONDS + 1
    assert await enact(carla.mailbox, place.operation, place.channel), "one action: whoever is there lets her in"
    await catch_up(eve.mailbox)
    await say(eve, place, 2)  # she was told that it had not gone
    await catch_up_all(ana, bob)
    assert await told(bob, place) == ["FR-2026-0001", "FR-2026-0002"]
    assert await told(eve, place) == ["FR-2026-0001", "FR-2026-0002"]


async def test_ledger_entries_that_the_relay_withholds_are_missed_as_soon_as_a_member_stands_on_them(
    ana: Person, bob: Person, carla: Person, place: Place, server: LoopbackRelay
) -> None:
    """C3, C12: nothing is judged without them, nothing is set aside, and all of it is read once they are shown."""
    await catch_up_all(ana, bob)
    shown = await bob.mailbox.relay.ledger(place.operation, after=-1)

    async def withhold(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        if request.method != "GET" or not request.path.endswith("/ledger"):
            return response
        page = decode_document(body(response), LedgerPage)
        old = int(request.query["after"]) + 1
        return document(replace_struct(page, entries=shown.entries[old:], head=shown.head))

    await declaring.change_phase(carla.mailbox, place.operation, Phase.OPERATIONAL)
    await say(carla, place, 1)
    server.meddle = withhold

    with pytest.raises(RelayWithholds, match="ledger entry"):
        await catch_up(bob.mailbox)

    server.meddle = None  # whoever runs the relay was told
    await catch_up(bob.mailbox)
    assert await told(bob, place) == ["FR-2026-0001"]
    assert bob.mailbox.operation(place.operation).ledger.phase is Phase.OPERATIONAL


async def test_a_coordinator_who_honestly_loses_a_race_signs_anew_and_freezes_nothing(
    ana: Person, bob: Person, carla: Person, eve: Person, place: Place, server: LoopbackRelay
) -> None:
    """L3, L4: `ledger_moved`. A signed entry that nobody took is no second history."""
    await admit(carla, eve, place, "US", role=Role.COORDINATOR)
    await say(ana, place, 1)
    answers: list[int] = []

    async def be_faster(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method != "POST" or not request.path.endswith("/ledger"):
            return await handler(request)
        server.meddle = None
        await declaring.change_phase(eve.mailbox, place.operation, Phase.TEST)
        response = await handler(request)
        answers.append(response.status)
        return response

    server.meddle = be_faster
    await declaring.change_phase(carla.mailbox, place.operation, Phase.OPERATIONAL)

    assert answers == [409], "and then her program signed the next entry"
    for somebody in (ana, bob, carla, eve):
        await catch_up(somebody.mailbox)
        known = somebody.mailbox.operation(place.operation)
        assert known.ledger.phase is Phase.OPERATIONAL
        assert known.frozen is None
    assert await told(bob, place) == ["FR-2026-0001"]


async def test_when_the_last_committer_is_revoked_whoever_is_there_commits_and_the_rest_goes_on(
    ana: Person, bob: Person, carla: Person, place: Place
) -> None:
    """C4: the epoch in which all stand is the revoked one's own. Nobody writes into it."""
    await say(bob, place, 1)
    await update(bob, place)
    await only_in_the_ledger(carla, place, bob.account)
    await catch_up(ana.mailbox)
    thoughtless = Insider(ana, place)
    signed = sign_envelope(thoughtless.envelope(SEIZURE), ana.mailbox.device.signing_key)

    with pytest.raises(MustEnactFirst):
        encrypt(
            thoughtless.session,
            signed,
            ana.mailbox.operation(place.operation).ledger,
            send_id=SendId(b"s" * 16),
            certificates=ana.mailbox.certificates,
            entropy=system_entropy,
        )

    assert await enact(ana.mailbox, place.operation, place.channel)
    await say(ana, place, 2)
    await catch_up(carla.mailbox)
    assert await told(carla, place) == ["FR-2026-0001", "FR-2026-0002"]
    assert await told(ana, place) == ["FR-2026-0001", "FR-2026-0002"]
    with pytest.raises(NotEntitled):
        await bob.mailbox.relay.log(place.operation, place.channel, 1, after=0)


async def test_a_commit_whose_receipt_is_lost_is_found_in_the_log(
    ana: Person, bob: Person, carla: Person, place: Place, server: LoopbackRelay
) -> None:
    """S3: what was staged is adopted, and not committed a second time."""
    await say(bob, place, 1)
    await catch_up(ana.mailbox)
    before = session_of(ana, place).group.epoch

    async def lose_the_receipt(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        return await break_the_line(request) if publishes(request) else response

    server.meddle = lose_the_receipt
    with pytest.raises(NoAnswer):
        await update(ana, place)

    server.meddle = None
    await catch_up(ana.mailbox)
    assert session_of(ana, place).group.epoch == before + 1
    await say(ana, place, 2)
    await catch_up_all(bob, carla)
    assert session_of(bob, place).group.epoch == before + 1
    for somebody in (ana, bob, carla):
        assert await told(somebody, place) == ["FR-2026-0001", "FR-2026-0002"]


async def test_a_flood_of_empty_commits_is_refused_and_ends_with_the_insiders_revocation(
    ana: Person, bob: Person, carla: Person, place: Place, server: LoopbackRelay
) -> None:
    """C7: `too_many`. Messages never wait for it, and the revocation does not either."""
    server.paced = True
    await server.stop()
    await server.start()
    await say(ana, place, 1)
    await catch_up(bob.mailbox)
    await update(bob, place)
    flood = Insider(bob, place)

    with pytest.raises(ChannelBusy):
        await publish(flood, flood.commit())

    await say(ana, place, 2)
    await revocation.revoke(carla.mailbox, place.operation, AccountId(bob.account), RevokeReason.MISUSE)
    await say(ana, place, 3)
    await catch_up_all(ana, carla)
    assert len(session_of(ana, place).leaves()) == 2
    assert await told(carla, place) == [f"FR-2026-000{number}" for number in (1, 2, 3)]


async def test_a_false_rejection_alone_restarts_nothing_and_ends_with_the_liars_revocation(
    ana: Person, bob: Person, carla: Person, place: Place
) -> None:
    """C11: one identity is no ground; the program offers no restart."""
    await catch_up_all(ana, bob)
    await update(ana, place)
    await say(ana, place, 1)
    await catch_up_all(bob, carla)
    await claim_that_it_failed(bob, place, session_of(bob, place).epoch_began_at, RejectionKind.COMMIT)

    assert await find_grounds(carla.mailbox, place.operation, place.channel) is None

    await revocation.revoke(carla.mailbox, place.operation, AccountId(bob.account), RevokeReason.MISUSE)
    await say(ana, place, 2)
    await catch_up_all(ana, carla)
    assert session_of(carla, place).generation == 1
    assert await told(carla, place) == ["FR-2026-0001", "FR-2026-0002"]
