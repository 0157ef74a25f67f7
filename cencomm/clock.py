"""The only place that reads the time. Everything else takes `now` as a parameter."""

import time
from collections.abc import Callable

Clock = Callable[[], int]
"""() -> seconds since 1970-01-01T00:00:00Z, whole; tests pass a clock that stands still."""


def system_clock() -> int:
    return int(time.time())  # noqa: TID251 (here and nowhere else)
