"""Counting in windows of time, by a clock that somebody may set."""

import pytest

from cencomm.relay.errors import TooMany
from cencomm.relay.quota import Quota

DAY_SECONDS = 86_400


def test_a_window_ends_after_its_seconds() -> None:
    quota = Quota(2, seconds=60)
    quota.spend(b"ana", now=100, amount=2)

    with pytest.raises(TooMany) as refused:
        quota.spend(b"ana", now=159)

    assert refused.value.retry_after == 1
    quota.spend(b"ana", now=160)


def test_a_clock_that_was_put_back_ends_a_window_that_began_days_ahead() -> None:
    """Else whoever used up a minute's messages while the clock was wrong could send none for as many days."""
    quota = Quota(1, seconds=60)
    quota.spend(b"ana", now=100 + 2 * DAY_SECONDS)

    quota.spend(b"ana", now=100)

    with pytest.raises(TooMany):
        quota.spend(b"ana", now=101)
