"""Pages of a log and of a ledger, each with the relay's signed word on where it ends."""

from msgspec import Struct
from sqlalchemy import Connection

from cencomm.ids import NO_HASH, AccountId
from cencomm.ledger.replay import Ledger
from cencomm.relay.channel_log import Tip
from cencomm.relay.errors import LogDiverged
from cencomm.relay.notary import Notary
from cencomm.relay.operations import visible_end
from cencomm.relay.page_memo import KeptPage, PageMemo, page_end
from cencomm.relay.queries import log as log_queries
from cencomm.relay.queries import operations as queries
from cencomm.wire.document import encode_document, encode_items
from cencomm.wire.limits import LEDGER_PAGE_ENTRIES, LOG_PAGE_ENTRIES, PAGE_BYTES
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


class _LogPage(Struct, frozen=True, kw_only=True):
    """As wire.log.LogPage, its entries written already and put in their place afterwards."""

    previous: bytes
    entries: tuple[()] = ()
    head: bytes


def log_page(
    connection: Connection,
    tip: Tip,
    notary: Notary,
    memo: PageMemo,
    *,
    after: int,
    hash_: bytes | None,
    limit: int,
    now: int,
) -> tuple[bytes, bytes, bytes]:
    """A LogPage, encoded: the entries after the cursor, up to the next boundary of pages. Made of parts, since those
    entries are in memory once, however many slow readers take their time with them.

    `hash_` is the reader's at `after`; None for a newcomer who has none yet.

    Raises:
        LogDiverged: the reader's log is not this one.
    """
    kept = memo.get(tip, after) if limit >= LOG_PAGE_ENTRIES else None
    previous = _hash_at(connection, tip, after) if kept is None else kept.previous
    if previous is None or (hash_ is not None and hash_ != previous):
        raise LogDiverged
    if kept is None:
        end = page_end(tip, after=after, limit=limit)
        most = {"most": min(limit, LOG_PAGE_ENTRIES), "most_bytes": PAGE_BYTES}
        entries = log_queries.entries_between(connection, tip.row, tip.generation, after=after, up_to=end, **most)
        kept = KeptPage(previous, encode_items(entries))
        if after % LOG_PAGE_ENTRIES == 0 and end == after + LOG_PAGE_ENTRIES:
            memo.keep(tip, after, kept)
    head = notary.log_head(tip, now=now)
    before, after_entries = encode_document(_LogPage(previous=previous, head=head)).split(b"[]")  # no base64 has these
    return before, kept.entries, after_entries


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
