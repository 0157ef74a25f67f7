"""A process whose clock somebody sets wrong: libfaketime reads from a file how far it is off. Monotonic time stays."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

_LIBRARIES = ("/usr/lib", "/usr/local/lib")
_NAME = "libfaketimeMT.so.1"
CACHED_SECONDS = 1  # after which the file is read again


@cache
def find_libfaketime() -> Path | None:
    """Debian: apt install libfaketime. Looked for once, and not below every folder: that takes a second."""
    places = [place for folder in _LIBRARIES for place in (Path(folder), *sorted(Path(folder).glob("*-linux-*")))]
    return next((found for place in places if (found := place / "faketime" / _NAME).exists()), None)


def environment(library: Path, clock: Path) -> Mapping[str, str]:
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_CACHE_DURATION": str(CACHED_SECONDS),
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",  # a clock that is set does not change how long a second is
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # its cure for older C libraries makes every wait of a thread a busy one
        "NO_FAKE_STAT": "1",
    }


def set_clock(clock: Path, seconds: int) -> None:
    """Whole in one write: the process may be reading."""
    new = clock.with_suffix(".new")
    new.write_text(f"{seconds:+d}\n", "ascii")
    new.replace(clock)
