"""One act of a coordinator: one signed entry, sent by compare-and-swap.

If another coordinator was first, the ledger is read again and the act is decided anew (rule L3).
"""

from collections.abc import Callable

from cencomm.client.channel.enactment import staged_commit
from cencomm.client.channel.session import ChannelSession
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.decision import Decision, decide
from cencomm.client.operation.ledger_feed import follow_ledger
from cencomm.client.operation.operation import Operation
from cencomm.client.operation.proposal import Proposal
from cencomm.client.transport.errors import LedgerMoved
from cencomm.client.unit.office import judge_office
from cencomm.errors import Unavailable
from cencomm.ids import OperationId
from cencomm.wire.operations import AppendEntry

MAX_TRIES = 8  # of an act that other coordinators overtake

Propose = Callable[[Operation], Proposal]
"""What to sign, given the operation as it stands now."""


async def act(mailbox: Mailbox, operation: OperationId, propose: Propose) -> None:
    """Raises NotInOffice when we are no coordinator; then nothing was signed."""
    environment = mailbox.environment
    async with mailbox.lock:
        for _ in range(MAX_TRIES):
            known = await follow_ledger(mailbox, operation)
            judge_office(mailbox, operation)
            decision = decide(
                known, mailbox.identity, propose(known), now=environment.clock(), entropy=environment.entropy
            )
            try:
                await mailbox.relay.append(operation, append_request(decision, None))
            except LedgerMoved:
                continue
            await follow_ledger(mailbox, operation)
            return
    raise overtaken()


def append_request(decision: Decision, session: ChannelSession | None) -> AppendEntry:
    return AppendEntry(
        entry=decision.entry.encode(),
        wraps=decision.wraps,
        blobs=decision.blobs,
        commit=None if session is None else staged_commit(session),
    )


def overtaken() -> Unavailable:
    return Unavailable(f"other coordinators were faster {MAX_TRIES} times in a row: try again")
