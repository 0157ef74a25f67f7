"""One signed message on its way until the log shows it, once, whatever fails on the way (rules S2, S3, S5, C4).

[ encrypt -> write -> publish -> read the log: is it there? ] -> Sent
  ^_____ not there: the epoch moved on, again under the same send id _|
"""

from dataclasses import dataclass

from cencomm.client.attachments.uploading import AttachmentLost
from cencomm.client.channel.enactment import follow_and_enact
from cencomm.client.channel.errors import (
    ChannelNotUsable,
    ChannelRestarting,
    ChannelWaits,
    FrozenOperation,
    LogContradicted,
    MustCommitFirst,
    MustEnactFirst,
    NotAMember,
    NotYetAdded,
)
from cencomm.client.channel.freshness import MayBeOutOfDate, judge_up_to_date
from cencomm.client.channel.log_feed import follow_log
from cencomm.client.channel.outbox import OutboxRow, Posting
from cencomm.client.channel.readership import TooManyReaders, judge_readers
from cencomm.client.channel.sending import encrypt, unentitled_leaves
from cencomm.client.channel.session import ChannelSession, Standing
from cencomm.client.channel.taking import read_seen, seen_key
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.ledger_feed import follow_ledger
from cencomm.client.transport.errors import (
    AgainstRule,
    BadAnswer,
    LedgerMoved,
    NotEntitled,
    NotFound,
    StaleEpoch,
    TooLong,
)
from cencomm.errors import Unavailable
from cencomm.forms.envelope import SignedEnvelope, decode_envelope
from cencomm.forms.payload import PayloadTooLargeError
from cencomm.ids import MessageId, SendId
from cencomm.ledger.channel import FIRST_GENERATION
from cencomm.ledger.log import LogKind
from cencomm.ledger.statements import Receipt, verify_receipt
from cencomm.wire.log import Publish

FINAL = (
    *(NotEntitled, NotFound, NotAMember, AgainstRule, TooLong),
    *(TooManyReaders, PayloadTooLargeError, AttachmentLost),
)
"""Refusals that no later try changes: the message goes back to its author (S3)."""
WAITING = (ChannelNotUsable, ChannelRestarting, NotYetAdded, FrozenOperation, MayBeOutOfDate)
"""The message waits for the unit, to act or to be heard, for the group that a restart began, or for who adds us."""
MAX_TRIES = 8  # each has seen somebody else's Commit begin an epoch in between
MAX_LOST_STATES = 2  # that said the same message, one after the other: more is the relay's invention


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """In the log for ever, at `sequence`, and durable at the relay."""

    message: MessageId
    sequence: int


async def deliver(mailbox: Mailbox, posting: Posting) -> Sent:
    unread = 0
    for _ in range(MAX_TRIES):
        settled = await _settled(mailbox, posting)
        if settled is not None:
            return settled
        session = usable_session(mailbox, posting)
        try:
            receipt = await _publish(mailbox, session, await _attempt(mailbox, session, posting, unread))
        except (MustEnactFirst, MustCommitFirst):
            await _enact_for(mailbox, posting)
        except (StaleEpoch, LedgerMoved):
            await follow_ledger(mailbox, posting.operation)
            await follow_log(mailbox, posting.operation, posting.channel)
        except AgainstRule:
            await follow_ledger(mailbox, posting.operation)
            if session.generation == _generation(mailbox, posting):
                raise
            await follow_log(mailbox, posting.operation, posting.channel)  # refused for the group, which is over (C11)
        else:
            await follow_log(mailbox, posting.operation, posting.channel)
            _judge_receipt(mailbox, receipt)
            if receipt.sequence <= session.epoch_began_at:
                # An earlier attempt, of before this epoch, and not seen: it was accepted where we were not there to
                # read it, by a state that is lost (C10). Whether it is ours only the relay says: it is said again, and
                # counts once (S4).
                unread = receipt.sequence
    raise Unavailable(f"after {MAX_TRIES} tries the channel still moves on: the message is kept, try again")


async def _enact_for(mailbox: Mailbox, posting: Posting) -> None:
    """The Commit that has to go first: a removal (C4), or the first one since the mailbox was opened (D5).

    It may fail because of somebody else: no reason to give up the message.

    Raises:
        Unavailable: the Commit was refused; the message is kept.
        FINAL: the relay does not admit *us* to the ledger any more.
    """
    await follow_ledger(mailbox, posting.operation)
    try:
        await follow_and_enact(mailbox, posting.operation, posting.channel, sending=True)
    except FINAL as refused:
        raise Unavailable(f"a Commit has to come before the message, and was refused: {refused}") from refused


async def _settled(mailbox: Mailbox, posting: Posting) -> Sent | None:
    """Where the message is, once the log that we read shows it."""
    key = seen_key(posting.operation, mailbox.identity.identity_key, posting.message)
    seen = await mailbox.store.get(key)
    if seen is None:
        return None
    _, generation, sequence = read_seen(seen)
    if not mailbox.operation(posting.operation).ledger.channels[posting.channel].counts(generation, sequence):
        return None  # behind the cut of a restart: it goes out again (C11)
    await mailbox.write({posting.key: None})
    return Sent(message=posting.message, sequence=sequence)


