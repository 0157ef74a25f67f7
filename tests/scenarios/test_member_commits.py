"""What a member does with Commits and Welcomes that the ledger does not bear out."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from msgspec.structs import replace as replace_struct

from cencomm.client.channel.errors import ChannelNotUsable, MustEnactFirst
from cencomm.client.channel.key_packages import STOCK, make_bundle
from cencomm.client.channel.posting import send
from cencomm.client.channel.sending import encrypt
from cencomm.client.channel.session import Standing
from cencomm.client.events import ChannelStalled, EpochBegan, Event, MessageDelivered, RemovedFromChannel
from cencomm.client.operation import coordination, enrolling
from cencomm.client.operation.ledger_feed import sync_operation
from cencomm.client.operation.operation import Operation
from cencomm.client.operation.proposal import Proposal
from cencomm.client.reports import Reports
from cencomm.client.unit import act, admission, revocation
from cencomm.client.watch import catch_up
from cencomm.forms.envelope import sign_envelope
from cencomm.ids import AccountId, SendId
from cencomm.ledger.anchor import GROUP_INFO_EXTENSION
from cencomm.ledger.kinds import RevokeReason, Role
from cencomm.ledger.log import LogKind
from cencomm.ledger.refusal import JoinRefused
from cencomm.ledger.rejection import RejectionKind, verify_rejection
from cencomm.mls.extension import Extension
from cencomm.mls.framing import PublicMessage, decode_mls_message
from cencomm.mls.group import StagedCommit, create_group
from cencomm.mls.key_package import KeyPackage
from cencomm.mls.proposal import Add
from cencomm.secret import system_entropy
from cencomm.wire.document import decode_document, encode_document
from cencomm.wire.welcomes import WaitingWelcome, Welcomes
from tests.fakes.loopback_relay import Handler, LoopbackRelay
from tests.scenarios.insider import Insider, show
from tests.scenarios.people import NOW, Person, Place, draft, person, profile, update
from tests.scenarios.test_two_officers import SEIZURE


@pytest.fixture
async def eve(server: LoopbackRelay, tmp_path: Path, reports: Reports) -> AsyncIterator[Person]:
    """Has an account and a device, and was never admitted."""
    async with person(server.url, tmp_path / "eve", "Eve", reports) as one:
        yield one


@pytest.fixture
async def insider(bob: Person, ana: Person, carla: Person, place: Place) -> Insider:
    for somebody in (ana, bob, carla):
        await catch_up(somebody.mailbox)
    return Insider(bob, place)


def package_of(somebody: Person) -> KeyPackage:
    return make_bundle(somebody.mailbox.device, now=NOW, last_resort=False, entropy=system_entropy).key_package


def stalled(victim: Person, place: Place, event: Event, rule: str) -> None:
    """The victim stays before the Commit: nothing later is believed, nothing can be sent."""
    assert isinstance(event, ChannelStalled), event
    assert event.rule == rule
    session = victim.mailbox.sessions[(place.operation, place.channel)]
    assert session.standing is (Standing.STRANDED if rule == "C10" else Standing.STALLED)
    assert session.sequence == event.place.sequence - 1


async def test_an_honest_update_begins_an_epoch(ana: Person, insider: Insider) -> None:
    event = await show(ana, insider.place, insider.commit().message, LogKind.COMMIT)

    assert isinstance(event, EpochBegan)
    assert event.committer == insider.person.account


async def test_a_commit_that_adds_an_outsider_is_not_followed(ana: Person, eve: Person, insider: Insider) -> None:
    """C5, C6."""
    commit = insider.commit(adds=(package_of(eve),))

    stalled(ana, insider.place, await show(ana, insider.place, commit.message, LogKind.COMMIT), "C6")

    with pytest.raises(ChannelNotUsable):
        await send(ana.mailbox, insider.place.operation, insider.place.channel, draft(insider.place, SEIZURE))


async def test_an_officer_does_not_remove_another(ana: Person, carla: Person, insider: Insider) -> None:
    """C6, as those see it who stay, and as the removed one sees it."""
    commit = insider.commit(removes=(insider.leaf_of(ana),))

    for victim in (carla, ana):
        stalled(victim, insider.place, await show(victim, insider.place, commit.message, LogKind.COMMIT), "C6")


async def test_a_coordinator_may_remove_anybody(ana: Person, carla: Person, place: Place, insider: Insider) -> None:
    unit_member = Insider(carla, place)
    commit = unit_member.commit(removes=(insider.leaf_of(ana),))

    assert isinstance(await show(ana, place, commit.message, LogKind.COMMIT), RemovedFromChannel)


async def test_the_revoked_one_enacts_nothing(ana: Person, carla: Person, insider: Insider) -> None:
    """C6: neither under the new ledger nor under the old one."""
    await revocation.revoke(carla.mailbox, insider.place.operation, insider.person.account, RevokeReason.MISUSE)
    await sync_operation(ana.mailbox, insider.place.operation)
    ledger = ana.mailbox.operation(insider.place.operation).ledger
    commit = insider.commit(
        anchored=lambda anchor: replace(anchor, ledger_sequence=ledger.sequence, ledger_hash=ledger.head_hash)
    )

    stalled(ana, insider.place, await show(ana, insider.place, commit.message, LogKind.COMMIT), "C6")


async def test_nobody_goes_back_behind_an_enacted_revocation(ana: Person, carla: Person, insider: Insider) -> None:
    """C4: an accepted Commit enacted entry n; no later one may enact less."""
    place = insider.place
    await update(carla, place)
    await catch_up(insider.person.mailbox)
    await catch_up(ana.mailbox)
    ledger = ana.mailbox.operation(place.operation).ledger
    older = ledger.sequence - 1
    commit = insider.commit(
        anchored=lambda anchor: replace(anchor, ledger_sequence=older, ledger_hash=ledger.hashes[older])
    )

    stalled(ana, place, await show(ana, place, commit.message, LogKind.COMMIT), "C4")


async def test_a_commit_under_another_ledger_is_not_followed(ana: Person, insider: Insider) -> None:
    """C3."""
    commit = insider.commit(anchored=lambda anchor: replace(anchor, ledger_hash=b"x" * 32))

    stalled(ana, insider.place, await show(ana, insider.place, commit.message, LogKind.COMMIT), "C3")


async def test_a_commit_without_an_anchor_of_its_kind_is_not_followed(ana: Person, insider: Insider) -> None:
    """C1."""
    commit = insider.commit(anchored=lambda anchor: replace(anchor, kind=LogKind.APPLICATION))

    stalled(ana, insider.place, await show(ana, insider.place, commit.message, LogKind.COMMIT), "C1")


async def test_a_changed_commit_is_not_followed(ana: Person, insider: Insider) -> None:
    message = bytearray(insider.commit().message)
    message[-1] ^= 1

    stalled(ana, insider.place, await show(ana, insider.place, bytes(message), LogKind.COMMIT), "RFC 9420")


async def test_a_commit_of_ones_own_leaf_that_was_not_staged_ends_the_state(ana: Person, place: Place) -> None:
    """C10: another holder of this device's state, or one's own state of yesterday."""
    thief = Insider(ana, place)

    stalled(ana, place, await show(ana, place, thief.commit().message, LogKind.COMMIT), "C10")


async def test_the_unit_is_told_of_a_commit_that_was_not_followed(
    ana: Person, eve: Person, insider: Insider, server: LoopbackRelay
) -> None:
    """C11; also when the line breaks at that moment."""
    place = insider.place
    commit = insider.commit(adds=(package_of(eve),))
    await server.stop()
    await show(ana, place, commit.message, LogKind.COMMIT)
    await server.start()
    kept = [value for _, value in await ana.vault.scan("rejection/") if value]

    rejection = verify_rejection(kept[0])

    assert rejection.kind is RejectionKind.COMMIT
    assert rejection.sequence == 4  # after the channel's first Commit and two admissions
    await ana.restart()
    await catch_up(ana.mailbox)
    assert not [value for _, value in await ana.vault.scan("rejection/") if value]


async def test_a_revoked_reader_blocks_messages_until_removed(
    ana: Person, bob: Person, carla: Person, place: Place
) -> None:
    """C4: who holds a newer revocation sends nothing to a group that the revoked one reads."""
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
    await send(ana.mailbox, place.operation, place.channel, draft(place, SEIZURE))

    assert [type(event) for event in ana.events[-2:]] == [EpochBegan, MessageDelivered]
    assert len(thoughtless.session.leaves()) == 2


async def only_in_the_ledger(carla: Person, place: Place, account: AccountId) -> None:
    """The unit's entry stands, and its client died before it carried it out."""

    def propose(known: Operation) -> Proposal:
        return coordination.revoke(known, account, reason=RevokeReason.LOST_KEYS, entropy=system_entropy)

    await act.act(carla.mailbox, place.operation, propose)


