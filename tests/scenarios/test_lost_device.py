"""A computer was lost: its owner ends it from another one, and it reads nothing more (C6)."""

from pathlib import Path

import pytest

from cencomm.client.channel.enactment import add_devices
from cencomm.client.channel.posting import send
from cencomm.client.channel.removing import remove_own_device
from cencomm.client.operation.ledger_feed import pin_operation
from cencomm.client.watch import catch_up
from cencomm.errors import UsageError
from cencomm.wire.devices import ClaimKeyPackages
from tests.scenarios.people import Person, Place, draft
from tests.scenarios.test_history import another_computer
from tests.scenarios.test_two_officers import SEIZURE


async def test_an_ended_device_of_ones_own_reads_nothing_more_and_is_not_added_again(
    carla: Person, bob: Person, place: Place, tmp_path: Path
) -> None:
    """C6: no coordinator is needed for it."""
    async with another_computer(bob, tmp_path / "elsewhere") as lost:
        await add_devices(carla.mailbox, place.operation, bob.account)
        await pin_operation(lost.mailbox, place.operation)
        await catch_up(lost.mailbox)
        await send(carla.mailbox, place.operation, place.channel, draft(place, SEIZURE))
        await catch_up(lost.mailbox)
        assert len(await lost.delivered(place.operation)) == 1
        device = lost.mailbox.device.device

        await bob.access.relay.end_device(device)
        removed = await remove_own_device(bob.mailbox, place.operation, device)
        await send(carla.mailbox, place.operation, place.channel, draft(place, SEIZURE))
        await catch_up(lost.mailbox)

        assert removed == 1
        await catch_up(bob.mailbox)
        assert len(await bob.delivered(place.operation)) == 2
        assert len(await lost.delivered(place.operation)) == 1
        asked = ClaimKeyPackages(accounts=(bob.account,))
        claimed = await carla.access.relay.claim(place.operation, place.channel, asked)
        assert device not in {package.device for package in claimed.packages}


async def test_the_computer_one_sits_at_is_not_removed(bob: Person, place: Place) -> None:
    with pytest.raises(UsageError, match="sit at"):
        await remove_own_device(bob.mailbox, place.operation, bob.mailbox.device.device)