async def _attempt(mailbox: Mailbox, session: ChannelSession, posting: Posting, unread: int) -> OutboxRow:
    """The row to publish: the one that this epoch has already, else a new one.

    Each new one burns a generation, and who receives follows a thousand at once: a relay that names another old entry
    each time would have what it logs at last open for nobody.

    Raises:
        LogContradicted: it did so.
        MustEnactFirst: somebody who can still read is no longer entitled. C4 holds for what was encrypted before we
            knew, too: it may not have left yet.
    """
    send_id = posting.send_id_in(session.generation, unread=unread)
    row = next((row for row in session.outbox.values() if row.send_id == send_id), None)
    said = sum(one.signed == posting.signed for one in session.outbox.values())
    if row is None and unread and said > MAX_LOST_STATES:
        raise LogContradicted("the relay names one old entry after another for one message: tell the unit")
    if row is None or session.must_commit:  # what an opening before may have sent waits as well (D5)
        return await _encrypt(mailbox, session, posting, send_id)
    if unentitled_leaves(session, mailbox.operation(posting.operation).ledger, mailbox.certificates):
        raise MustEnactFirst
    return row


async def _encrypt(mailbox: Mailbox, session: ChannelSession, posting: Posting, send_id: SendId) -> OutboxRow:
    """Generation burned and row written in one transaction: only now may the bytes leave (S5).

    Another epoch may have other readers, and a form may be gone since: both are judged anew (S3).
    """
    known = mailbox.operation(posting.operation)
    if isinstance(posting.signed, SignedEnvelope):
        envelope = decode_envelope(posting.signed.content)
        mailbox.environment.judge_report(known, envelope)
        judge_readers(known, posting.channel, envelope.body, author=mailbox.identity.account)
        await judge_up_to_date(mailbox, posting.operation, posting.channel, envelope.body)
    after, row = encrypt(
        session,
        posting.signed,
        known.ledger,
        send_id=send_id,
        certificates=mailbox.certificates,
        entropy=mailbox.environment.entropy,
    )
    await mailbox.write({}, session=after)
    return row


async def _publish(mailbox: Mailbox, session: ChannelSession, row: OutboxRow) -> Receipt:
    """The relay holds this row, or an earlier attempt under its send id, and signed for it."""
    request = Publish(send_id=row.send_id, kind=LogKind.APPLICATION, message=row.message)
    answer = await mailbox.relay.publish(session.operation, session.channel, session.generation, request)
    relay_key = mailbox.operation(session.operation).ledger.charter.relay_key
    receipt = verify_receipt(answer.receipt, relay_key).statement
    place = (receipt.operation, receipt.channel, receipt.generation, receipt.send_id)
    if place != (session.operation, session.channel, session.generation, row.send_id):
        raise BadAnswer("the relay signed a receipt for something else")
    return receipt


def _judge_receipt(mailbox: Mailbox, receipt: Receipt) -> None:
    """The log that we read goes as far as the receipt, and says the same there, as far back as we hold it.

    Raises:
        LogContradicted: the relay signed for a message that its log does not hold.
    """
    key = (receipt.operation, receipt.channel)
    session, held = mailbox.sessions[key], mailbox.log_hashes[key].get(receipt.sequence, receipt.hash)
    if session.standing is Standing.LIVE and (session.sequence < receipt.sequence or held != receipt.hash):
        raise LogContradicted("the relay signed a receipt for a message that its log does not show: tell the unit")


def usable_session(mailbox: Mailbox, posting: Posting) -> ChannelSession:
    """The place from which the posting can leave now.

    Raises:
        NotAMember: the ledger does not admit us there (any more).
        ChannelNotUsable: this device was removed.
        ChannelWaits, ChannelRestarting, NotYetAdded: nothing can be sent now; that ends without us.
        FrozenOperation: the relay signed two histories.
    """
    operation = mailbox.operation(posting.operation)
    if operation.frozen is not None:
        raise FrozenOperation(operation.frozen)
    mailbox.membership(posting.operation)
    session, generation = mailbox.sessions.get((posting.operation, posting.channel)), _generation(mailbox, posting)
    if session is None and generation == FIRST_GENERATION:
        if posting.channel not in mailbox.entitled_channels(posting.operation):
            raise NotAMember("the ledger does not admit you to this channel")
        raise NotYetAdded
    if session is None or session.generation != generation:
        raise ChannelRestarting
    if session.standing is not Standing.LIVE:
        waits = session.standing is not Standing.REMOVED
        raise (ChannelWaits if waits else ChannelNotUsable)(session.standing.name.lower())
    return session


def _generation(mailbox: Mailbox, posting: Posting) -> int:
    """The channel's current one, by the ledger that we hold."""
    return mailbox.operation(posting.operation).ledger.channels[posting.channel].generation
