"""The charter: a new operation with ourselves in it."""

from cencomm.client.mailbox import Mailbox
from cencomm.client.operation import chartering
from cencomm.client.operation.ledger_feed import follow_ledger
from cencomm.client.operation.operation import Operation, content_key_writes
from cencomm.client.operation.operation import prefix as operation_prefix
from cencomm.ids import OperationId
from cencomm.ledger.bodies import Policy
from cencomm.wire.operations import CreateOperation


async def found_operation(mailbox: Mailbox, *, plan: bytes, profile: bytes, policy: Policy) -> OperationId:
    """A new operation with ourselves as its first coordinator."""
    about = await mailbox.relay.about()
    decision = chartering.found_operation(
        mailbox.identity,
        plan=plan,
        profile=profile,
        relay_key=about.receipt_key,
        relay_name=about.name,
        policy=policy,
        now=mailbox.environment.clock(),
        entropy=mailbox.environment.entropy,
    )
    async with mailbox.lock:
        request = CreateOperation(entry=decision.entry.encode(), wraps=decision.wraps, blobs=decision.blobs)
        await mailbox.relay.create_operation(request)
        operation = decision.operation
        at = operation_prefix(operation.id)
        await mailbox.write(
            {f"{at}entry/{0:08d}": decision.entry.encode(), **_secret_writes(operation)}, operation=operation
        )
        await follow_ledger(mailbox, operation.id)
        return operation.id


def _secret_writes(operation: Operation) -> dict[str, bytes | None]:
    """The content key that we made; names come back from the relay like everybody's."""
    writes: dict[str, bytes | None] = {}
    for key in operation.content_keys.values():
        writes |= content_key_writes(operation.id, key)
    return writes
