"""Sending a proposal as the ledger's next entry, by compare-and-swap.

If another coordinator was first, the ledger is read again and the act is proposed anew (rule L3).
"""

from collections.abc import Callable, Sequence

from cencomm.client.channel.enactment import staged_commit
from cencomm.client.channel.founding import found_channel
from cencomm.client.channel.log_feed import follow_log
from cencomm.client.channel.session import ChannelSession
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.decision import Decision, decide
from cencomm.client.operation.ledger_feed import follow_ledger
from cencomm.client.operation.operation import Operation
from cencomm.client.operation.proposal import Proposal
from cencomm.client.transport.errors import LedgerMoved, Refusal
from cencomm.client.unit.office import judge_office
from cencomm.errors import Unavailable
from cencomm.ids import OperationId
from cencomm.ledger.bodies import ChannelBody
from cencomm.ledger.entry import Cosignature
from cencomm.wire.operations import Appended, AppendEntry, LedgerPage

MAX_TRIES = 8  # of an act that other coordinators overtake

Propose = Callable[[Operation], Proposal]
"""What to sign, given the operation as it stands now."""


async def append(
    mailbox: Mailbox,
    operation: OperationId,
    propose: Propose,
    *,
    cosignatures: Sequence[Cosignature] = (),
    known: Operation | None = None,
) -> None:
    """The entry stands in the ledger; that of a channel which is open to us with the first Commit of its group (L8).

    One that is not, its readers make: whose program looks first (`founding.waits_for_us`). Whoever has just
    synchronised gives what is `known`; the relay tells us if that is not its ledger's end any more.

    Raises:
        LedgerRefused: the ledger does not take it, as it stands now.
        Unavailable: others were faster, again and again.
    """
    async with mailbox.lock:
        for _ in range(MAX_TRIES):
            known = known or await follow_ledger(mailbox, operation)
            judge_office(mailbox, operation)
            proposal = propose(known)
            decision = _decide(mailbox, known, proposal, cosignatures)
            try:
                appended = await _send(mailbox, decision)
            except LedgerMoved:
                known = None
                continue
            page = LedgerPage(entries=(decision.entry.encode(),), head=appended.head)
            await follow_ledger(mailbox, operation, shown=page, made=proposal.blobs)
            body = decision.entry.entry.body
            if isinstance(body, ChannelBody) and body.channel in mailbox.entitled_channels(operation):
                await follow_log(mailbox, operation, body.channel)
            return
    raise Unavailable(f"other coordinators were faster {MAX_TRIES} times in a row: try again")


def _decide(
    mailbox: Mailbox, operation: Operation, proposal: Proposal, cosignatures: Sequence[Cosignature]
) -> Decision:
    environment = mailbox.environment
    return decide(
        operation,
        mailbox.identity,
        proposal,
        cosignatures=cosignatures,
        now=environment.clock(),
        entropy=environment.entropy,
    )


async def _send(mailbox: Mailbox, decision: Decision) -> Appended:
    body, operation = decision.entry.entry.body, decision.operation
    ledger, own = operation.ledger, mailbox.identity.identity_key
    if not isinstance(body, ChannelBody) or not ledger.is_entitled(body.channel, own, at=ledger.sequence):
        return await mailbox.relay.append(operation.id, _request(decision, None))
    session = found_channel(mailbox, operation.id, body.channel, operation.ledger)
    await mailbox.write({}, session=session)
    try:
        return await mailbox.relay.append(operation.id, _request(decision, session))
    except Refusal:
        await mailbox.forget_session(session)
        raise


def _request(decision: Decision, session: ChannelSession | None) -> AppendEntry:
    return AppendEntry(
        entry=decision.entry.encode(),
        wraps=decision.wraps,
        blobs=decision.blobs,
        commit=None if session is None else staged_commit(session),
    )
