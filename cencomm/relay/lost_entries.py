"""Ledger entries that this relay lost, given back by those who hold them (H4).

A relay that was put back from an older backup is behind its members, who hold what it signed. Entries prove themselves:
each is verified as if it came from a coordinator now. What is sealed beside them fills gaps and replaces nothing of
the same age, since whoever gives back may be any member.
"""

from sqlalchemy import Connection

from cencomm.ids import AccountId, OperationId
from cencomm.ledger.entry import decode_signed_entry
from cencomm.ledger.replay import Ledger
from cencomm.relay.entitlement import require_acquaintance
from cencomm.relay.operations import Registry
from cencomm.relay.queries.operations import add_missing_blobs, add_missing_wraps
from cencomm.relay.state import Draft
from cencomm.wire.operations import GiveBack


def take_back(
    registry: Registry,
    connection: Connection,
    draft: Draft,
    account: AccountId,
    operation: OperationId,
    asked: GiveBack,
    *,
    now: int,
) -> Ledger:
    """The ledger with those entries that it lacked; those that it has are passed over.

    Raises:
        NotFound: there is no such operation, or the account is in none of these entries a member.
        LedgerMoved: an entry follows another than the last: somebody appended since, and nothing is taken (L3).
        Refused: a rule of the ledger forbids one of them.
    """
    ledger = draft.ledger(operation)
    for data in asked.entries:
        signed = decode_signed_entry(data)
        if ledger.hash_at(signed.entry.sequence) != signed.hash:
            ledger = registry.extend(connection, draft, ledger, signed, now=now)
    require_acquaintance(ledger, account)
    newest = ledger.content_key.number
    add_missing_wraps(
        connection, operation, [one for one in asked.wraps if one.account in ledger.members and one.number <= newest]
    )
    add_missing_blobs(connection, operation, [one for one in asked.blobs if one.number <= newest])
    registry.judge_blobs(connection, operation)
    return ledger
