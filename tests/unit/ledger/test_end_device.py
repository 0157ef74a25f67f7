"""The end of a device in the ledger; what it means for trees and Commits is in test_commit_rules."""

import pytest

from cencomm.errors import UsageError
from cencomm.ids import DeviceId
from cencomm.ledger.bodies import EndDevice
from cencomm.ledger.kinds import EntryType
from tests.unit.ledger.people import Person, Unit, found, refuse


def ending(somebody: Person, number: int = 1) -> EndDevice:
    return EndDevice(account=somebody.account, device=somebody.device(number).certificate.device)


def test_a_device_ends_with_its_entry_and_not_before(unit: Unit, officer: Person) -> None:
    unit.end(officer)
    device = officer.device().certificate.device

    assert [unit.ledger.has_ended(officer.account, device, at=at) for at in range(3)] == [False, False, True]
    with pytest.raises(UsageError):
        unit.ledger.has_ended(officer.account, device, at=3)


def test_the_account_and_its_other_devices_go_on(unit: Unit, officer: Person) -> None:
    channel = unit.declare()
    unit.end(officer)

    at = unit.ledger.sequence

    assert not unit.ledger.has_ended(officer.account, officer.device(2).certificate.device, at=at)
    assert unit.ledger.entitled(channel, officer.identity.public_key, at=at).account == officer.account


def test_another_account_may_have_a_device_of_the_same_id(unit: Unit, officer: Person) -> None:
    unit.end(officer)

    assert not unit.ledger.has_ended(unit.creator.account, officer.device().certificate.device, at=2)


def test_a_device_that_nobody_heard_of_can_end(unit: Unit, officer: Person) -> None:
    """Its key packages may be about to be used; the ledger knows no devices."""
    unknown = DeviceId(unit.entropy(16))

    assert unit.append(unit.sign(EndDevice(account=officer.account, device=unknown))).sequence == 2


def test_a_device_ends_once(unit: Unit, officer: Person) -> None:
    unit.end(officer)

    refuse(unit.ledger, unit.sign(ending(officer), by=unit.others[0]), "L6", "ended already")


def test_only_a_members_device_ends(unit: Unit, officer: Person, stranger: Person) -> None:
    refuse(unit.ledger, unit.sign(ending(stranger)), "L6", "not a member")
    unit.revoke(officer)

    refuse(unit.ledger, unit.sign(ending(officer)), "L6", "not a member")


def test_it_stays_ended_when_the_account_is_replaced_or_comes_back(unit: Unit, officer: Person) -> None:
    device = officer.device().certificate.device
    unit.end(officer)
    new = unit.replace(officer)
    assert unit.ledger.has_ended(officer.account, device, at=3)
    unit.revoke(new)
    back = unit.renewed(officer)
    unit.append(unit.sign(unit.admission(back)))

    assert unit.ledger.has_ended(officer.account, device, at=5)
    refuse(unit.ledger, unit.sign(ending(officer)), "L6", "ended already")


def test_the_policy_may_ask_for_two_signatures() -> None:
    unit = found(two_signatures=(EntryType.END_DEVICE,))

    refuse(unit.ledger, unit.sign(ending(unit.creator)), "L5", "takes 1")
    assert unit.append(unit.sign(ending(unit.creator), second=unit.others[0])).sequence == 1


def test_an_officer_ends_nobodys_device(unit: Unit, officer: Person) -> None:
    refuse(unit.ledger, unit.sign(ending(officer), by=officer), "L1", "only coordinators")
