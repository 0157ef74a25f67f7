"""What becomes of the private halves of key packages that served or expired (rule C8)."""

from collections.abc import Mapping

from cencomm.client.channel.enactment import enact_everywhere
from cencomm.client.channel.entrance import introduce_device
from cencomm.client.channel.key_packages import GRACE_SECONDS, LIFETIME_SECONDS, bundle_key, load_stock
from cencomm.client.operation import enrolling
from cencomm.client.unit import admission
from cencomm.client.unit.letters import read_letters
from cencomm.client.watch import catch_up
from cencomm.forms.form import Form
from cencomm.ledger.enrolment import decode_request
from cencomm.ledger.kinds import Role
from cencomm.wire.devices import ClaimKeyPackages
from tests.scenarios.people import NOW, Person, Place, admit, found, profile


async def last_resorts(somebody: Person) -> set[str]:
    return {bundle_key(one) for one in await load_stock(somebody.vault) if one.key_package.is_last_resort}


async def test_a_last_resort_that_served_is_replaced_and_dies(
    ana: Person, bob: Person, carla: Person, forms: Mapping[str, Form]
) -> None:
    """Bob drains Ana's stock, so that she joins by her last resort."""
    place = await found(carla, forms["seizure"])
    await admit(carla, bob, place, "KE")
    before = await last_resorts(ana)
    letter = await admission.invite(carla.mailbox, place.operation, role=Role.OFFICER, profile=profile(ana, "FR"))
    await enrolling.enrol(ana.mailbox, letter)
    (request,) = (await carla.mailbox.relay.enrolments(place.operation)).requests
    letters = await read_letters(carla.mailbox, place.operation)
    asked = decode_request(request)
    await admission._admit_one(carla.mailbox, place.operation, asked, letters, admission.nobody_asked)
    for _ in range(20):
        await bob.mailbox.relay.claim(place.operation, place.channel, ClaimKeyPackages(accounts=(ana.account,)))
    await enact_everywhere(carla.mailbox, place.operation)
    await catch_up(ana.mailbox)
    assert (place.operation, place.channel) in ana.mailbox.sessions

    await introduce_device(ana.mailbox)
    assert len(await last_resorts(ana)) == 2  # another Welcome may be on its way
    await later(ana, GRACE_SECONDS + 1)
    await introduce_device(ana.mailbox)

    assert before.isdisjoint(await last_resorts(ana))
    assert len(await last_resorts(ana)) == 1


async def test_private_halves_of_expired_packages_are_deleted(ana: Person, place: Place) -> None:
    assert (place.operation, place.channel) in ana.mailbox.sessions
    old = {bundle_key(one) for one in await load_stock(ana.vault)}
    await later(ana, LIFETIME_SECONDS + GRACE_SECONDS + 1)

    await introduce_device(ana.mailbox)

    assert old.isdisjoint({bundle_key(one) for one in await load_stock(ana.vault)})


async def later(somebody: Person, seconds: int) -> None:
    somebody.clock = lambda: NOW + seconds
    await somebody.restart()


async def test_a_welcome_is_forgotten_at_the_relay_once_the_device_has_entered(ana: Person, place: Place) -> None:
    assert (place.operation, place.channel) in ana.mailbox.sessions

    assert (await ana.mailbox.relay.welcomes(place.operation, place.channel, 1)).welcomes == ()
