"""Waves of wrong tries, as the coordination unit sees them (D6)."""

from typing import Annotated

from msgspec import Meta, Struct

from cencomm.wire.fields import Account, Counter, Seconds

MAX_LOCKS = 2000  # of one answer, the newest: a wave over more accounts is no less visible for it


class Lock(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Computers that `account` does not know wait until `until`; the next wrong try makes it later."""

    account: Account
    tries: Counter
    since: Seconds
    until: Seconds


class Locks(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """GET /v1/operations/{op}/locks."""

    locks: Annotated[tuple[Lock, ...], Meta(max_length=MAX_LOCKS)]
