"""Members are told which devices members have who ever had more than one (ADR 0030); nobody else is."""

from dataclasses import replace

from cencomm.ids import DeviceId
from cencomm.ledger.bodies import EndDevice
from cencomm.ledger.certificate import issue_certificate
from cencomm.primitives.signatures import SigningKey
from cencomm.wire.devices import FurtherDevices, RegisterDevice
from cencomm.wire.errors import ErrorCode
from cencomm.wire.limits import MAX_LEAVES_PER_IDENTITY
from tests.fakes.founded_operation import Operation
from tests.fakes.served_relay import NOT_AFTER, Person


async def another_device(person: Person, number: int) -> Person:
    """The same account at another computer, with a key package there."""
    key = SigningKey(number.to_bytes(32, "big"))
    device = DeviceId(number.to_bytes(16, "big"))
    issued = issue_certificate(person.identity, person.account, device, key.public_key, NOT_AFTER)
    assert (await person.ask("POST", "/v1/devices", RegisterDevice(certificate=issued.encoded))).status == 204
    there = replace(person, certificate=issued, device_key=key, bundles=[])
    await there.put_key_packages()
    return there


async def listed(operation: Operation) -> list[DeviceId]:
    answer = await operation.coordinator.ask("GET", f"{operation.path}/devices")
    return [one.device for one in answer.read(FurtherDevices).devices]


async def test_both_devices_of_a_member_are_listed_and_who_has_one_is_not(operation: Operation, alice: Person) -> None:
    await operation.append(operation.admission(alice))
    assert await listed(operation) == []

    there = await another_device(alice, 1)

    assert await listed(operation) == [there.device, alice.device]


async def test_what_a_claim_would_not_hand_out_is_not_listed(operation: Operation, alice: Person) -> None:
    """C5: without key packages, ended in the ledger or at the relay, beyond the five newest."""
    await operation.append(operation.admission(alice))
    others = [await another_device(alice, number) for number in range(1, MAX_LEAVES_PER_IDENTITY + 1)]
    assert alice.device not in await listed(operation)

    await operation.append(EndDevice(account=alice.account, device=others[0].device))
    await alice.ask("DELETE", f"/v1/devices/{others[1].device.hex()}")

    assert set(await listed(operation)) == {one.device for one in others[2:]} | {alice.device}


async def test_strangers_and_the_revoked_are_told_of_no_devices(operation: Operation, alice: Person) -> None:
    assert (await alice.ask("GET", f"{operation.path}/devices")).code == ErrorCode.NOT_FOUND
    await operation.append(operation.admission(alice))
    await another_device(alice, 1)
    await operation.append(operation.revocation(alice))

    assert (await alice.ask("GET", f"{operation.path}/devices")).code == ErrorCode.NOT_ENTITLED
    assert await listed(operation) == []
