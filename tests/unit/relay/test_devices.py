"""Devices and key packages: only certified ones, each used once, nobody claims for strangers."""

import asyncio
from typing import Any

from sqlalchemy import func, insert, select

from cencomm.ids import DeviceId
from cencomm.ledger.certificate import issue_certificate
from cencomm.mls.cipher_suite import MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519 as OTHER_SUITE
from cencomm.mls.key_package import create_key_package
from cencomm.mls.leaf_node import Capabilities
from cencomm.primitives.signatures import SigningKey
from cencomm.relay.keys import DATABASE, WRITER
from cencomm.relay.tables.devices import KEY_PACKAGES
from cencomm.wire.devices import (
    ClaimedKeyPackages,
    ClaimKeyPackages,
    KeyPackagesStored,
    KeyPackagesWaiting,
    PutKeyPackages,
    RegisterDevice,
)
from cencomm.wire.errors import ErrorCode
from cencomm.wire.limits import MAX_DEVICES, MAX_KEPT_KEY_PACKAGES, MAX_ONE_TIME_KEY_PACKAGES, RESERVATION_SECONDS
from tests.fakes.founded_operation import Operation, flipped
from tests.fakes.served_relay import NOT_AFTER, START, Answer, Person, Relay


def certificate(person: Person, number: int, *, not_after: int = NOT_AFTER) -> RegisterDevice:
    device = DeviceId(number.to_bytes(16, "big"))
    key = SigningKey(number.to_bytes(32, "big"))
    issued = issue_certificate(person.identity, person.account, device, key.public_key, not_after)
    return RegisterDevice(certificate=issued.encoded)


async def claim(operation: Operation, *people: Person, by: Person | None = None) -> Answer:
    return await (by or operation.coordinator).ask(
        "POST",
        f"{operation.channel_path}/claims",
        ClaimKeyPackages(accounts=tuple(person.account for person in people)),
    )


async def waiting(person: Person) -> KeyPackagesWaiting:
    return (await person.ask("GET", person.packages_path)).read(KeyPackagesWaiting)


async def test_a_device_is_registered_once_however_often_it_is_sent(relay: Relay) -> None:
    person = await relay.person()

    again = await person.ask("POST", "/v1/devices", RegisterDevice(certificate=person.certificate.encoded))

    assert again.status == 204


async def test_a_device_id_belongs_to_whoever_was_first(relay: Relay) -> None:
    one, two = await relay.person("one"), await relay.person("two")
    await one.ask("POST", "/v1/devices", certificate(one, 7))

    assert (await two.ask("POST", "/v1/devices", certificate(two, 7))).code == ErrorCode.TAKEN


async def test_a_certificate_of_another_account_is_refused(relay: Relay) -> None:
    one, two = await relay.person("one"), await relay.person("two")

    answer = await two.ask("POST", "/v1/devices", certificate(one, 7))

    assert answer.code == ErrorCode.REFUSED
    assert answer.error.details.rule == "C5"


async def test_a_certificate_that_its_identity_did_not_sign_is_refused(relay: Relay) -> None:
    person = await relay.person()
    forged = bytearray(certificate(person, 7).certificate)
    forged[-1] ^= 1

    answer = await person.ask("POST", "/v1/devices", RegisterDevice(certificate=bytes(forged)))

    assert answer.code == ErrorCode.REFUSED


async def test_a_certificate_that_has_ended_is_refused(relay: Relay) -> None:
    person = await relay.person()

    answer = await person.ask("POST", "/v1/devices", certificate(person, 7, not_after=START - 1))

    assert answer.error.details.rule == "C5"


async def test_an_account_has_a_bounded_number_of_devices(relay: Relay) -> None:
    person = await relay.person()
    for number in range(1, MAX_DEVICES):
        assert (await person.ask("POST", "/v1/devices", certificate(person, number))).status == 204

    assert (await person.ask("POST", "/v1/devices", certificate(person, MAX_DEVICES))).code == ErrorCode.TOO_MANY


async def test_key_packages_go_to_ones_own_device_only(relay: Relay) -> None:
    one, two = await relay.person("one"), await relay.person("two")
    put = PutKeyPackages(one_time=(one.key_package().key_package.encode(),))

    assert (await two.ask("POST", one.packages_path, put)).code == ErrorCode.NOT_FOUND
    assert (await two.ask("GET", one.packages_path)).code == ErrorCode.NOT_FOUND


