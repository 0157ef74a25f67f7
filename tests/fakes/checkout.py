"""Work on files of the checkout that two test processes must not do at once."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextmanager
def building() -> Iterator[None]:
    """Nobody else builds in this checkout meanwhile; what is built already is not built again, since others read it."""
    with (ROOT / "hatch_build.py").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
