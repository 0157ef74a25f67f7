"""What is kept for newcomers, and when it goes: Welcomes with their trees, and key packages of last resort (C8)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, insert, select, update

from cencomm.ids import DeviceId
from cencomm.ledger.bodies import EndDevice
from cencomm.relay.database import migrate
from cencomm.relay.keys import DATABASE, WRITER
from cencomm.relay.queries.welcomes import add_welcome
from cencomm.relay.tables.accounts import ACCOUNTS
from cencomm.relay.tables.devices import DEVICES
from cencomm.relay.tables.logs import CHANNELS, INVITATIONS, LOG_ENTRIES, WELCOMES
from cencomm.wire.devices import KeyPackagesWaiting
from cencomm.wire.errors import ErrorCode
from cencomm.wire.welcomes import Welcomes
from tests.fakes.founded_operation import Operation
from tests.fakes.served_relay import Answer, Person


async def waiting(operation: Operation, somebody: Person) -> list[int]:
    """The Commits whose Welcomes wait for the account."""
    answer = await somebody.ask("GET", f"{operation.channel_path}/1/welcomes")
    return [one.sequence for one in answer.read(Welcomes).welcomes]


async def forget(operation: Operation, somebody: Person, sequence: int, *, device: DeviceId | None = None) -> Answer:
    path = f"{operation.channel_path}/1/welcomes/{(device or somebody.device).hex()}/{sequence}"
    return await somebody.ask("DELETE", path)


async def kept(operation: Operation) -> int:
    """Welcomes on the relay's disk."""
    found = await operation.relay.app[DATABASE].read(
        lambda connection: connection.execute(select(WELCOMES.c.sequence)).all()
    )
    return len(found)


async def test_c8_a_welcome_goes_once_its_device_has_entered(operation: Operation, officer: Person) -> None:
    (sequence,) = await waiting(operation, officer)

    assert (await forget(operation, officer, sequence)).status == 204

    assert await waiting(operation, officer) == []
    assert await kept(operation) == 0
    assert (await forget(operation, officer, sequence)).status == 204  # a lost answer does no harm


async def test_c8_a_welcome_stays_while_it_waits_for_another_device(operation: Operation, alice: Person) -> None:
    bob = await operation.relay.person("bob")
    await bob.put_key_packages(1)
    for somebody in (alice, bob):
        await operation.append(operation.admission(somebody))
    await operation.commit(*await operation.claim(alice.account, bob.account))

    await forget(operation, alice, 2)

    assert (await waiting(operation, alice), await waiting(operation, bob)) == ([], [2])


async def test_c8_nobody_forgets_for_another_nor_a_newer_welcome_than_they_saw(
    operation: Operation, officer: Person
) -> None:
    (sequence,) = await waiting(operation, officer)

    others = await forget(operation, operation.coordinator, sequence, device=officer.device)
    older = await forget(operation, officer, sequence - 1)

    assert others.code == ErrorCode.NOT_FOUND
    assert older.status == 204
    assert await waiting(operation, officer) == [sequence]


@pytest.mark.parametrize("act", ["revoke", "end-device"])
async def test_c8_whoever_is_put_out_enters_by_no_welcome_that_waits(
    operation: Operation, officer: Person, act: str
) -> None:
    body = (
        operation.revocation(officer) if act == "revoke" else EndDevice(account=officer.account, device=officer.device)
    )

    await operation.append(body)

    assert await kept(operation) == 0


async def test_c9_no_welcome_is_shown_before_the_log_shows_its_commit(operation: Operation, alice: Person) -> None:
    """On disk it may lie a while before, as when SQLite moves its write-ahead log: whoever came then refused it."""
    bob = await operation.relay.person("bob")
    await bob.put_key_packages(1)
    for somebody in (alice, bob):
        await operation.append(operation.admission(somebody))
    await operation.commit(*await operation.claim(alice.account, bob.account))
    (announced,) = await waiting(operation, bob)

    def store_next(connection: Connection, _: object) -> None:
        later = {"sequence": announced + 1, "epoch": 9, "send_id": bytes(16)}
        for table in (LOG_ENTRIES, WELCOMES):
            row = connection.execute(select(table).where(table.c.sequence == announced)).one()._asdict()
            connection.execute(insert(table).values({name: later.get(name, value) for name, value in row.items()}))
        for_bob = update(INVITATIONS).where(INVITATIONS.c.device == bob.device)
        connection.execute(for_bob.values(sequence=announced + 1))

    await operation.relay.app[WRITER].write(store_next)

    assert await waiting(operation, bob) == []


async def test_c8_the_end_of_one_device_leaves_the_welcome_of_another(operation: Operation, officer: Person) -> None:
    await operation.append(EndDevice(account=officer.account, device=DeviceId(b"another device.."[:16])))

    assert await waiting(operation, officer) == [2]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Connection]:
    """A channel with a log of four Commits: by one author, another, and twice the one again."""
    migrate(tmp_path / "relay.sqlite")
    engine = create_engine(f"sqlite:///{tmp_path / 'relay.sqlite'}")
    with engine.connect() as connection:
        connection.execute(insert(CHANNELS).values(row=1, operation=b"o", channel=b"c"))
        connection.execute(insert(ACCOUNTS).values(id=bytes(16), handle=b"h", salt=b"s", profile=1, verifier="v"))
        for sequence, author in enumerate(b"abaa", start=1):
            device = {"id": bytes([sequence]), "account": bytes(16), "identity_key": b"", "certificate": b""}
            connection.execute(insert(DEVICES).values(**device, not_after=0))
            entry = {"channel": 1, "generation": 1, "sequence": sequence, "kind": 1, "epoch": sequence, "message": b""}
            hashes = {"message_hash": b"", "hash": b"", "send_id": bytes([sequence])}
            connection.execute(insert(LOG_ENTRIES).values(**entry, **hashes, account=bytes([author])))
        yield connection
    engine.dispose()


def test_c8_beyond_their_budget_authors_lose_their_own_oldest_welcomes_only(database: Connection) -> None:
    for sequence, author in enumerate(b"abaa", start=1):
        add_welcome(
            database,
            1,
            1,
            sequence,
            author=bytes([author]),  # type: ignore[arg-type]  # any bytes
            welcome=bytes(30),
            ratchet_tree=bytes(20),
            devices=[DeviceId(bytes([sequence]))],
            most_bytes=100,
        )

    assert database.execute(select(WELCOMES.c.sequence).order_by(WELCOMES.c.sequence)).scalars().all() == [2, 3, 4]
    assert database.execute(select(INVITATIONS.c.sequence).order_by(INVITATIONS.c.sequence)).scalars().all() == [
        2,
        3,
        4,
    ]


async def test_c8_a_last_resort_that_a_commit_consumed_is_missed_and_serves_on(
    operation: Operation, alice: Person
) -> None:
    await operation.append(operation.admission(alice))
    await operation.claim(alice.account)  # takes the one-time package
    (last_resort,) = await operation.claim(alice.account)
    packages = f"/v1/devices/{alice.device.hex()}/key-packages"
    before = (await alice.ask("GET", packages)).read(KeyPackagesWaiting)

    await operation.commit(last_resort)

    assert before.last_resort
    assert not (await alice.ask("GET", packages)).read(KeyPackagesWaiting).last_resort
    assert await operation.claim(alice.account) == (last_resort,)
    await alice.put_key_packages(0, last_resort=True)
    assert (await alice.ask("GET", packages)).read(KeyPackagesWaiting).last_resort
    assert await operation.claim(alice.account) != (last_resort,)