async def test_a_key_package_that_is_not_this_devices_is_refused(relay: Relay) -> None:
    one, two = await relay.person("one"), await relay.person("two")
    common: dict[str, Any] = {"lifetime": (START - 1, NOT_AFTER), "entropy": one.entropy}
    own, foreign_key = one.certificate.encoded, SigningKey(bytes(32))
    other = OTHER_SUITE
    bad = {
        "another device's": two.key_package().key_package.encode(),
        "another signature key": create_key_package(
            credential=own, signing_key=foreign_key, cipher_suite=one.key_package().key_package.cipher_suite, **common
        ).key_package.encode(),
        "another credential": create_key_package(
            credential=two.certificate.encoded,
            signing_key=one.device_key,
            cipher_suite=one.key_package().key_package.cipher_suite,
            **common,
        ).key_package.encode(),
        "another suite": create_key_package(
            credential=own,
            signing_key=one.device_key,
            cipher_suite=other,
            capabilities=Capabilities(cipher_suites=(other,)),
            **common,
        ).key_package.encode(),
        "ended": one.key_package(lifetime=(START - 10, START - 1)).key_package.encode(),
        "last resort as one-time": one.key_package(last_resort=True).key_package.encode(),
        "changed": flipped(one.key_package().key_package.encode()),
    }

    for why, package in bad.items():
        answer = await one.ask("POST", one.packages_path, PutKeyPackages(one_time=(package,)))
        assert (why, answer.status) == (why, 422)
    resort = PutKeyPackages(last_resort=one.key_package().key_package.encode())
    assert (await one.ask("POST", one.packages_path, resort)).code == ErrorCode.REFUSED
    trailing = PutKeyPackages(one_time=(one.key_package().key_package.encode() + b"\x00",))
    assert (await one.ask("POST", one.packages_path, trailing)).code == ErrorCode.MALFORMED
    assert (await waiting(one)).remaining == 0


async def test_a_key_package_sent_twice_counts_once(relay: Relay) -> None:
    person = await relay.person()
    put = PutKeyPackages(one_time=(person.key_package().key_package.encode(),) * 2)

    await person.ask("POST", person.packages_path, put)
    await person.ask("POST", person.packages_path, put)

    assert (await waiting(person)).remaining == 1


async def test_a_device_has_a_bounded_number_of_key_packages_waiting(relay: Relay) -> None:
    person = await relay.person()
    assert await person.put_key_packages(MAX_ONE_TIME_KEY_PACKAGES) == MAX_ONE_TIME_KEY_PACKAGES
    more = PutKeyPackages(one_time=(person.key_package().key_package.encode(),))

    answer = await person.ask("POST", person.packages_path, more)

    assert answer.code == ErrorCode.TOO_MANY
    assert (await waiting(person)).remaining == MAX_ONE_TIME_KEY_PACKAGES


async def test_the_last_resort_is_handed_out_only_when_none_is_left(operation: Operation, alice: Person) -> None:
    await operation.append(operation.admission(alice))

    claims = [(await claim(operation, alice)).read(ClaimedKeyPackages).packages[0].key_package for _ in range(3)]

    one_time, last_resort = (bundle.key_package.encode() for bundle in alice.bundles)
    assert claims == [one_time, last_resort, last_resort]
    assert await waiting(alice) == KeyPackagesWaiting(remaining=0, last_resort=True)


async def test_a_last_resort_is_replaced(operation: Operation, alice: Person) -> None:
    await operation.append(operation.admission(alice))
    await alice.put_key_packages(0, last_resort=True)

    claims = [(await claim(operation, alice)).read(ClaimedKeyPackages).packages[0].key_package for _ in range(2)]

    assert claims[1] == alice.bundles[-1].key_package.encode()


async def test_packages_put_alone_end_those_before_reserved_ones_too(operation: Operation, alice: Person) -> None:
    """Their private halves are lost: whoever uses one adds nobody (C9)."""
    await operation.append(operation.admission(alice))
    await claim(operation, alice)
    new, last = alice.key_package(), alice.key_package(last_resort=True)
    put = PutKeyPackages(one_time=(new.key_package.encode(),), last_resort=last.key_package.encode(), alone=True)

    assert (await alice.ask("POST", alice.packages_path, put)).read(KeyPackagesStored).remaining == 1

    claims = [(await claim(operation, alice)).read(ClaimedKeyPackages).packages[0].key_package for _ in range(2)]
    assert claims == [new.key_package.encode(), last.key_package.encode()]


async def test_a_reservation_ends_after_ten_minutes(operation: Operation, alice: Person, relay: Relay) -> None:
    await operation.append(operation.admission(alice))
    first = (await claim(operation, alice)).read(ClaimedKeyPackages)

    relay.clock.now += RESERVATION_SECONDS + 1

    assert (await claim(operation, alice)).read(ClaimedKeyPackages) == first


