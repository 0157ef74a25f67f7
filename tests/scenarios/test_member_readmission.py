"""Whoever is in the tree and cannot use their place is removed and added again by the others (C9, C10)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from shutil import copytree, rmtree

import pytest
from aiohttp import web
from msgspec.structs import replace as replace_fields

from cencomm.client.channel.delivery import Sent
from cencomm.client.channel.enactment import enact
from cencomm.client.channel.posting import resume, send, waiting
from cencomm.client.channel.session import ChannelSession, Standing
from cencomm.client.events import Quarantined
from cencomm.client.operation import enrolling
from cencomm.client.reports import Reports
from cencomm.client.transport.errors import NoAnswer
from cencomm.client.unit import admission
from cencomm.client.unit.restarting import find_grounds
from cencomm.client.watch import catch_up
from cencomm.ids import SendId
from cencomm.ledger.kinds import Role
from cencomm.ledger.log import LogKind, log_hash
from cencomm.ledger.refusal import JoinRefused
from cencomm.ledger.rejection import Rejection, RejectionKind, RejectionReason, sign_rejection
from cencomm.mls.group import StagedCommit
from cencomm.secret import system_entropy
from cencomm.wire.document import decode_document, encode_document
from cencomm.wire.log import LogPage, Publish
from cencomm.wire.welcomes import Reject, WaitingWelcome, Welcomes
from tests.fakes.loopback_relay import Handler, LoopbackRelay
from tests.scenarios.insider import Insider
from tests.scenarios.people import Person, Place, draft, person, profile, update
from tests.scenarios.test_member_commits import shadow_commit
from tests.scenarios.test_two_officers import break_the_line, publishes, references, seizure


@pytest.fixture
async def eve(server: LoopbackRelay, tmp_path: Path, reports: Reports) -> AsyncIterator[Person]:
    async with person(server.url, tmp_path / "eve", "Eve", reports) as one:
        yield one


def session_of(somebody: Person, place: Place) -> ChannelSession:
    return somebody.mailbox.sessions[(place.operation, place.channel)]


async def publish(thief: Insider, commit: StagedCommit) -> None:
    """With the account's session too: the relay cannot tell thief and owner apart."""
    request = Publish(send_id=SendId(system_entropy(16)), kind=LogKind.COMMIT, message=commit.message)
    await thief.person.mailbox.relay.publish(thief.place.operation, thief.place.channel, 1, request)


async def test_whose_leaf_committed_elsewhere_is_let_in_again(
    ana: Person, bob: Person, carla: Person, place: Place
) -> None:
    """C10. It is no ground for a restart: the Commit is good for everybody else."""
    await catch_up(ana.mailbox)
    await publish(Insider(ana, place), Insider(ana, place).commit())
    await catch_up(ana.mailbox)
    assert session_of(ana, place).standing is Standing.STRANDED
    await catch_up(bob.mailbox)
    await claim_that_it_failed(bob, place, session_of(bob, place).sequence, RejectionKind.COMMIT)
    assert await find_grounds(carla.mailbox, place.operation, place.channel) is None

    assert await enact(bob.mailbox, place.operation, place.channel)
    await catch_up(ana.mailbox)

    assert session_of(ana, place).standing is Standing.LIVE
    await send(ana.mailbox, place.operation, place.channel, draft(place, seizure(1)))
    await catch_up(bob.mailbox)
    assert references(await bob.delivered(place.operation)) == ["FR-2026-0001"]
    assert not await enact(carla.mailbox, place.operation, place.channel)  # once


