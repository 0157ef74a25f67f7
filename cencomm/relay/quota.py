"""How often something may be done under one key in a span of time. Kept in memory: a restart forgives."""

from collections import OrderedDict

from cencomm.relay.errors import TooMany

MAX_KEYS = 10_000  # counted at once, about 2 MB; beyond, the one that was idle longest is forgotten


class Quota:
    """Counts in windows of `seconds` that begin with the first use."""

    __slots__ = ("_most", "_seconds", "_windows")

    def __init__(self, most: int, *, seconds: int) -> None:
        self._most = most
        self._seconds = seconds
        self._windows: OrderedDict[bytes, tuple[int, int]] = OrderedDict()

    def spend(self, key: bytes, *, now: int, amount: int = 1) -> None:
        """`amount` uses more.

        Raises:
            TooMany: they are not left; nothing was spent.
        """
        began, used = self._windows.get(key, (now, 0))
        if not 0 <= now - began < self._seconds:  # a clock that was put back ends a window, which may be days ahead
            began, used = now, 0
        if used + amount > self._most:
            raise TooMany(retry_after=began + self._seconds - now)
        self._windows[key] = (began, used + amount)
        self._windows.move_to_end(key)
        if len(self._windows) > MAX_KEYS:
            self._windows.popitem(last=False)

    def refund(self, key: bytes, amount: int = 1) -> None:
        """What was spent and turned out harmless (a sign-in that succeeded, a claim that found nothing)."""
        if key in self._windows:
            began, used = self._windows[key]
            self._windows[key] = (began, max(0, used - amount))
