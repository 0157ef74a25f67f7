"""What the relay keeps in memory of its tables: replayed ledgers and the ends of logs.

    State   what is committed; rebuilt from the tables at start
    Draft   what a transaction, or a savepoint in it, would change; folded into its parent or dropped

Nobody changes a State but by a Draft whose transaction is on disk.
"""

from collections import ChainMap
from collections.abc import MutableMapping
from typing import TypeAlias

from cencomm.ids import ChannelId, OperationId
from cencomm.ledger.replay import Ledger
from cencomm.relay.announcement import Announcement
from cencomm.relay.channel_log import Tip
from cencomm.relay.errors import NotFound

ChannelKey: TypeAlias = tuple[OperationId, ChannelId]


class _View:
    """Reading, the same for both."""

    __slots__ = ()

    ledgers: MutableMapping[OperationId, Ledger]
    tips: MutableMapping[ChannelKey, Tip]

    def ledger(self, operation: OperationId) -> Ledger:
        """The operation's ledger.

        Raises:
            NotFound: there is no such operation.
        """
        found = self.ledgers.get(operation)
        if found is None:
            raise NotFound
        return found

    def tip(self, operation: OperationId, channel: ChannelId) -> Tip:
        """The end of the channel's log.

        Raises:
            NotFound: there is no such channel.
        """
        found = self.tips.get((operation, channel))
        if found is None:
            raise NotFound
        return found


class State(_View):
    __slots__ = ("ledgers", "tips")

    def __init__(self, ledgers: dict[OperationId, Ledger], tips: dict[ChannelKey, Tip]) -> None:
        self.ledgers = ledgers
        self.tips = tips


class Draft(_View):
    """Reads through to what it was made from; writes stay here until `keep`."""

    __slots__ = ("_ledgers", "_parent", "_tips", "announcements", "ledgers", "tips")

    def __init__(self, parent: "State | Draft") -> None:
        self._parent = parent
        self._ledgers: dict[OperationId, Ledger] = {}
        self._tips: dict[ChannelKey, Tip] = {}
        self.ledgers = ChainMap(self._ledgers, parent.ledgers)
        self.tips = ChainMap(self._tips, parent.tips)
        self.announcements: list[Announcement] = []

    def ledger(self, operation: OperationId) -> Ledger:
        """As of the parent, found without a look through all of the map's layers: this is asked for every message."""
        found = self._ledgers.get(operation)
        return self._parent.ledger(operation) if found is None else found

    def tip(self, operation: OperationId, channel: ChannelId) -> Tip:
        """As `ledger`."""
        found = self._tips.get((operation, channel))
        return self._parent.tip(operation, channel) if found is None else found

    def keep(self) -> None:
        """The parent has these changes too, because the transaction or savepoint went well."""
        self._parent.ledgers.update(self._ledgers)
        self._parent.tips.update(self._tips)
        if isinstance(self._parent, Draft):
            self._parent.announcements.extend(self.announcements)