async def test_a_welcome_into_a_shadow_group_is_refused_and_the_honest_one_taken(
    bob: Person, carla: Person, eve: Person, place: Place, server: LoopbackRelay
) -> None:
    """C9: a member and the relay open a group beside the group, with its id, epoch, anchor and a good tree."""
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
    with pytest.raises(JoinRefused, match="another group state"):
        await catch_up(eve.mailbox)
    assert not eve.mailbox.sessions

    server.meddle = None
    await catch_up(eve.mailbox)
    assert eve.mailbox.sessions[(place.operation, place.channel)].standing is Standing.LIVE


def shadow_commit(insider: Insider, logged: bytes) -> StagedCommit:
    """The logged Commit again, with its newcomer and its anchor, in a group of the insider's own."""
    honest = decode_mls_message(logged)
    assert isinstance(honest, PublicMessage)
    assert honest.commit is not None
    packages = tuple(one.key_package for one in honest.commit.proposals if isinstance(one, Add))
    bundle = make_bundle(insider.person.mailbox.device, now=NOW, last_resort=False, entropy=system_entropy)
    group = create_group(group_id=insider.session.group.group_id, key_package=bundle, entropy=system_entropy)
    while group.epoch < honest.epoch:
        group = group.commit(entropy=system_entropy).group
    return group.commit(
        adds=packages,
        authenticated_data=honest.authenticated_data,
        group_info_extensions=(Extension(GROUP_INFO_EXTENSION, honest.authenticated_data),),
        entropy=system_entropy,
    )


