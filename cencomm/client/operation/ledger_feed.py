"""Operations, kept in step with the relay: ledger, relay's head, content key, names (rules L2, L4, L7)."""

from collections.abc import Iterable
from dataclasses import replace

from cencomm.client.channel.errors import FrozenOperation, LedgerLost, OperationFrozen, RelayWithholds
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation import operation as operations
from cencomm.client.operation.giving_back import give_back
from cencomm.client.operation.operation import Operation
from cencomm.ids import OperationId
from cencomm.ledger.content_key import Blob
from cencomm.wire.operations import LedgerPage


async def pin_operation(mailbox: Mailbox, operation: OperationId) -> Operation:
    """Fetch and verify the operation that an access letter names, and keep it from now on (L2)."""
    async with mailbox.lock:
        if operation not in mailbox.operations:
            begun, writes = operations.begin(operation, await mailbox.relay.ledger(operation, after=-1))
            await mailbox.write(writes, operation=begun)
        return await follow_ledger(mailbox, operation)


async def sync_operation(mailbox: Mailbox, operation: OperationId) -> Operation:
    """The operation as far as the relay shows it now, each entry verified.

    Raises:
        OperationFrozen: the relay signed two histories; both statements are kept.
        RolledBack: it shows less than before, also after we gave it back what it lost (H4).
        LedgerRefused: an entry breaks a rule, or the ledger is not the one that this account saw elsewhere (L2).
        RelayWithholds: it signs more than it shows.
    """
    async with mailbox.lock:
        return await follow_ledger(mailbox, operation)


async def follow_ledger(
    mailbox: Mailbox, operation_id: OperationId, *, shown: LedgerPage | None = None, made: Iterable[Blob] = ()
) -> Operation:
    """As `sync_operation`, for callers that hold the lock.

    `shown` is a page that the relay gave already, `made` what its entries name and we made: neither is asked for.
    """
    operation = mailbox.operation(operation_id)
    if operation.frozen is not None:
        raise FrozenOperation(operation.frozen)
    given_back = False
    while True:
        page = shown or await mailbox.relay.ledger(operation_id, after=operation.ledger.sequence)
        shown = None
        try:
            extended, writes = operations.extend(operation, page)
        except OperationFrozen as frozen:
            operation, writes = operations.freeze(operation, frozen)
            await mailbox.write(writes, operation=operation)
            raise
        except LedgerLost as lost:
            if given_back:
                raise
            await give_back(mailbox, operation, after=lost.shown)
            given_back = True
            continue
        if page.entries or operation.head is None:
            extended, named = operations.keep_blobs(extended, made)
            await mailbox.write({**writes, **named}, operation=extended)
        operation = extended
        assert operation.head is not None  # `extend` judged one
        if operation.head.statement.sequence == operation.ledger.sequence:
            if (pin := mailbox.pins.get(operation_id)) is not None:
                operation.ledger.verify_pin(pin)
            return await _fetch_names(mailbox, operation)
        if not page.entries:
            raise RelayWithholds("the relay signs a longer ledger than it shows")


async def _fetch_names(mailbox: Mailbox, operation: Operation) -> Operation:
    """Content key and blobs that the ledger names and that are not here yet; what is wrong with them is remembered."""
    member = operation.ledger.members.get(mailbox.identity.account)
    if member is None or member.revoked_at is not None:
        return operation
    kept: dict[str, bytes | None] = {}
    troubles, operation = operation.troubles, replace(operation, troubles=())
    if operation.ledger.content_key.number not in operation.content_keys:
        answer = await mailbox.relay.wraps(operation.id)
        operation, writes = operations.open_wraps(operation, answer.wraps, mailbox.identity)
        kept |= writes
    if any(operation.content(ref) is None for ref in operations.named_blobs(operation.ledger)):
        sealed = await mailbox.relay.blobs(operation.id)
        operation, writes = operations.open_blobs(operation, sealed.blobs)
        kept |= writes
    if kept or operation.troubles != troubles:
        await mailbox.write(kept, operation=operation)
    return operation
