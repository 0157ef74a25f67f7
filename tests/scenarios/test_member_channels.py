"""Side and release channels: who reads is who was named, and what CEN may not have is set aside by everybody."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from cencomm.client.channel.enactment import enact
from cencomm.client.channel.posting import send
from cencomm.client.channel.readership import readers
from cencomm.client.events import MessageDelivered, Quarantined, Reason
from cencomm.client.operation.directory import encode_labels
from cencomm.client.releases.rules import NotForRelease
from cencomm.client.unit import declaring
from cencomm.client.unit.office import NotInOffice
from cencomm.client.unit.readers import judge_new_readers
from cencomm.client.watch import catch_up
from cencomm.errors import UsageError
from cencomm.forms.envelope import Tlp
from cencomm.forms.form import Form
from cencomm.forms.form_json import encode_form
from cencomm.ids import AccountId
from cencomm.ledger.kinds import ChannelKind, Role
from tests.scenarios.insider import Insider, show
from tests.scenarios.people import Person, Place, draft
from tests.scenarios.test_two_officers import SEIZURE


@pytest.fixture
async def release(carla: Person, ana: Person, bob: Person, place: Place, forms: Mapping[str, Form]) -> Place:
    """A release channel of all three, with the form that it takes. `place.form` stays the seizure's."""
    mailbox = carla.mailbox
    known = mailbox.operation(place.operation).ledger.forms.keys()
    await declaring.publish_form(
        mailbox, place.operation, encode_form(forms["release"]), version=forms["release"].version
    )
    (blob,) = mailbox.operation(place.operation).ledger.forms.keys() - known
    channel = await declaring.open_channel(
        mailbox,
        place.operation,
        kind=ChannelKind.RELEASE,
        title=encode_labels({"en": "To CEN"}),
        roles=(Role.COORDINATOR, Role.OFFICER),
    )
    await enact(mailbox, place.operation, channel)
    for somebody in (ana, bob):
        await catch_up(somebody.mailbox)
    return Place(place.operation, channel, blob)


async def test_what_is_not_personal_is_released(ana: Person, bob: Person, release: Place) -> None:
    values = {name: value for name, value in SEIZURE.items() if name not in {"remarks", "alert_ref", "images"}}

    sent = await send(ana.mailbox, release.operation, release.channel, draft(release, values))
    await catch_up(bob.mailbox)

    assert any(one.envelope.message == sent.message for one in bob.said(MessageDelivered))


async def test_a_sender_is_refused_before_anything_is_signed(ana: Person, place: Place, release: Place) -> None:
    """R1: the form of the main channel is not one of the release channel."""
    with pytest.raises(NotForRelease):
        await send(ana.mailbox, release.operation, release.channel, draft(place, SEIZURE))

    assert not await ana.mailbox.store.scan("posting/")


async def test_another_form_is_set_aside_by_everybody(ana: Person, bob: Person, place: Place, release: Place) -> None:
    """R1: an insider's own program sends a whole seizure where CEN reads."""
    insider = Insider(bob, release)
    operation = bob.mailbox.operation(place.operation)
    form = operation.ledger.forms[place.form].definition
    smuggled = replace(insider.envelope(SEIZURE), form=place.form, form_hash=form.hash)

    event = await show(ana, release, insider.message(smuggled))

    assert isinstance(event, Quarantined)
    assert (event.reason, "form 'release' only" in event.detail) == (Reason.ILL_FORMED, True)


async def test_tlp_red_in_a_release_channel_is_set_aside(ana: Person, bob: Person, release: Place) -> None:
    """R3."""
    insider = Insider(bob, release)
    honest = insider.envelope(SEIZURE)

    event = await show(ana, release, insider.message(replace(honest, body=replace(honest.body, tlp=Tlp.RED))))

    assert isinstance(event, Quarantined)
    assert event.reason is Reason.ILL_FORMED


async def test_a_bilateral_channel_is_read_by_exactly_those_named(
    ana: Person, bob: Person, carla: Person, place: Place
) -> None:
    channel = await declaring.open_channel(
        carla.mailbox,
        place.operation,
        kind=ChannelKind.BILATERAL,
        title=encode_labels({"en": "Two of us"}),
        accounts=(carla.account, ana.account),
    )
    await enact(carla.mailbox, place.operation, channel)
    for somebody in (ana, bob):
        await catch_up(somebody.mailbox)

    named = {one.member.account for one in readers(ana.mailbox.operation(place.operation), channel)}
    assert named == {carla.account, ana.account}
    assert (place.operation, channel) in ana.mailbox.sessions
    assert (place.operation, channel) not in bob.mailbox.sessions


async def test_only_a_coordinator_opens_a_channel(ana: Person, place: Place) -> None:
    """L1, asked before anything is signed."""
    with pytest.raises(NotInOffice) as refused:
        await declaring.open_channel(
            ana.mailbox,
            place.operation,
            kind=ChannelKind.REGIONAL,
            title=encode_labels({"en": "Mine"}),
            accounts=(ana.account,),
        )

    assert refused.value.names == ("Carla",)


async def test_each_kind_of_channel_is_for_whom_it_says(ana: Person, bob: Person, carla: Person, place: Place) -> None:
    known = carla.mailbox.operation(place.operation)

    def judge(kind: ChannelKind, *accounts: AccountId, roles: tuple[Role, ...] = ()) -> set[AccountId]:
        found = judge_new_readers(known, kind, roles=roles, accounts=accounts, opener=carla.account)
        return {one.member.account for one in found}

    assert judge(ChannelKind.UNIT, roles=(Role.COORDINATOR,)) == {carla.account}
    assert judge(ChannelKind.BILATERAL, carla.account, bob.account) == {carla.account, bob.account}
    assert judge(ChannelKind.BILATERAL, bob.account, ana.account) == {bob.account, ana.account}
    assert judge(ChannelKind.REGIONAL, ana.account, roles=(Role.COORDINATOR,)) == {carla.account, ana.account}
    for kind, accounts, roles in (
        (ChannelKind.UNIT, (ana.account,), (Role.COORDINATOR,)),
        (ChannelKind.UNIT, (), (Role.COORDINATOR, Role.OFFICER)),
        (ChannelKind.BILATERAL, (carla.account,), ()),
        (ChannelKind.BILATERAL, (carla.account, ana.account), (Role.ARCHIVE,)),
        (ChannelKind.REGIONAL, (carla.account,), (Role.CEN,)),
        (ChannelKind.REGIONAL, (), ()),
    ):
        with pytest.raises(UsageError):
            judge(kind, *accounts, roles=roles)
