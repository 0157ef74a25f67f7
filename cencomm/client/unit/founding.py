"""The charter: a new operation with ourselves in it, and with whom we found it (rules L2, L5)."""

from collections.abc import Sequence

from cencomm.client.mailbox import Mailbox
from cencomm.client.operation import chartering
from cencomm.client.operation.chartering import Founder
from cencomm.client.operation.ledger_feed import follow_ledger
from cencomm.client.operation.operation import Operation, content_key_writes
from cencomm.client.operation.operation import prefix as operation_prefix
from cencomm.ids import OperationId
from cencomm.ledger.bodies import Policy
from cencomm.wire.operations import CreateOperation


async def found_operation(
    mailbox: Mailbox,
    *,
    plan: bytes,
    profile: bytes,
    policy: Policy,
    nonce: bytes | None = None,
    founders: Sequence[Founder] = (),
) -> OperationId:
    """A new operation with ourselves as its first coordinator; `founders` enrolled for `nonce`.

    Raises:
        LedgerRefused: an operation cannot begin like that (alone, unless it is an exercise).
    """
    about = await mailbox.relay.about()
    decision = chartering.found_operation(
        mailbox.identity,
        plan=plan,
        profile=profile,
        relay_key=about.receipt_key,
        relay_name=about.name,
        policy=policy,
        nonce=nonce,
        founders=founders,
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
