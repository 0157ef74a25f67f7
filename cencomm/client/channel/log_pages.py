"""Pages of a channel's log as the relay shows them: on our chain, and borne out by its signed head (rules S1, L4)."""

from cencomm.client.channel.errors import LogContradicted, LogGap, RelayWithholds, RolledBack
from cencomm.client.channel.session import ChannelSession, log_head_key
from cencomm.client.mailbox import Mailbox
from cencomm.client.transport.errors import LogDiverged
from cencomm.ledger.log import LogKind, log_hash
from cencomm.ledger.statements import Attested, LogHead, contradiction, verify_log_head
from cencomm.wire.log import LogPage


async def next_page(mailbox: Mailbox, session: ChannelSession) -> LogPage:
    place = session.operation, session.channel, session.generation
    try:
        return await mailbox.relay.log(*place, after=session.sequence, hash_=session.log_hash)
    except LogDiverged:
        # Its word alone convicts nobody: have it sign how long its log is.
        page = await mailbox.relay.log(*place, after=0, limit=1)
        judge_log_head(mailbox, session, page)
        await keep_evidence(mailbox, session, page)
        raise LogContradicted("the relay's log is not the one that this device followed: tell the unit") from None


def judge_page(mailbox: Mailbox, session: ChannelSession, page: LogPage) -> Attested[LogHead]:
    """The relay's signed head, to which the page leads from our position, as far as it goes.

    Judged before any of its entries is taken, so that a lie brings nothing in.

    Raises:
        LogContradicted: it signs what is not on the chain that we followed and that it shows.
        LogGap: the page does not begin where we are.
        RolledBack: it shows less than before.
        RelayWithholds: it signs more than it shows.
    """
    head = judge_log_head(mailbox, session, page)
    chain = {session.sequence: session.log_hash}
    last = session.sequence
    for entry in page.entries:
        if entry.sequence != last + 1:
            raise LogGap(expected=last + 1, got=entry.sequence)
        chain[entry.sequence] = log_hash(
            session.channel, session.generation, chain[last], entry.sequence, LogKind(entry.kind), entry.message
        )
        last = entry.sequence
    stated = head.statement
    if stated.sequence < last:
        raise LogContradicted("the relay shows entries that it does not sign: keep this, tell the unit")
    if page.previous != session.log_hash or chain.get(stated.sequence, stated.hash) != stated.hash:
        raise LogContradicted("the relay signs another log than the one that it shows: keep this, tell the unit")
    if stated.sequence > last and not page.entries:
        raise RelayWithholds("the relay signs a longer log than it shows")
    return head


async def judge_with_evidence(mailbox: Mailbox, session: ChannelSession, page: LogPage) -> Attested[LogHead]:
    """As `judge_page`; what contradicts itself is kept first."""
    try:
        return judge_page(mailbox, session, page)
    except LogContradicted:
        await keep_evidence(mailbox, session, page)
        raise


async def keep_evidence(mailbox: Mailbox, session: ChannelSession, page: LogPage) -> None:
    """Both statements of the relay, durably, before anybody is told (L4)."""
    before = mailbox.log_heads.get((session.operation, session.channel))
    kept = [page.head] if before is None else [before.encoded, page.head]
    await mailbox.write({f"{log_head_key(session)}/evidence/{number}": head for number, head in enumerate(kept)})


def judge_log_head(mailbox: Mailbox, session: ChannelSession, page: LogPage) -> Attested[LogHead]:
    """The head that came with a page is the relay's word on this log, and takes nothing back.

    Raises:
        LogContradicted: it is of another log, or contradicts what the relay signed before.
        RolledBack: it is shorter than what this device holds.
    """
    head = verify_log_head(page.head, mailbox.operation(session.operation).ledger.charter.relay_key)
    stated, key = head.statement, (session.operation, session.channel)
    if (stated.operation, stated.channel, stated.generation) != (*key, session.generation):
        raise LogContradicted("the relay answers with the head of another log")
    before = mailbox.log_heads.get(key)
    if before is not None and contradiction(before, head) is not None:
        raise LogContradicted("the relay signed two histories of this channel: keep this, tell the unit")
    if stated.sequence < session.sequence:
        raise RolledBack(f"the relay's log ends at {stated.sequence}, this device holds {session.sequence}")
    return head
