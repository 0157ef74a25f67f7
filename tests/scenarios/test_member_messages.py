"""What a member does with messages that an insider or the relay made up: each is set aside, the log goes on."""

from dataclasses import replace

import pytest

from cencomm.client.channel.posting import send
from cencomm.client.events import Event, MessageDelivered, Quarantined, Reason, Repeated
from cencomm.client.unit import declaring, revocation
from cencomm.client.watch import catch_up
from cencomm.forms.envelope import sign_envelope
from cencomm.forms.payload import encode_payload
from cencomm.ids import NO_HASH, BlobId, ChannelId
from cencomm.ledger.anchor import Anchor
from cencomm.ledger.kinds import Phase, RevokeReason
from cencomm.ledger.log import LogKind
from cencomm.primitives.signatures import SigningKey
from cencomm.secret import system_entropy
from tests.scenarios.insider import SALT, Insider, show
from tests.scenarios.people import Person, Place, draft
from tests.scenarios.test_two_officers import SEIZURE


@pytest.fixture
async def insider(bob: Person, ana: Person, place: Place) -> Insider:
    """Bob, in step with Ana, who is the victim."""
    await catch_up(ana.mailbox)
    await catch_up(bob.mailbox)
    return Insider(bob, place)


def set_aside(event: Event, reason: Reason, *, alarm: bool = False) -> None:
    assert isinstance(event, Quarantined), event
    assert event.reason is reason
    assert event.alarm is alarm


async def still_reads(victim: Person, insider: Insider) -> None:
    """The next honest message arrives: nothing was blocked."""
    assert isinstance(await show(victim, insider.place, insider.message(insider.envelope(SEIZURE))), MessageDelivered)


async def test_an_honest_message_is_delivered(ana: Person, insider: Insider) -> None:
    await still_reads(ana, insider)


async def test_an_insider_cannot_pose_as_the_coordinator(ana: Person, carla: Person, insider: Insider) -> None:
    """S8."""
    envelope = replace(insider.envelope(SEIZURE), author=carla.mailbox.device.certificate_hash)

    event = await show(ana, insider.place, insider.message(envelope))

    set_aside(event, Reason.NOT_THE_AUTHOR, alarm=True)
    assert isinstance(event, Quarantined)
    assert event.account == insider.person.account  # the alarm names who it was
    await still_reads(ana, insider)


async def test_an_envelope_signed_by_another_key_is_set_aside(ana: Person, insider: Insider) -> None:
    event = await show(
        ana, insider.place, insider.message(insider.envelope(SEIZURE), key=SigningKey.generate(system_entropy))
    )

    set_aside(event, Reason.BAD_SIGNATURE)


async def test_a_commitment_to_another_envelope_is_set_aside(ana: Person, insider: Insider) -> None:
    """S7."""
    message = insider.message(insider.envelope(SEIZURE), anchored=lambda anchor: replace(anchor, commitment=NO_HASH))

    set_aside(await show(ana, insider.place, message), Reason.BAD_COMMITMENT)
    await still_reads(ana, insider)


async def test_a_sender_with_another_log_raises_the_alarm(ana: Person, insider: Insider) -> None:
    """L4: a relay that shows two histories of the log."""
    message = insider.message(insider.envelope(SEIZURE), anchored=lambda anchor: replace(anchor, log_hash=b"x" * 32))

    set_aside(await show(ana, insider.place, message), Reason.FOREIGN_LOG, alarm=True)
    await still_reads(ana, insider)


async def test_a_sender_with_another_ledger_raises_the_alarm(ana: Person, insider: Insider) -> None:
    """L4: a relay that shows two ledgers."""
    message = insider.message(insider.envelope(SEIZURE), anchored=lambda anchor: replace(anchor, ledger_hash=b"x" * 32))

    set_aside(await show(ana, insider.place, message), Reason.FOREIGN_LEDGER, alarm=True)
    await still_reads(ana, insider)


async def test_an_envelope_written_under_another_ledger_raises_the_alarm(ana: Person, insider: Insider) -> None:
    envelope = replace(insider.envelope(SEIZURE), ledger_hash=b"x" * 32)

    set_aside(await show(ana, insider.place, insider.message(envelope)), Reason.FOREIGN_LEDGER, alarm=True)


async def test_an_envelope_from_the_future_makes_nobody_wait(ana: Person, insider: Insider) -> None:
    """Only members see the envelope's view, so no relay could have refused it."""
    envelope = replace(insider.envelope(SEIZURE), ledger_sequence=10**9)

    set_aside(await show(ana, insider.place, insider.message(envelope)), Reason.FOREIGN_LEDGER, alarm=True)
    await still_reads(ana, insider)


@pytest.mark.parametrize(
    "broken",
    [
        lambda anchor: replace(anchor, channel=ChannelId(b"c" * 16)),
        lambda anchor: replace(anchor, generation=2),
        lambda anchor: replace(anchor, kind=LogKind.COMMIT),
        lambda anchor: replace(anchor, log_sequence=anchor.log_sequence + 1),
        lambda anchor: replace(anchor, log_sequence=0, log_hash=NO_HASH),
    ],
    ids=["channel", "generation", "kind", "a log view of the future", "a log view before the epoch"],
)
async def test_an_anchor_of_another_place_is_set_aside(ana: Person, insider: Insider, broken: object) -> None:
    """C1."""
    assert callable(broken)

    def anchored(anchor: Anchor) -> Anchor:
        made = broken(anchor)
        assert isinstance(made, Anchor)
        return made

    message = insider.message(insider.envelope(SEIZURE), anchored=anchored)

    set_aside(await show(ana, insider.place, message), Reason.BAD_ANCHOR)