async def test_what_a_lost_state_said_is_not_said_twice_and_waits_no_more(
    ana: Person, bob: Person, place: Place, server: LoopbackRelay, tmp_path: Path
) -> None:
    """C10, S2, S3: an old backup still keeps what was accepted since, in an epoch that it never followed."""

    async def lose(request: web.Request, handler: Handler) -> web.StreamResponse:
        return await (break_the_line(request) if publishes(request) else handler(request))

    await catch_up(ana.mailbox)
    server.meddle = lose
    with pytest.raises(NoAnswer):
        await send(ana.mailbox, place.operation, place.channel, draft(place, seizure(1)))
    server.meddle = None
    await ana.close()
    copytree(ana.folder, tmp_path / "backup")
    await ana.open()
    await update(ana, place)
    assert [type(one) for one in await resume(ana.mailbox)] == [Sent]
    await ana.close()
    rmtree(ana.folder)
    copytree(tmp_path / "backup", ana.folder)
    await ana.open()
    await catch_up(ana.mailbox)
    assert session_of(ana, place).standing is Standing.STRANDED

    await catch_up(bob.mailbox)
    assert await enact(bob.mailbox, place.operation, place.channel)
    await catch_up(ana.mailbox)

    assert await waiting(ana.mailbox) == []
    await catch_up(bob.mailbox)
    assert references(await bob.delivered(place.operation)) == ["FR-2026-0001"]
    assert not bob.said(Quarantined)


async def test_who_comes_back_from_an_old_backup_asks_about_the_newest_of_its_commits(
    ana: Person, bob: Person, place: Place
) -> None:
    """C10: the leaf stands where the last of them put it."""
    await catch_up(ana.mailbox)
    thief = Insider(ana, place)
    first = thief.commit()
    await publish(thief, first)
    second = first.group.commit(authenticated_data=second_anchor(thief, first), entropy=system_entropy)
    await publish(thief, second)
    await catch_up(ana.mailbox)

    assert await enact(bob.mailbox, place.operation, place.channel)
    await catch_up(ana.mailbox)
    assert session_of(ana, place).standing is Standing.LIVE


def second_anchor(thief: Insider, first: StagedCommit) -> bytes:
    session, anchor = thief.session, thief.anchor(LogKind.COMMIT)
    sequence = session.sequence + 1
    digest = log_hash(session.channel, 1, session.log_hash, sequence, LogKind.COMMIT, first.message)
    return replace(anchor, log_sequence=sequence, log_hash=digest).encode()


