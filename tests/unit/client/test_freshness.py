"""When what one sees may be out of date (H3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.client.channel.freshness import MISSED_INTERVALS, judge_freshness

INTERVAL, ENTERED = 300, 1_000_000


@pytest.mark.parametrize(
    ("heard_at", "now", "is_fresh"),
    [
        (None, ENTERED, True),
        (None, ENTERED + INTERVAL, True),
        (None, ENTERED + INTERVAL + 1, False),
        (ENTERED, ENTERED + MISSED_INTERVALS * INTERVAL, True),
        (ENTERED, ENTERED + MISSED_INTERVALS * INTERVAL + 1, False),
        (ENTERED + 60, ENTERED, True),
    ],
    ids=["just in", "grace", "nobody spoke", "two missed", "three missed", "our clock was set back"],
)
def test_archive_and_coordinators_are_heard_in_time_or_not_h3(heard_at: int | None, now: int, is_fresh: bool) -> None:  # noqa: FBT001 (a column)
    verdict = judge_freshness(interval=INTERVAL, heard_at=heard_at, entered_at=ENTERED, now=now)

    assert (verdict.heard_at, verdict.is_fresh) == (heard_at, is_fresh)


def test_a_charter_without_heartbeats_makes_nothing_stale() -> None:
    assert judge_freshness(interval=0, heard_at=None, entered_at=0, now=ENTERED).is_fresh


@given(
    interval=st.integers(0, 10_000),
    heard_at=st.none() | st.integers(0, 10_000),
    entered_at=st.integers(0, 10_000),
    now=st.integers(0, 100_000),
    later=st.integers(0, 10_000),
)
def test_silence_never_makes_anything_fresh_again(
    interval: int, heard_at: int | None, entered_at: int, now: int, later: int
) -> None:
    def is_fresh(at: int) -> bool:
        return judge_freshness(interval=interval, heard_at=heard_at, entered_at=entered_at, now=at).is_fresh

    assert is_fresh(now) or not is_fresh(now + later)
