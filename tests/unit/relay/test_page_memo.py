"""Pages that nothing can change any more: read from disk once, and the same for everybody."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from cencomm.ids import NO_HASH, AccountId, ChannelId, OperationId, SendId
from cencomm.ledger.log import LogKind
from cencomm.ledger.relay_key import RelayKey
from cencomm.relay.channel_log import Tip
from cencomm.relay.database import migrate, open_database
from cencomm.relay.errors import LogDiverged
from cencomm.relay.notary import Notary
from cencomm.relay.page_memo import KEPT_BYTES, KeptPage, PageMemo, page_end
from cencomm.relay.queries.log import NewEntry, add_channel, add_log_entries
from cencomm.relay.reading import log_page
from cencomm.wire.document import decode_document
from cencomm.wire.limits import LOG_PAGE_ENTRIES
from cencomm.wire.log import LogPage
from tests.fakes.served_relay import config_for

LENGTH = LOG_PAGE_ENTRIES + 20
NOTARY = Notary(RelayKey(bytes(32)))
OPERATION, CHANNEL = OperationId(bytes(32)), ChannelId(bytes(16))


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    config = config_for(tmp_path)
    migrate(config.database)
    database = open_database(config)
    with database.writer.connect() as one:
        yield one
    database.dispose()


@pytest.fixture
def tip(connection: Connection) -> Tip:
    """The end of a log of LENGTH short messages."""
    with connection.begin():
        row = add_channel(connection, OPERATION, CHANNEL)
        end = Tip(row=row, operation=OPERATION, channel=CHANNEL, generation=1, group_id=bytes(32))
        entries = []
        for number in range(LENGTH):
            message, send_id = b"message %d" % number, SendId(number.to_bytes(16, "big"))
            end, logged = end.append(LogKind.APPLICATION, message)
            account, kind = AccountId(bytes(16)), LogKind.APPLICATION
            entry = NewEntry(channel=row, logged=logged, kind=kind, message=message, account=account, send_id=send_id)
            entries.append(entry)
        add_log_entries(connection, entries)
    return end


def page(connection: Connection, tip: Tip, memo: PageMemo, after: int = 0, hash_: bytes | None = None) -> LogPage:
    limit = LOG_PAGE_ENTRIES
    encoded = b"".join(log_page(connection, tip, NOTARY, memo, after=after, hash_=hash_, limit=limit, now=0))
    return decode_document(encoded, LogPage)


def test_readers_with_different_cursors_meet_at_the_next_page(connection: Connection, tip: Tip) -> None:
    memo = PageMemo()

    for after in (0, 7, LOG_PAGE_ENTRIES - 1):
        entries = page(connection, tip, memo, after).entries
        assert [entry.sequence for entry in entries] == list(range(after + 1, LOG_PAGE_ENTRIES + 1))
    rest = page(connection, tip, memo, LOG_PAGE_ENTRIES).entries
    assert [entry.sequence for entry in rest] == list(range(LOG_PAGE_ENTRIES + 1, LENGTH + 1))


def test_a_kept_page_is_the_one_that_was_read_and_its_head_is_todays(connection: Connection, tip: Tip) -> None:
    memo = PageMemo()
    first = page(connection, tip, memo)
    longer, _ = tip.append(LogKind.APPLICATION, b"one more")

    again = page(connection, longer, memo)

    assert memo.get(tip, 0) is not None
    assert (again.previous, again.entries) == (first.previous, first.entries) == (NO_HASH, first.entries)
    assert again.head == NOTARY.log_head(longer, now=0)
    with pytest.raises(LogDiverged):
        page(connection, tip, memo, 0, b"another log's hash".ljust(32))


def test_the_end_of_a_log_is_not_kept(connection: Connection, tip: Tip) -> None:
    """It grows."""
    memo = PageMemo()

    page(connection, tip, memo, LOG_PAGE_ENTRIES)
    page(connection, tip, memo, 7)

    assert memo.get(tip, LOG_PAGE_ENTRIES) is memo.get(tip, 7) is None


def test_another_generation_of_the_channel_is_another_log(tip: Tip) -> None:
    memo = PageMemo()

    memo.keep(tip, 0, KeptPage(NO_HASH, b"[]"))

    assert memo.get(replace(tip, generation=2), 0) is None


def test_what_is_kept_is_bounded_and_the_idle_go_first(tip: Tip) -> None:
    memo, third = PageMemo(), bytes(KEPT_BYTES // 3)
    for after in (0, 500, 1000):
        memo.keep(tip, after, KeptPage(NO_HASH, third))
    assert memo.get(tip, 0) is not None

    memo.keep(tip, 1500, KeptPage(NO_HASH, third))

    assert [memo.get(tip, after) is not None for after in (0, 500, 1000, 1500)] == [True, False, True, True]


def test_a_page_ends_where_it_was_asked_to(tip: Tip) -> None:
    assert page_end(tip, after=3, limit=2) == 5
    assert page_end(tip, after=LENGTH, limit=2) == LENGTH
