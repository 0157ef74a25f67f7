"""One act of a coordinator: an entry in the ledger, at once or when a second coordinator has signed it too (L5)."""

from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.ledger_feed import sync_operation
from cencomm.client.unit.appending import Propose, append
from cencomm.client.unit.cosigning import Asked, ask_for_cosignature
from cencomm.client.unit.office import judge_office
from cencomm.ids import OperationId


async def act(mailbox: Mailbox, operation: OperationId, propose: Propose) -> Asked | None:
    """None: it is done. Asked: it waits for a second coordinator; `complete_cosigned` goes on with it.

    Raises:
        NotInOffice: we are no coordinator.
        LedgerRefused: the ledger does not take it.
        Unavailable: others were faster, again and again.
    """
    known = await sync_operation(mailbox, operation)
    judge_office(mailbox, operation)
    proposal = propose(known)
    if known.ledger.needs_cosignature(proposal.body):
        return await ask_for_cosignature(mailbox, operation, proposal)
    await append(mailbox, operation, propose, known=known)
    return None