async def test_a_welcome_whose_commit_is_not_in_the_log_is_refused(
    carla: Person, eve: Person, place: Place, server: LoopbackRelay
) -> None:
    """C9: the relay points at a Commit that added somebody else."""
    letter = await admission.invite(carla.mailbox, place.operation, role=Role.OFFICER, profile=profile(eve, "US"))
    await enrolling.enrol(eve.mailbox, letter)
    await admission.admit_waiting(carla.mailbox, place.operation)
    await update(carla, place)

    async def point_elsewhere(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        if not request.path.endswith("/welcomes"):
            return response
        assert isinstance(response, web.Response)
        assert isinstance(response.body, bytes)
        (waiting,) = decode_document(response.body, Welcomes).welcomes
        moved = Welcomes(welcomes=(replace_struct(waiting, sequence=waiting.sequence + 1),))
        return web.Response(body=encode_document(moved), content_type="application/json")

    server.meddle = point_elsewhere
    with pytest.raises(JoinRefused, match="no Commit that adds our key package"):
        await catch_up(eve.mailbox)
    assert not eve.mailbox.sessions


async def test_the_private_half_of_a_key_package_dies_at_joining(ana: Person, place: Place) -> None:
    """C8."""
    assert ana.mailbox.sessions[(place.operation, place.channel)].standing is Standing.LIVE

    assert len(await ana.vault.scan("key-package/")) == STOCK  # 20 and the one of last resort, less the used one
