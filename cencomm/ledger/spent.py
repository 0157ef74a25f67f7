"""What counts once in the life of an operation: keys, blob, channel and group ids, nonces of cosignatures (L5, L6, L8).

Whatever was named once is never taken again, whoever brings it: a revoked or replaced key does not return.
"""

from collections.abc import Sequence
from types import MappingProxyType

from cencomm.ledger.refusal import LedgerRefused

Spent = MappingProxyType[bytes, None]
NOTHING_SPENT: Spent = MappingProxyType({})


def spend(spent: Spent, rule: str, values: Sequence[bytes]) -> Spent:
    """What is spent after each of `values` had its one use.

    Raises:
        LedgerRefused: one of them had it before, or stands in `values` twice.
    """
    added = dict.fromkeys(values)
    if len(added) != len(values) or any(value in spent for value in added):
        raise LedgerRefused(rule, "a key or identifier that counts once was used before in this operation")
    return MappingProxyType(spent | added) if added else spent
