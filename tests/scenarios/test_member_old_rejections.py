"""Rejecting a Commit of long ago restarts nothing: what lies behind it nobody could send again (C11)."""

from dataclasses import replace
from hashlib import sha256

from cencomm.client.channel.sent import KEEP_SECONDS
from cencomm.client.commands.restarting import behind_cut
from cencomm.client.unit.restarting import find_grounds
from cencomm.ledger.kinds import RestartReason
from cencomm.ledger.rejection import Rejection, RejectionKind, RejectionReason, sign_rejection
from cencomm.wire.welcomes import Reject
from tests.scenarios.people import NOW, Person, Place, update
from tests.scenarios.test_member_restart import catch_up_all, say, session_of


async def reject(insider: Person, place: Place, sequence: int) -> None:
    """Falsely: the Commit at that place is good."""
    mailbox = insider.mailbox
    page = await mailbox.relay.log(place.operation, place.channel, 1, after=sequence - 1, limit=1)
    said = Rejection(
        kind=RejectionKind.COMMIT,
        operation=place.operation,
        channel=place.channel,
        generation=1,
        sequence=sequence,
        commit_hash=sha256(page.entries[0].message).digest(),
        certificate=mailbox.certificates.verify(mailbox.device.certificate),
        reason=RejectionReason.TREE,
    )
    signed = sign_rejection(mailbox.device.signing_key, said)
    await mailbox.relay.reject(place.operation, place.channel, 1, Reject(rejection=signed))


async def test_c11_a_commit_is_rejected_while_authors_still_have_what_they_sent_behind_it(
    ana: Person, bob: Person, carla: Person, place: Place
) -> None:
    """Two insiders say a week later that they never could follow it; in time, they are believed."""
    await say(bob, place, 2)
    await catch_up_all(ana, bob, carla)
    await update(carla, place)
    old = session_of(carla, place).sequence
    await catch_up_all(ana, bob)
    await say(ana, place, 1)
    await catch_up_all(carla)
    for insider in (ana, bob):
        await reject(insider, place, old)

    def at(seconds: int) -> None:
        carla.mailbox.environment = replace(carla.mailbox.environment, clock=lambda: NOW + seconds)

    at(KEEP_SECONDS)
    grounds = await find_grounds(carla.mailbox, place.operation, place.channel)
    assert grounds is not None
    assert (grounds.reason, grounds.cut_sequence) == (RestartReason.REJECTED, old - 1)

    (behind,) = await behind_cut(carla.mailbox, place.operation, grounds)  # what the coordinator is told of first
    assert behind.place.sequence > old

    at(KEEP_SECONDS + 1)
    assert await find_grounds(carla.mailbox, place.operation, place.channel) is None
