"""Pages of logs that nothing can change any more, as they are sent: for the many who come back at once.

A log only grows, so what stands before a boundary of LOG_PAGE_ENTRIES entries is the same for everybody for ever. A
page ends at such a boundary: whatever their cursors, readers meet there with their second page, and one reads from disk
for all. What is entitled to whom is no matter of this: the caller asked before.
"""

from collections import OrderedDict
from threading import Lock
from typing import NamedTuple

from cencomm.relay.channel_log import Tip
from cencomm.wire.limits import LOG_PAGE_ENTRIES, MIB

KEPT_BYTES = 64 * MIB  # about 20,000 messages of 2 kB: a day of the busiest operation


class KeptPage(NamedTuple):
    previous: bytes  # the log hash at the page's cursor
    entries: bytes  # the JSON array


def page_end(tip: Tip, *, after: int, limit: int) -> int:
    """Where a page that begins behind entry `after` ends: at a boundary, at what was asked for, or with the log."""
    boundary = (after // LOG_PAGE_ENTRIES + 1) * LOG_PAGE_ENTRIES
    return min(boundary, after + limit, tip.sequence)


class PageMemo:
    """Filled and read by several threads; the page that nobody asked for longest goes first."""

    __slots__ = ("_bytes", "_lock", "_pages")

    def __init__(self) -> None:
        self._pages: OrderedDict[tuple[int, int, int], KeptPage] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, tip: Tip, after: int) -> KeptPage | None:
        with self._lock:
            page = self._pages.get(key := (tip.row, tip.generation, after))
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def keep(self, tip: Tip, after: int, page: KeptPage) -> None:
        """A page that ends at a boundary, or where it was long enough: entries are never added to it."""
        with self._lock:
            before = self._pages.pop(key := (tip.row, tip.generation, after), None)
            self._bytes += len(page.entries) - (0 if before is None else len(before.entries))
            self._pages[key] = page
            while self._bytes > KEPT_BYTES:
                self._bytes -= len(self._pages.popitem(last=False)[1].entries)
