"""The mailbox that roams (D4): sealed rows of an account that only the newest holder reads, writes and sends from.

The relay can open none of it. What it does is to count: a holder number for each taking, a version for each write. That
it counts honestly is not believed by the client either (D5): an honest relay keeps two honest computers apart.
"""

from sqlalchemy import Connection

from cencomm.errors import ProtocolError
from cencomm.ids import AccountId
from cencomm.relay.entitlement import is_member_somewhere
from cencomm.relay.errors import MailboxHeld, NotHolder, StaleVersion
from cencomm.relay.queries import mailboxes as queries
from cencomm.relay.queries.mailboxes import NEVER_HELD, Mailbox, Stretch
from cencomm.relay.queries.sessions import Session
from cencomm.relay.sessions import end_session
from cencomm.relay.state import Draft
from cencomm.wire.errors import TooLarge
from cencomm.wire.limits import (
    MAX_MAILBOX_BYTES,
    MAX_MAILBOX_PAGE_ROWS,
    MAX_MAILBOX_ROWS,
    MAX_STRANGERS_MAILBOX_BYTES,
    PAGE_BYTES,
)
from cencomm.wire.mailbox import (
    NONCE_BYTES,
    AskRows,
    HeldMailbox,
    MailboxPage,
    MailboxRows,
    TakeMailbox,
    WriteMailbox,
)


def take(connection: Connection, draft: Draft, session: Session, asked: TakeMailbox, *, now: int) -> HeldMailbox:
    """Whoever asks is the holder; the one before is none any more, nor signed in: its screen shows nothing new.

    Raises:
        MailboxHeld: somebody is, and taking over was not asked for.
    """
    account = session.account
    before = queries.find_mailbox(connection, account) or NEVER_HELD
    if before.held and not asked.take_over:
        raise MailboxHeld(since=before.since)
    if before.held and before.session is not None and before.session != session.token_hash:
        end_session(connection, draft, before.session, taken_over=True)
    queries.take_mailbox(connection, account, holder=before.holder + 1, session=session.token_hash, now=now)
    return HeldMailbox(
        holder=before.holder + 1, version=before.version, seal=before.seal, clean=not before.held, since=before.since
    )


def require_holder(connection: Connection, account: AccountId, holder: int) -> Mailbox:
    """The mailbox that `holder` has open.

    Raises:
        NotHolder: a newer one has, or it was given back.
    """
    mailbox = queries.find_mailbox(connection, account) or NEVER_HELD
    if not mailbox.held or mailbox.holder != holder:
        raise NotHolder(since=mailbox.since)
    return mailbox


def write(connection: Connection, draft: Draft, account: AccountId, asked: WriteMailbox, *, now: int) -> int:
    """The version that holds the rows of `asked`. The write that made the stored version is answered again.

    Anybody may make an account, so who is in no operation keeps little; who was revoked keeps what is there.

    Raises:
        NotHolder: an older holder's writes are refused (D4).
        StaleVersion: it replaces another version than the stored one.
        ProtocolError: a name twice, or a row that is too short to be sealed.
        TooLarge: more than one account may keep.
    """
    mailbox = require_holder(connection, account, asked.holder)
    if mailbox.version == asked.version + 1 and mailbox.seal == asked.seal:
        return mailbox.version  # the answer was lost on the way
    if mailbox.version != asked.version:
        raise StaleVersion(version=mailbox.version)
    if len({row.name for row in asked.rows}) != len(asked.rows):
        raise ProtocolError("a mailbox row is named twice")
    if any(0 < len(row.sealed) < NONCE_BYTES for row in asked.rows):
        raise ProtocolError("a mailbox row is shorter than its nonce")
    after = queries.put_rows(connection, account, mailbox, asked.rows, seal=asked.seal)
    most = MAX_MAILBOX_BYTES
    if not is_member_somewhere(draft.ledgers.values(), account, now=now):
        most = max(MAX_STRANGERS_MAILBOX_BYTES, mailbox.byte_count)
    if after.row_count > MAX_MAILBOX_ROWS or after.byte_count > most:
        raise TooLarge(f"this mailbox may have at most {MAX_MAILBOX_ROWS} rows of together {most} bytes")
    return after.version


def read_page(connection: Connection, account: AccountId, holder: int, stretch: Stretch) -> MailboxPage:
    """The first rows of the stretch. Raises NotHolder: what one reads is not to change between two pages."""
    require_holder(connection, account, holder)
    rows, cold, cursor = queries.rows_after(
        connection, account, stretch, most=MAX_MAILBOX_PAGE_ROWS, most_bytes=PAGE_BYTES
    )
    return MailboxPage(rows=tuple(rows), cold=tuple(cold), next=cursor)


def read_rows(connection: Connection, account: AccountId, asked: AskRows) -> MailboxRows:
    """Raises NotHolder."""
    require_holder(connection, account, asked.holder)
    return MailboxRows(rows=tuple(queries.rows_named(connection, account, asked.names, most_bytes=PAGE_BYTES)))


def release(connection: Connection, account: AccountId, holder: int) -> None:
    """The holder gives the mailbox back: whoever takes it next learns that the hand-over was clean.

    Raises:
        NotHolder: it has none to give.
    """
    require_holder(connection, account, holder)
    queries.release_mailbox(connection, account)
