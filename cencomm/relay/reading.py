"""Pages of a log and of a ledger, each with the relay's signed word on where it ends."""

from sqlalchemy import Connection

from cencomm.ids import NO_HASH, AccountId
from cencomm.ledger.replay import Ledger
from cencomm.relay.channel_log import Tip
from cencomm.relay.errors import LogDiverged
from cencomm.relay.notary import Notary
from cencomm.relay.operations import visible_end
from cencomm.relay.queries import log as log_queries
from cencomm.relay.queries import operations as queries
from cencomm.wire.limits import LEDGER_PAGE_ENTRIES, LOG_PAGE_ENTRIES, PAGE_BYTES
from cencomm.wire.log import LogPage
from cencomm.wire.operations import LedgerPage


def ledger_page(
    connection: Connection, ledger: Ledger, account: AccountId, notary: Notary, *, after: int, now: int
) -> LedgerPage:
    """The entries after `after` (-1: from the charter) that the account may see.

    Raises:
        NotFound: never was a member.
    """
    end = visible_end(ledger, account)
    entries = queries.entries_between(connection, ledger.operation, after=after, up_to=end, most=LEDGER_PAGE_ENTRIES)
    return LedgerPage(entries=_within(entries, PAGE_BYTES), head=notary.ledger_head(ledger, now=now, up_to=end))


def log_page(
    connection: Connection,
    tip: Tip,
    notary: Notary,
    *,
    after: int,
    hash_: bytes | None,
    limit: int,
    now: int,
) -> LogPage:
    """The entries after the cursor. `hash_` is the reader's at `after`; None for a newcomer who has none yet.

    Raises:
        LogDiverged: the reader's log is not this one.
    """
    previous = _hash_at(connection, tip, after)
    if previous is None or (hash_ is not None and hash_ != previous):
        raise LogDiverged
    entries = log_queries.entries_between(
        connection,
        tip.row,
        tip.generation,
        after=after,
        up_to=tip.sequence,
        most=min(limit, LOG_PAGE_ENTRIES),
        most_bytes=PAGE_BYTES,
    )
    return LogPage(previous=previous, entries=tuple(entries), head=notary.log_head(tip, now=now))


def _hash_at(connection: Connection, tip: Tip, sequence: int) -> bytes | None:
    if sequence == 0:
        return NO_HASH
    if sequence == tip.sequence:
        return tip.hash
    return log_queries.hash_at(connection, tip.row, tip.generation, sequence)


def _within(entries: list[bytes], most: int) -> tuple[bytes, ...]:
    """As many from the front as weigh `most` bytes, one at least."""
    weight = 0
    for count, entry in enumerate(entries):
        if weight >= most:
            return tuple(entries[:count])
        weight += len(entry)
    return tuple(entries)