async def test_other_bytes_under_a_used_message_id_raise_the_alarm(ana: Person, insider: Insider) -> None:
    """S4."""
    first = insider.envelope(SEIZURE)
    second = replace(insider.envelope({**SEIZURE, "case_ref": "changed"}), message=first.message)
    await show(ana, insider.place, insider.message(first))

    set_aside(await show(ana, insider.place, insider.message(second)), Reason.CONFLICT, alarm=True)

    (kept,) = await ana.delivered(insider.place.operation)
    assert kept.envelope == first


async def test_the_same_envelope_sent_twice_is_delivered_once(ana: Person, insider: Insider) -> None:
    """S4."""
    envelope = insider.envelope(SEIZURE)
    await show(ana, insider.place, insider.message(envelope))

    assert isinstance(await show(ana, insider.place, insider.message(envelope)), Repeated)


async def test_a_replayed_ciphertext_is_set_aside(ana: Person, insider: Insider) -> None:
    message = insider.message(insider.envelope(SEIZURE))
    await show(ana, insider.place, message)

    set_aside(await show(ana, insider.place, message), Reason.UNDECRYPTABLE)


async def test_a_ciphertext_of_another_epoch_is_set_aside(ana: Person, carla: Person, insider: Insider) -> None:
    message = insider.message(insider.envelope(SEIZURE))
    await revocation.revoke(carla.mailbox, insider.place.operation, insider.person.account, RevokeReason.MISUSE)
    await catch_up(ana.mailbox)

    set_aside(await show(ana, insider.place, message), Reason.WRONG_EPOCH)


async def test_a_changed_ciphertext_is_set_aside(ana: Person, insider: Insider) -> None:
    message = bytearray(insider.message(insider.envelope(SEIZURE)))
    message[-1] ^= 1

    set_aside(await show(ana, insider.place, bytes(message)), Reason.UNDECRYPTABLE)
    await still_reads(ana, insider)


async def test_a_form_that_the_ledger_does_not_name_is_set_aside(ana: Person, insider: Insider) -> None:
    """C12."""
    unknown = replace(insider.envelope(SEIZURE), form=BlobId(b"f" * 16))
    swapped = replace(insider.envelope(SEIZURE), form_hash=b"h" * 32)

    set_aside(await show(ana, insider.place, insider.message(unknown)), Reason.UNKNOWN_FORM)
    set_aside(await show(ana, insider.place, insider.message(swapped)), Reason.UNKNOWN_FORM)


async def test_a_form_is_judged_where_the_author_stood(ana: Person, insider: Insider) -> None:
    """C12: were it judged by what a reader happens to hold, two readers would part for good."""
    charter = ana.mailbox.operation(insider.place.operation).ledger.hashes[0]
    before_the_form = replace(insider.envelope(SEIZURE), ledger_sequence=0, ledger_hash=charter)

    set_aside(await show(ana, insider.place, insider.message(before_the_form)), Reason.UNKNOWN_FORM)
    await still_reads(ana, insider)


async def test_values_that_do_not_answer_the_form_are_set_aside(ana: Person, insider: Insider) -> None:
    envelope = insider.envelope({"case_ref": "A", "invented": "field"})

    set_aside(await show(ana, insider.place, insider.message(envelope)), Reason.ILL_FORMED)


async def test_an_envelope_for_another_channel_is_set_aside(ana: Person, insider: Insider) -> None:
    envelope = replace(insider.envelope(SEIZURE), channel=ChannelId(b"c" * 16))

    set_aside(await show(ana, insider.place, insider.message(envelope)), Reason.WRONG_CHANNEL)


async def test_what_travels_beside_the_envelope_is_set_aside(ana: Person, insider: Insider) -> None:
    signed = sign_envelope(insider.envelope(SEIZURE), insider.person.mailbox.device.signing_key)
    payload = bytearray(encode_payload(SALT, signed))
    payload[-1] = 1
    anchor = insider.anchor(LogKind.APPLICATION)
    _, message = insider.session.group.encrypt(
        bytes(payload), authenticated_data=anchor.encode(), entropy=system_entropy
    )

    set_aside(await show(ana, insider.place, message), Reason.BAD_PAYLOAD)


async def test_a_message_of_ones_own_leaf_that_one_did_not_send_raises_the_alarm(ana: Person, place: Place) -> None:
    """C10: somebody else holds the keys of this device."""
    thief = Insider(ana, place)

    set_aside(await show(ana, place, thief.message(thief.envelope(SEIZURE))), Reason.OWN_UNKNOWN, alarm=True)


async def test_a_message_from_before_a_revocation_is_kept_and_marked(
    ana: Person, bob: Person, carla: Person, place: Place
) -> None:
    """C12: entitled in its epoch, revoked since."""
    await send(bob.mailbox, place.operation, place.channel, draft(place, SEIZURE))
    await revocation.revoke(carla.mailbox, place.operation, bob.account, RevokeReason.LEFT_THE_POST)
    await declaring.change_phase(carla.mailbox, place.operation, Phase.TEST)

    await catch_up(ana.mailbox)

    (message,) = ana.said(MessageDelivered)
    assert message.author_revoked
