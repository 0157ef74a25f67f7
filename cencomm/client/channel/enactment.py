"""Carrying out the ledger in a channel: whoever is there first commits what is left to do (rules C4, C7, L8).

difference -> claim key packages -> stage -> write -> publish -> read back from the log
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence

from cencomm.client.channel.claiming import claim
from cencomm.client.channel.founding import waits_for_us
from cencomm.client.channel.log_feed import follow_log
from cencomm.client.channel.patience import Patience
from cencomm.client.channel.publishing import publish_commit
from cencomm.client.channel.readmission import unusable_leaves
from cencomm.client.channel.session import ChannelSession, Standing
from cencomm.client.channel.staging import stage_adds, stage_difference, stage_group, stage_update, worth_a_claim
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.ledger_feed import follow_ledger
from cencomm.client.transport.errors import (
    AgainstRule,
    ChannelBusy,
    Refusal,
)
from cencomm.errors import AccessDenied, CencommError, ProtocolError, Unavailable
from cencomm.ids import AccountId, ChannelId, OperationId
from cencomm.ledger.log import LogKind
from cencomm.wire.devices import FurtherDevice
from cencomm.wire.limits import LOSSES_BEFORE_TURN
from cencomm.wire.operations import CommitToChannel

MAX_TRIES = 8
REFUSALS_BEFORE_NO_ADDS = 2  # the Commit as it was staged, maybe long ago, then one with packages just claimed (C8)
LONGEST_WAIT_SECONDS = 10  # for our turn to commit (C7); the longest pause of a large channel, and another's turn

Sleep = Callable[[float], Awaitable[None]]
"""seconds -> when they have passed; tests pass one that they wind themselves."""


async def enact(
    mailbox: Mailbox,
    operation: OperationId,
    channel: ChannelId,
    *,
    devices: Sequence[FurtherDevice] = (),
    patience: Patience | None = None,
    sleep: Sleep = asyncio.sleep,
) -> bool:
    """Bring the channel's group to what the ledger says, as far as key packages are there, and let in again who asks.

    Waiting for our turn to commit (C7) holds nothing up: the mailbox sends and reads meanwhile.

    Args:
        devices: of members, as the relay lists them; those without a leaf here are added too.
        patience: with those of them that were claimed for in vain.

    Returns:
        Whether a Commit of ours was needed and accepted.

    Raises:
        ChannelBusy: it is not our turn for longer than LONGEST_WAIT_SECONDS.
    """
    while True:
        try:
            async with mailbox.lock:
                return await _carry_out(mailbox, operation, channel, devices=devices, patience=patience, readmits=True)
        except ChannelBusy as busy:
            await _await_turn(busy, sleep)


async def enact_everywhere(mailbox: Mailbox, operation: OperationId) -> None:
    """`enact` in each channel of the operation that is open to us. One that fails does not stop the others.

    Raises:
        ProtocolError, AccessDenied, Unavailable: the first failure, when all were tried.
    """
    await _forget_phantoms(mailbox, operation)
    first: CencommError | None = None
    for channel in sorted(mailbox.entitled_channels(operation)):
        try:
            await enact(mailbox, operation, channel)
        except (ProtocolError, AccessDenied, Unavailable) as trouble:
            first = first or trouble
    if first is not None:
        raise first


async def _forget_phantoms(mailbox: Mailbox, operation: OperationId) -> None:
    """Sessions of channels that never came to be: their entry did not reach the relay, and nobody told us so (L8)."""
    async with mailbox.lock:
        ledger = (await follow_ledger(mailbox, operation)).ledger
        for (owner, channel), session in list(mailbox.sessions.items()):
            if owner == operation and channel not in ledger.channels:
                await mailbox.forget_session(session)


async def add_devices(mailbox: Mailbox, operation: OperationId, account: AccountId) -> int:
    """Add the account's further devices to our channels: those that have key packages at the relay and no leaf.

    Programs that stay online do so by themselves, once they looked (further_devices); this is for who will not wait.

    Returns:
        How many leaves were added, over all channels.
    """
    added = 0
    for owner, channel in sorted(mailbox.sessions):
        if owner != operation or channel not in mailbox.entitled_channels(operation):
            continue
        async with mailbox.lock:
            await follow_and_enact(mailbox, operation, channel)
            session, ledger = mailbox.sessions[(operation, channel)], mailbox.operation(operation).ledger
            if session.standing is not Standing.LIVE:
                continue
            packages = await claim(mailbox, session, (account,))
            before = len(session.leaves())
            if await stage_adds(mailbox, session, ledger, packages, removes=(), asking={}) is not None:
                await follow_and_enact(mailbox, operation, channel)
            added += max(0, len(mailbox.sessions[(operation, channel)].leaves()) - before)
    return added


async def follow_and_enact(
    mailbox: Mailbox, operation: OperationId, channel: ChannelId, *, sending: bool = False
) -> bool:
    """As `enact`, for callers that hold the lock, and keep it while they wait for their turn.

    Before `sending`, an empty Commit is made too where one is due (D5).
    """
    while True:
        try:
            return await _carry_out(mailbox, operation, channel, sending=sending)
        except ChannelBusy as busy:
            await _await_turn(busy, asyncio.sleep)


async def _await_turn(busy: ChannelBusy, sleep: Sleep) -> None:
    wait = busy.details.retry_after
    if wait is None or wait > LONGEST_WAIT_SECONDS:
        raise busy
    await sleep(wait)


async def _carry_out(
    mailbox: Mailbox,
    operation: OperationId,
    channel: ChannelId,
    *,
    devices: Sequence[FurtherDevice] = (),
    patience: Patience | None = None,
    sending: bool = False,
    readmits: bool = False,
) -> bool:
    """Whoever lost a race computes what is left and commits only that; after two, asks for the next turn (C7).

    A Commit that a rule forbids holds nothing up: it is made anew, then without Adds, which wait for another day.

    Raises:
        AgainstRule: that one was refused too; or nothing but Adds is left to do, and no message waits for it.
    """
    committed, losses, patience = False, 0, patience or Patience()
    refusals: list[AgainstRule] = []
    for _ in range(MAX_TRIES):
        await follow_ledger(mailbox, operation)
        await follow_log(mailbox, operation, channel)
        session = mailbox.sessions.get((operation, channel))
        adds = len(refusals) < REFUSALS_BEFORE_NO_ADDS
        if session is None or session.standing is not Standing.LIVE:
            if not await waits_for_us(mailbox, operation, channel):
                return committed
            await stage_group(mailbox, operation, channel, adds=adds)
            continue
        if session.staged is not None:
            try:
                won = await publish_commit(mailbox, session, session.staged)
            except AgainstRule as refused:
                if not adds:
                    raise
                refusals.append(refused)
                continue
            committed, losses = committed or won, 0 if won else losses + 1
            if losses == LOSSES_BEFORE_TURN:
                await _ask_for_turn(mailbox, session)
            continue
        ledger = mailbox.operation(operation).ledger
        again = await unusable_leaves(mailbox, session) if readmits and adds else []
        further = worth_a_claim(mailbox, session, devices, patience) if adds else []
        if await stage_difference(mailbox, session, ledger, again, further, patience, adds=adds):
            continue
        if not (sending and session.must_commit):
            if refusals and not (committed or sending):
                raise refusals[-1]
            return committed
        await stage_update(mailbox, session, ledger)
    raise Unavailable(f"after {MAX_TRIES} tries other Commits are still ahead: try again")


async def _ask_for_turn(mailbox: Mailbox, session: ChannelSession) -> None:
    """Without one we go on as before: another has it, or the relay counts otherwise."""
    with contextlib.suppress(Refusal):
        await mailbox.relay.reserve_turn(session.operation, session.channel, session.generation)


def staged_commit(session: ChannelSession) -> CommitToChannel:
    """The staged Commit as it travels beside the `channel` or `admit` entry that it enacts (L3)."""
    staged = session.staged
    assert staged is not None  # the caller staged it
    return CommitToChannel(
        channel=session.channel,
        generation=session.generation,
        send_id=staged.send_id,
        kind=LogKind.COMMIT,
        message=staged.message,
        welcome=staged.welcome,
        ratchet_tree=staged.ratchet_tree,
    )
