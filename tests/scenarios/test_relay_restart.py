"""A relay that was stopped goes on where it was: ledgers replayed, logs at their ends, keys and sessions the same."""

import sqlite3
from pathlib import Path

import pytest

from cencomm.ledger.refusal import LedgerRefused
from cencomm.relay.config import RelayConfig
from cencomm.wire.errors import ErrorCode
from tests.fakes.founded_operation import Operation, found_operation
from tests.fakes.served_relay import StandingClock, config_for, running


@pytest.fixture
def config(tmp_path: Path) -> RelayConfig:
    return config_for(tmp_path / "relay")


async def grown(config: RelayConfig) -> tuple[Operation, bytes]:
    """An operation after one officer came and went, and the receipt of its last message."""
    async with running(config, StandingClock()) as relay:
        operation = await found_operation(relay, await relay.person())
        officer = await relay.person("alice")
        await officer.put_key_packages(2)
        await operation.admit(officer)
        await operation.append(operation.revocation(officer))
        leaf = next(
            index for index, node in operation.group.leaves() if node.signature_key == officer.device_key.public_key
        )
        assert (await operation.append(operation.channel_body())).status == 200
        assert leaf == 1
        publish = operation.message()
        return operation, (await operation.publish(publish)).body


async def test_everything_goes_on_after_a_restart(config: RelayConfig) -> None:
    operation, _ = await grown(config)

    async with running(config, StandingClock(), seed="second") as relay:
        operation.relay = operation.coordinator.relay = relay
        late = operation.message()
        assert (await operation.commit()).status == 200
        assert (await operation.publish(late)).code == ErrorCode.STALE_EPOCH
        assert operation.receipt(await operation.publish(operation.message())).sequence == 5
        assert (await operation.append(operation.channel_body())).status == 200


async def test_a_ledger_that_was_changed_on_disk_is_not_served(config: RelayConfig) -> None:
    await grown(config)
    with sqlite3.connect(config.database) as connection:
        connection.execute("DELETE FROM ledger_entries WHERE sequence = 2")
    connection.close()

    with pytest.raises(LedgerRefused, match="comes next"):
        async with running(config, StandingClock()):
            pass


async def test_the_database_itself_refuses_a_second_commit_of_an_epoch(config: RelayConfig) -> None:
    await grown(config)

    with sqlite3.connect(config.database) as connection, pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        connection.execute(
            "INSERT INTO log_entries SELECT channel, generation, 99, kind, epoch, message, message_hash, hash, account,"
            " zeroblob(16) FROM log_entries WHERE kind = 1 LIMIT 1"
        )
    connection.close()
