"""Giving a relay back what it lost of a ledger: entries that it signed once, and what they name (H4)."""

from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.decision import with_secrets
from cencomm.client.operation.operation import Operation, entry_key, named_blobs
from cencomm.ids import OperationId
from cencomm.ledger.entry import decode_signed_entry
from cencomm.wire.limits import LEDGER_PAGE_ENTRIES, PAGE_BYTES
from cencomm.wire.operations import GiveBack


async def give_back(mailbox: Mailbox, operation: Operation, *, after: int) -> None:
    """The relay holds what we hold, unless this raises. The caller holds the lock.

    Names and the content key go with the last entries, as far as they are here.

    Raises:
        LedgerMoved: a coordinator who did not see the lost entries has appended others: two histories (L4).
        Unavailable: not now.
    """
    entries = [await _entry(mailbox, operation.id, sequence) for sequence in _numbers(operation, after)]
    while entries:
        page: list[bytes] = []
        weight = 0
        while entries and len(page) < LEDGER_PAGE_ENTRIES and (not page or weight + len(entries[0]) <= PAGE_BYTES):
            weight += len(entries[0])
            page.append(entries.pop(0))
        await mailbox.relay.give_back(
            operation.id, GiveBack(entries=tuple(page)) if entries else _last(mailbox, operation, page)
        )


def _last(mailbox: Mailbox, operation: Operation, entries: list[bytes]) -> GiveBack:
    key = operation.content_keys.get(operation.ledger.content_key.number)
    if key is None:
        return GiveBack(entries=tuple(entries))
    refs = {ref.blob: ref for ref in named_blobs(operation.ledger)}
    sealed = with_secrets(
        operation,
        decode_signed_entry(entries[-1]),
        operation.ledger,
        key=key,
        blobs=[blob for blob in operation.blobs.values() if refs.get(blob.blob) == blob.ref],
        recipients=[one.account for one in operation.ledger.members.values() if one.revoked_at is None],
        entropy=mailbox.environment.entropy,
    )
    return GiveBack(entries=tuple(entries), wraps=sealed.wraps, blobs=sealed.blobs)


def _numbers(operation: Operation, after: int) -> range:
    return range(after + 1, operation.ledger.sequence + 1)


async def _entry(mailbox: Mailbox, operation: OperationId, sequence: int) -> bytes:
    value = await mailbox.store.get(entry_key(operation, sequence))
    assert value is not None  # it was replayed from there
    return value