async def test_whose_welcome_led_elsewhere_is_let_in_again(
    bob: Person, carla: Person, eve: Person, place: Place, server: LoopbackRelay
) -> None:
    """C9: the relay shows a Welcome into a group beside the group, and never the honest one."""
    letter = await admission.invite(carla.mailbox, place.operation, role=Role.OFFICER, profile=profile(eve, "US"))
    await enrolling.enrol(eve.mailbox, letter)
    await admission.admit_waiting(carla.mailbox, place.operation)
    await catch_up(bob.mailbox)
    logged = (await bob.mailbox.relay.log(place.operation, place.channel, 1, after=3, limit=1)).entries[0]

    async def lie(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.endswith("/welcomes"):
            return await handler(request)
        shadow = shadow_commit(Insider(bob, place), logged.message)
        waiting = WaitingWelcome(
            device=eve.mailbox.device.device,
            sequence=logged.sequence,
            welcome=shadow.welcome or b"",
            ratchet_tree=shadow.ratchet_tree,
        )
        return web.Response(body=encode_document(Welcomes(welcomes=(waiting,))), content_type="application/json")

    server.meddle = lie
    with pytest.raises(JoinRefused):
        await catch_up(eve.mailbox)

    server.meddle = None
    assert await enact(bob.mailbox, place.operation, place.channel)
    await catch_up(eve.mailbox)

    assert session_of(eve, place).standing is Standing.LIVE
    assert session_of(eve, place).sequence == logged.sequence + 1


async def test_who_lost_what_the_welcome_led_to_is_let_in_again(ana: Person, bob: Person, place: Place) -> None:
    """C9: a state of before the entry. The leaf is there, the Welcome is not any more."""
    async with bob.mailbox.lock:
        await bob.mailbox.forget_session(session_of(bob, place))
    await catch_up(bob.mailbox)

    assert await enact(ana.mailbox, place.operation, place.channel)
    await catch_up(bob.mailbox)

    assert session_of(bob, place).standing is Standing.LIVE
    assert not await enact(ana.mailbox, place.operation, place.channel)  # once


async def test_who_lost_what_it_committed_since_too_is_let_in_again(ana: Person, bob: Person, place: Place) -> None:
    """C9, C10: the leaf stands where a Commit of its own put it."""
    await update(bob, place)
    async with bob.mailbox.lock:
        await bob.mailbox.forget_session(session_of(bob, place))
    await catch_up(bob.mailbox)

    assert await enact(ana.mailbox, place.operation, place.channel)
    await catch_up(bob.mailbox)

    assert session_of(bob, place).standing is Standing.LIVE


async def test_a_commit_of_the_relays_invention_keeps_nobody_from_rejecting_the_true_one(
    ana: Person, bob: Person, place: Place, server: LoopbackRelay
) -> None:
    """C9: whoever is in no group cannot verify what the public log shows; members compare the Commit's hash."""
    async with bob.mailbox.lock:
        await bob.mailbox.forget_session(session_of(bob, place))

    server.meddle = forge_log
    await catch_up(bob.mailbox)
    server.meddle = None
    assert not await enact(ana.mailbox, place.operation, place.channel)
    await catch_up(bob.mailbox)

    assert await enact(ana.mailbox, place.operation, place.channel)


async def forge_log(request: web.Request, handler: Handler) -> web.StreamResponse:
    answer = await handler(request)
    if not request.path.endswith("/log"):
        return answer
    assert isinstance(answer, web.Response)
    assert isinstance(answer.body, bytes)
    page = decode_document(answer.body, LogPage)
    forged = tuple(replace_fields(one, message=one.message[:-1] + bytes([one.message[-1] ^ 1])) for one in page.entries)
    body = encode_document(replace_fields(page, entries=forged))
    return web.Response(body=body, content_type="application/json")


async def claim_that_it_failed(
    liar: Person, place: Place, sequence: int, kind: RejectionKind = RejectionKind.WELCOME
) -> None:
    """A false rejection of that Commit, or of the Welcome that came with it."""
    mailbox = liar.mailbox
    page = await mailbox.relay.log(place.operation, place.channel, 1, after=sequence - 1, limit=1)
    said = Rejection(
        kind=kind,
        operation=place.operation,
        channel=place.channel,
        generation=1,
        sequence=sequence,
        commit_hash=sha256(page.entries[0].message).digest(),
        certificate=mailbox.certificates.verify(mailbox.device.certificate),
        reason=RejectionReason.JOIN,
    )
    signed = sign_rejection(mailbox.device.signing_key, said)
    await mailbox.relay.reject(place.operation, place.channel, 1, Reject(rejection=signed))


async def test_a_false_rejection_costs_the_others_one_commit_an_hour(
    ana: Person, bob: Person, carla: Person, place: Place
) -> None:
    """Without that bound a device could keep a channel turning over for ever."""
    for somebody in (ana, bob):
        await catch_up(somebody.mailbox)
    added = session_of(bob, place).sequence
    await claim_that_it_failed(bob, place, added)
    assert await enact(carla.mailbox, place.operation, place.channel)
    await catch_up(bob.mailbox)

    await claim_that_it_failed(bob, place, session_of(bob, place).sequence)
    for somebody in (ana, carla):
        assert not await enact(somebody.mailbox, place.operation, place.channel)


async def test_a_false_rejection_of_what_one_has_used_since_moves_nobody(
    ana: Person, bob: Person, carla: Person, place: Place
) -> None:
    """The leaf is not the one any more that the rejected Commit added."""
    await catch_up(bob.mailbox)
    added = session_of(bob, place).sequence
    await update(bob, place)

    await claim_that_it_failed(bob, place, added)

    for somebody in (ana, carla):
        assert not await enact(somebody.mailbox, place.operation, place.channel)
