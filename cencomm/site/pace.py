"""How slowly wrong tries go on (D6): the first are free, then every wait is twice the one before, up to a limit."""

from dataclasses import dataclass

FREE_TRIES = 3  # D6
FORGET_SECONDS = 24 * 3600  # without a try
MAX_NOBODYS_HANDLES = 10_000  # counted, about 1 MB; the one that was tried longest ago is forgotten
MAX_DOUBLINGS = 16  # beyond, every wait is the longest


@dataclass(frozen=True, slots=True)
class Pace:
    """How long the third wrong try in a row is waited for, and the longest wait: it doubles with each."""

    first_seconds: int
    longest_seconds: int

    def wait(self, count: int) -> int:
        if count < FREE_TRIES:
            return 0
        return min(self.longest_seconds, self.first_seconds << min(count - FREE_TRIES, MAX_DOUBLINGS))


UNKNOWN_SOURCE = Pace(60, 3600)  # a day of guessing codes: 30 tries, one in 10,000
KNOWN_SOURCE = Pace(10, 300)  # the owner's own computer: an officer at 3 a.m. waits seconds, not hours
