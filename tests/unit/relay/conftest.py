"""Nouns of the relay's tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cencomm.relay.config import RelayConfig
from tests.fakes.founded_operation import Operation, found_operation
from tests.fakes.served_relay import Person, Relay, StandingClock, config_for, running


@pytest.fixture
def config(tmp_path: Path) -> RelayConfig:
    return config_for(tmp_path / "relay")


@pytest.fixture
async def relay(config: RelayConfig) -> AsyncIterator[Relay]:
    """A relay on a database that its migrations made."""
    async with running(config, StandingClock()) as one:
        yield one


@pytest.fixture
async def operation(relay: Relay) -> Operation:
    """Founded by its coordinator, with a channel whose group stands at epoch 1."""
    return await found_operation(relay, await relay.person())


@pytest.fixture
async def alice(relay: Relay) -> Person:
    """Has an account, a device and a key package of each kind; not admitted anywhere."""
    somebody = await relay.person("alice")
    await somebody.put_key_packages(1, last_resort=True)
    return somebody


@pytest.fixture
async def officer(operation: Operation, alice: Person) -> Person:
    """Alice, admitted to the operation and added to the channel."""
    await operation.admit(alice)
    return alice
