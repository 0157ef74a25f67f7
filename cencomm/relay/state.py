"""What the relay keeps in memory of its tables: replayed ledgers and the ends of logs.

    State   what is committed; rebuilt from the tables at start
    Draft   what a transaction, or a savepoint in it, would change; folded into its parent or dropped

Nobody changes a State but by a Draft whose transaction is on disk.
"""

from collections import ChainMap
from collections.abc import MutableMapping
from typing import TypeAlias

from cencomm.errors import AccessDenied
from cencomm.ids import AccountId, ChannelId, OperationId
from cencomm.ledger.replay import Ledger
from cencomm.relay.announcement import Announcement
from cencomm.relay.channel_log import Tip
from cencomm.relay.errors import NotFound

Identities: TypeAlias = MutableMapping[AccountId, bytes]
ChannelKey: TypeAlias = tuple[OperationId, ChannelId]


class _View:
    """Reading, the same for both."""

    __slots__ = ()

    ledgers: MutableMapping[OperationId, Ledger]
    tips: MutableMapping[ChannelKey, Tip]
    identities: Identities  # of the accounts that were reset: for whom

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

    def require_own_identity(self, operation: OperationId, account: AccountId) -> None:
        """Whoever signs in to the account is whom this operation's ledger names, as far as a relay can tell.

        Raises:
            AccessDenied: the account was reset for an identity that this operation has not taken over.
        """
        if self.is_estranged(operation, account):
            raise AccessDenied("this account was reset: ask this operation's unit for a reset letter too")

    def is_estranged(self, operation: OperationId, account: AccountId) -> bool:
        """Whether the account was reset elsewhere and is, here, still a member under its old identity."""
        identity, ledger = self.identities.get(account), self.ledgers.get(operation)
        member = None if identity is None or ledger is None else ledger.members.get(account)
        return member is not None and member.identity_key != identity


class State(_View):
    __slots__ = ("identities", "ledgers", "tips")

    def __init__(
        self, ledgers: dict[OperationId, Ledger], tips: dict[ChannelKey, Tip], identities: dict[AccountId, bytes]
    ) -> None:
        self.ledgers = ledgers
        self.tips = tips
        self.identities = identities


class Draft(_View):
    """Reads through to what it was made from; writes stay here until `keep`."""

    __slots__ = ("_identities", "_ledgers", "_parent", "_tips", "announcements", "identities", "ledgers", "tips")

    def __init__(self, parent: "State | Draft") -> None:
        self._parent = parent
        self._ledgers: dict[OperationId, Ledger] = {}
        self._tips: dict[ChannelKey, Tip] = {}
        self._identities: dict[AccountId, bytes] = {}
        self.identities = ChainMap(self._identities, parent.identities)
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
        self._parent.identities.update(self._identities)
        if isinstance(self._parent, Draft):
            self._parent.announcements.extend(self.announcements)
