"""Handshakes under the kind "application", pushes that nobody signed, entries shown and not signed, failing writes."""

import pytest
from msgspec.structs import replace as replace_struct

from cencomm.client.channel.errors import LogContradicted
from cencomm.client.channel.log_feed import notice_push
from cencomm.client.channel.posting import send
from cencomm.client.channel.session import ChannelSession, Standing
from cencomm.client.events import Quarantined, Reason
from cencomm.client.watch import catch_up
from cencomm.errors import Unavailable
from cencomm.ledger.anchor import GROUP_INFO_EXTENSION
from cencomm.ledger.log import LogKind
from cencomm.mls.cipher_suite import MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519 as SUITE
from cencomm.mls.key_package import KeyPackageBundle, create_key_package
from cencomm.mls.leaf_node import Capabilities
from cencomm.mls.proposing import propose_oneself
from cencomm.primitives.signatures import SigningKey
from cencomm.secret import system_entropy
from cencomm.wire.log import LogEntry, LogPage
from tests.fakes.loopback_relay import LoopbackRelay
from tests.scenarios.insider import Insider, show
from tests.scenarios.people import NOW, Person, Place, draft
from tests.scenarios.test_member_relay import change_pages
from tests.scenarios.test_two_officers import SEIZURE


def session_of(person: Person, place: Place) -> ChannelSession:
    return person.mailbox.sessions[(place.operation, place.channel)]


def package_of_nobody(credential: bytes) -> KeyPackageBundle:
    """Somebody's public certificate over a signature key that is not theirs."""
    return create_key_package(
        credential=credential,
        signing_key=SigningKey.generate(system_entropy),
        cipher_suite=SUITE,
        lifetime=(NOW - 3600, NOW + 10**6),
        capabilities=Capabilities(cipher_suites=(SUITE,), extensions=(GROUP_INFO_EXTENSION,)),
        entropy=system_entropy,
    )


async def in_step(*people: Person) -> None:
    for person in people:
        await catch_up(person.mailbox)


async def test_a_commit_smuggled_in_as_a_message_adds_no_ghost(
    ana: Person, bob: Person, carla: Person, place: Place
) -> None:
    """An insider and the relay together: the Commit adds a reader whom the ledger does not know (C2, C5)."""
    await in_step(ana, bob, carla)
    before = session_of(ana, place)
    evil = Insider(bob, place).commit(adds=(package_of_nobody(carla.mailbox.device.certificate).key_package,))

    event = await show(ana, place, evil.message, LogKind.APPLICATION)

    assert isinstance(event, Quarantined)
    assert event.reason is Reason.UNDECRYPTABLE
    after = session_of(ana, place)
    assert (after.group.epoch, after.leaves()) == (before.group.epoch, before.leaves())


async def test_a_proposal_smuggled_in_as_a_message_leaves_nothing_behind(
    ana: Person, bob: Person, place: Place
) -> None:
    """The relay alone: a new member's proposal carries no membership tag, and a pending one would stop all sending."""
    await in_step(ana, bob)
    group = session_of(ana, place).group
    proposal = propose_oneself(package_of_nobody(b"whoever"), group_id=group.group_id, epoch=group.epoch)

    event = await show(ana, place, proposal, LogKind.APPLICATION)

    assert isinstance(event, Quarantined)
    assert not session_of(ana, place).group.state.proposals


@pytest.mark.parametrize("kind", list(LogKind))
async def test_a_push_that_nobody_signed_moves_nothing(ana: Person, bob: Person, place: Place, kind: LogKind) -> None:
    await in_step(ana, bob)
    before = session_of(ana, place)
    junk = LogEntry(sequence=before.sequence + 1, kind=kind, epoch=before.group.epoch, message=b"junk")

    await notice_push(ana.mailbox, place.operation, place.channel, junk)

    assert session_of(ana, place) is before
    await send(bob.mailbox, place.operation, place.channel, draft(place, SEIZURE))
    await catch_up(ana.mailbox)
    assert session_of(ana, place).standing is Standing.LIVE
    assert len(await ana.delivered(place.operation)) == 1


async def test_entries_beyond_the_signed_head_are_refused_and_the_statement_is_kept(
    ana: Person, bob: Person, place: Place, server: LoopbackRelay
) -> None:
    await in_step(ana, bob)
    before = session_of(ana, place)

    def lengthen(page: LogPage) -> LogPage:
        last = page.entries[-1].sequence if page.entries else before.sequence
        extra = LogEntry(sequence=last + 1, kind=LogKind.APPLICATION, epoch=before.group.epoch, message=b"unsigned")
        return replace_struct(page, entries=(*page.entries, extra))

    server.meddle = change_pages(lengthen)
    with pytest.raises(LogContradicted, match="does not sign"):
        await catch_up(ana.mailbox)

    assert session_of(ana, place) is before
    assert [key for key, _ in await ana.vault.scan("channel/") if "/head/evidence/" in key]


async def test_the_newest_log_head_outlives_the_process(ana: Person, bob: Person, place: Place) -> None:
    """A relay that comes back with a shorter log meets what it signed before, also after a restart of ours (L4)."""
    await send(bob.mailbox, place.operation, place.channel, draft(place, SEIZURE))
    await in_step(ana)
    held = ana.mailbox.log_heads[(place.operation, place.channel)]

    await ana.restart()

    assert ana.mailbox.log_heads[(place.operation, place.channel)] == held
    assert held.statement.sequence == session_of(ana, place).sequence


async def test_a_write_that_fails_changes_nothing_in_memory(ana: Person, bob: Person, place: Place) -> None:
    await in_step(ana, bob)
    commit = Insider(bob, place).commit()
    before, hashes = session_of(ana, place), dict(ana.mailbox.log_hashes[(place.operation, place.channel)])
    record = ana.mailbox.journal.record

    async def full_disk(*_args: object, **_kwargs: object) -> int:
        raise Unavailable("no space left")

    ana.mailbox.journal.record = full_disk  # type: ignore[method-assign]  # the disk's answer, whatever is written
    with pytest.raises(Unavailable):
        await show(ana, place, commit.message, LogKind.COMMIT)
    ana.mailbox.journal.record = record  # type: ignore[method-assign]

    assert session_of(ana, place) is before
    assert ana.mailbox.log_hashes[(place.operation, place.channel)] == hashes
