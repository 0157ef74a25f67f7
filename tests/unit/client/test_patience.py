"""How long a device that was claimed for in vain is left alone (C8, ADR 0030)."""

from cencomm.client.channel.patience import FIRST_SECONDS, LONGEST_SECONDS, MOST_REMEMBERED, Patience, Place
from cencomm.ids import AccountId, ChannelId, DeviceId, OperationId

NOW = 1_800_000_000


def place(device: int, channel: bytes = b"c") -> Place:
    account = AccountId(b"a" * 16)
    return OperationId(b"o" * 32), ChannelId(channel * 16), account, DeviceId(device.to_bytes(16, "big"))


def test_each_time_in_vain_it_is_left_alone_twice_as_long_and_a_day_at_most() -> None:
    patience, now, waits = Patience(), NOW, []
    for _ in range(10):
        patience.in_vain(place(1), now=now)
        wait = next(
            seconds
            for seconds in range(FIRST_SECONDS, LONGEST_SECONDS + 1, FIRST_SECONDS)
            if not patience.leaves_alone(place(1), now=now + seconds)
        )
        assert patience.leaves_alone(place(1), now=now + wait - 1)
        now += wait
        waits.append(wait)

    assert waits[:3] == [FIRST_SECONDS, 2 * FIRST_SECONDS, 4 * FIRST_SECONDS]
    assert waits[-1] == LONGEST_SECONDS


def test_another_device_and_another_channel_wait_for_nothing() -> None:
    patience = Patience()

    patience.in_vain(place(1), now=NOW)

    assert not patience.leaves_alone(place(2), now=NOW)
    assert not patience.leaves_alone(place(1, channel=b"d"), now=NOW)


def test_a_relay_that_invents_devices_without_end_fills_no_memory() -> None:
    patience = Patience()

    for device in range(MOST_REMEMBERED + 1):
        patience.in_vain(place(device), now=NOW)

    assert not patience.leaves_alone(place(0), now=NOW), "the oldest makes room"
    assert patience.leaves_alone(place(1), now=NOW)
