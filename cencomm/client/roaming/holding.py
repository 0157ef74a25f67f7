"""Taking the account's mailbox on a computer that keeps nothing, and giving it back (rules D4, D5).

take       hold -> fetch -> judge -> a store in memory
open_held  the mailbox on that store, in which every channel waits for a Commit of this opening
hand_over  nothing waits to be sent -> save -> release
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cencomm.client.account.account import forget_mailbox_keys, mailbox_keys, settle
from cencomm.client.account.remote_vault import MailboxKey
from cencomm.client.account.session import Access
from cencomm.client.channel.opening import Opening
from cencomm.client.channel.outbox import POSTING_PREFIX
from cencomm.client.errors import OutboxNotEmpty
from cencomm.client.mailbox import Environment, Mailbox, open_mailbox
from cencomm.client.roaming.loading import fetch, load
from cencomm.client.roaming.program import require_own_program
from cencomm.client.roaming.resealing import reseal
from cencomm.client.roaming.sealing import LEAST_KEYS, MailboxSealing
from cencomm.client.roaming.store import RoamingStore
from cencomm.client.vault.journal import Journal
from cencomm.clock import Clock
from cencomm.errors import CencommError
from cencomm.secret import Entropy
from cencomm.wire.mailbox import HeldMailbox, ReleaseMailbox, TakeMailbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """The mailbox is ours alone until somebody takes it over.

    `clean`: whoever had it before gave it back; `since`: when they took it, in seconds; `is_new`: nobody ever had it.
    """

    store: RoamingStore
    opening: Opening
    clean: bool
    since: int
    is_new: bool


async def take(access: Access, *, take_over: bool, clock: Clock, entropy: Entropy) -> Holding:
    """Hold the account's mailbox, with a device in it that others can add.

    Raises:
        MailboxHeld: another computer has it, and `take_over` was not said.
        MailboxAltered: what the relay gives was never sealed as a whole.
        AnotherProgram: it is the browser's (ADR 0027).
        RolledBack, WrongPassword: about the account's vault, as `settle`.
    """
    keys = await mailbox_keys(access, entropy)
    held = await access.relay.take_mailbox(TakeMailbox(take_over=take_over))
    try:
        store = await _open(access, keys, held, clock, entropy)
        await settle(store, access, now=clock(), entropy=entropy, keep_session=False)
    except BaseException:
        with contextlib.suppress(CencommError):  # who tries again need not take it over
            await access.relay.release_mailbox(ReleaseMailbox(holder=held.holder))
        raise
    return Holding(store=store, opening=Opening(), clean=held.clean, since=held.since, is_new=held.version == 0)


async def open_held(holding: Holding, journal: Journal, access: Access, environment: Environment) -> Mailbox:
    """The mailbox that we hold; `journal` is on its store. What it sends takes its sealed state along, or waits."""
    relay = access.relay.kept_by(holding.store)
    return await open_mailbox(journal, relay, replace(environment, opening=holding.opening))


async def hand_over(mailbox: Mailbox, store: RoamingStore) -> None:
    """Give the mailbox back, with everything saved: the next computer goes on without a loss.

    Raises:
        OutboxNotEmpty: messages wait here; nothing was given back (D4).
        NotHolder: another computer took the mailbox.
    """
    async with mailbox.lock:
        if left := await store.scan(POSTING_PREFIX):
            raise OutboxNotEmpty(len(left))
        await store.release()


async def _open(
    access: Access, keys: Sequence[MailboxKey], held: HeldMailbox, clock: Clock, entropy: Entropy
) -> RoamingStore:
    sealing = MailboxSealing(keys, access.account, entropy)
    loaded = load(await fetch(access.relay, held), sealing)
    require_own_program(loaded.values)
    store = RoamingStore(
        access.relay,
        sealing,
        holder=held.holder,
        stored=loaded.stored,
        values=loaded.values,
        unread=loaded.unread,
        clock=clock,
    )
    await reseal(store, sealing)
    if len(keys) > LEAST_KEYS:
        await forget_mailbox_keys(access, entropy, newest=keys[-1])
    return store