async def test_claims_at_once_never_share_a_one_time_package(operation: Operation, alice: Person) -> None:
    await operation.append(operation.admission(alice))
    await alice.put_key_packages(19)

    answers = await asyncio.gather(*(claim(operation, alice) for _ in range(20)))

    packages = {answer.read(ClaimedKeyPackages).packages[0].key_package for answer in answers}
    assert len(packages) == 20


async def test_when_one_account_has_none_nothing_is_reserved(operation: Operation, alice: Person, relay: Relay) -> None:
    bob = await relay.person("bob")
    await operation.append(operation.admission(alice))
    await operation.append(operation.admission(bob))

    answer = await claim(operation, alice, bob)

    assert answer.code == ErrorCode.NO_KEY_PACKAGE
    assert answer.error.details.accounts == (bob.account,)
    assert (await waiting(alice)).remaining == 1


async def test_nobody_claims_for_strangers_or_as_one(operation: Operation, alice: Person) -> None:
    assert (await claim(operation, alice)).error.details.rule == "C5"
    assert (await claim(operation, alice, by=alice)).code == ErrorCode.NOT_FOUND


async def test_a_device_of_an_identity_that_was_replaced_is_not_handed_out(operation: Operation, alice: Person) -> None:
    alice.identity = SigningKey.generate(alice.entropy)
    await operation.append(operation.admission(alice))

    assert (await claim(operation, alice)).code == ErrorCode.NO_KEY_PACKAGE


async def test_whose_admission_has_ended_is_not_handed_out(operation: Operation, alice: Person, relay: Relay) -> None:
    await operation.append(operation.admission(alice, until=relay.clock.now + 60))

    relay.clock.now += 61

    assert (await claim(operation, alice)).error.details.rule == "C5"


async def test_claims_are_counted(operation: Operation, alice: Person, relay: Relay) -> None:
    await operation.append(operation.admission(alice))
    many = ClaimKeyPackages(accounts=(alice.account,) * 200)
    path = f"{operation.channel_path}/claims"
    for _ in range(5):
        assert (await operation.coordinator.ask("POST", path, many)).status == 200

    answer = await operation.coordinator.ask("POST", path, many)

    assert answer.code == ErrorCode.TOO_MANY
    relay.clock.now += 3600
    assert (await operation.coordinator.ask("POST", path, many)).status == 200


async def kept(relay: Relay) -> list[tuple[int, int]]:
    """Of each package kept: whether it is spent, and its length."""
    columns = (KEY_PACKAGES.c.spent, func.length(KEY_PACKAGES.c.key_package))
    rows = await relay.app[DATABASE].read(lambda connection: connection.execute(select(*columns)).all())
    return [(spent, length) for spent, length in rows]


async def test_of_a_spent_package_the_hash_stays(operation: Operation, officer: Person, relay: Relay) -> None:
    """Else the table grows with every Commit; without the hash the same package would be put there again."""
    again = PutKeyPackages(one_time=(officer.bundles[0].key_package.encode(),), last_resort=None)

    assert (await officer.ask("POST", officer.packages_path, again)).read(KeyPackagesStored).remaining == 0
    assert (1, 0) in await kept(relay)
    assert operation.ledger.sequence == 2


async def test_packages_that_have_ended_are_forgotten(relay: Relay) -> None:
    person = await relay.person()
    short = person.key_package(lifetime=(START - 10, START + 1000)).key_package.encode()
    await person.ask("POST", person.packages_path, PutKeyPackages(one_time=(short,)))
    relay.clock.now += 1001

    assert await person.put_key_packages(1) == 1
    assert len(await kept(relay)) == 1


async def test_a_device_keeps_a_bounded_number_of_packages_spent_ones_too(relay: Relay) -> None:
    person = await relay.person()
    await person.put_key_packages(1, last_resort=True)
    device = {"device": person.device, "not_after": NOT_AFTER, "last_resort": 0, "spent": 1, "key_package": b""}
    rows = [device | {"ref": number.to_bytes(32, "big")} for number in range(MAX_KEPT_KEY_PACKAGES - 2)]
    await relay.app[WRITER].write(lambda connection, _: connection.execute(insert(KEY_PACKAGES), rows).close())

    answer = await person.ask(
        "POST", person.packages_path, PutKeyPackages(one_time=(person.key_package().key_package.encode(),))
    )

    assert answer.code == ErrorCode.TOO_MANY
