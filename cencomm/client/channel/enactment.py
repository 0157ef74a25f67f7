"""Carrying out the ledger in a channel: whoever is there first commits what is left to do (rules C4, C7, L8).

difference -> claim key packages -> stage -> write -> publish -> read back from the log
"""

import asyncio
from collections.abc import Sequence

from cencomm.client.channel.enacting import difference, found, stage, stage_what_fits
from cencomm.client.channel.key_packages import make_bundle
from cencomm.client.channel.log_feed import follow_log
from cencomm.client.channel.newcomers import usable_packages
from cencomm.client.channel.session import ChannelSession, Staged, Standing
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.ledger_feed import follow_ledger
from cencomm.client.transport.errors import (
    AgainstRule,
    ChannelBusy,
    LedgerMoved,
    NoKeyPackage,
    NoSession,
    NotFound,
    Refusal,
    StaleEpoch,
)
from cencomm.errors import AccessDenied, CencommError, ProtocolError, Unavailable
from cencomm.ids import AccountId, ChannelId, OperationId
from cencomm.ledger.log import LogKind
from cencomm.ledger.replay import Ledger
from cencomm.wire.devices import ClaimKeyPackages
from cencomm.wire.limits import MAX_CLAIM_ACCOUNTS
from cencomm.wire.log import Publish
from cencomm.wire.operations import CommitToChannel

MAX_TRIES = 8
LONGEST_WAIT_SECONDS = 10  # for our turn to commit (C7); the longest pause of a large channel, and another's turn


async def enact(mailbox: Mailbox, operation: OperationId, channel: ChannelId) -> bool:
    """Bring the channel's group to what the ledger says, as far as key packages are there.

    Returns:
        Whether a Commit of ours was needed and accepted.
    """
    async with mailbox.lock:
        return await follow_and_enact(mailbox, operation, channel)


async def enact_everywhere(mailbox: Mailbox, operation: OperationId) -> None:
    """`enact` in each channel of the operation in which this device is. One that fails does not stop the others.

    Raises:
        ProtocolError, AccessDenied, Unavailable: the first failure, when all were tried.
    """
    await _forget_phantoms(mailbox, operation)
    first: CencommError | None = None
    for owner, channel in sorted(mailbox.sessions):
        session = mailbox.sessions[(owner, channel)]
        if owner == operation and session.standing is Standing.LIVE:
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

    Nothing tells a member of a new device, so somebody asks for it: its owner on another computer, or a coordinator.

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
            if await _stage_adds(mailbox, session, ledger, packages, removes=()):
                await follow_and_enact(mailbox, operation, channel)
            added += max(0, len(mailbox.sessions[(operation, channel)].leaves()) - before)
    return added


async def follow_and_enact(
    mailbox: Mailbox, operation: OperationId, channel: ChannelId, *, sending: bool = False
) -> bool:
    """As `enact`, for callers that hold the lock; before `sending`, an empty Commit too where one is due (D5)."""
    committed = False
    for _ in range(MAX_TRIES):
        await follow_ledger(mailbox, operation)
        await follow_log(mailbox, operation, channel)
        session = mailbox.sessions.get((operation, channel))
        if session is None or session.standing is not Standing.LIVE:
            return committed
        if session.staged is not None:
            committed |= await _publish(mailbox, session, session.staged)
            continue
        ledger = mailbox.operation(operation).ledger
        if await _stage_difference(mailbox, session, ledger):
            continue
        if not (sending and session.must_commit):
            return committed
        await _stage_update(mailbox, session, ledger)
    raise Unavailable(f"after {MAX_TRIES} tries other Commits are still ahead: try again")


async def _stage_difference(mailbox: Mailbox, session: ChannelSession, ledger: Ledger) -> bool:
    """Whether there was anything to do that can be done now."""
    left = difference(session, ledger, mailbox.certificates)
    packages = await claim(mailbox, session, left.absent)
    return await _stage_adds(mailbox, session, ledger, packages, removes=left.unentitled)


async def _stage_adds(
    mailbox: Mailbox, session: ChannelSession, ledger: Ledger, packages: list[bytes], *, removes: tuple[int, ...]
) -> bool:
    """Whether a Commit was staged: there was somebody to remove, or a package that may be added."""
    adds = usable_packages(
        packages, session, ledger, removes=removes, now=mailbox.environment.clock(), certificates=mailbox.certificates
    )
    if not adds and not removes:
        return False
    staged = stage_what_fits(
        session,
        ledger,
        adds=adds,
        removes=removes,
        certificates=mailbox.certificates,
        entropy=mailbox.environment.entropy,
    )
    if staged is None:
        return False
    await mailbox.write({}, session=staged)
    return True


async def _stage_update(mailbox: Mailbox, session: ChannelSession, ledger: Ledger) -> None:
    """A Commit that adds and removes nobody: its path alone makes the epoch's keys new."""
    certificates, entropy = mailbox.certificates, mailbox.environment.entropy
    staged = stage(session, ledger, adds=(), removes=(), certificates=certificates, entropy=entropy)
    await mailbox.write({}, session=staged)


async def claim(mailbox: Mailbox, session: ChannelSession, accounts: Sequence[AccountId]) -> list[bytes]:
    """Key packages of these accounts' devices. Whoever has none, or is refused, is added once that changed.

    No refusal is raised: an add that has to wait is no reason for a removal to wait with it (C4).

    Raises:
        NoSession: the sign-in has ended.
        Unavailable: the relay cannot be reached.
    """
    packages: list[bytes] = []
    for start in range(0, len(accounts), MAX_CLAIM_ACCOUNTS):
        packages += await _claim_some(mailbox, session, accounts[start : start + MAX_CLAIM_ACCOUNTS])
    return packages


async def _claim_some(mailbox: Mailbox, session: ChannelSession, wanted: Sequence[AccountId]) -> list[bytes]:
    """One request. Refused for somebody whom it does not name, it is made again in halves: each is refused alone."""
    if not wanted:
        return []
    named: frozenset[AccountId] = frozenset()
    try:
        request = ClaimKeyPackages(accounts=tuple(wanted))
        answer = await mailbox.relay.claim(session.operation, session.channel, request)
    except NoSession:
        raise
    except NoKeyPackage as without:
        named = frozenset(without.details.accounts or ())
    except (AgainstRule, NotFound):
        pass
    except Refusal:  # a quota, or the relay cannot: halves would fare no better
        return []
    else:
        return [package.key_package for package in answer.packages]
    rest = [account for account in wanted if account not in named]
    if len(rest) < len(wanted):
        return await _claim_some(mailbox, session, rest)
    if len(wanted) == 1:
        return []
    half = len(wanted) // 2
    return [
        *await _claim_some(mailbox, session, wanted[:half]),
        *await _claim_some(mailbox, session, wanted[half:]),
    ]


async def _publish(mailbox: Mailbox, session: ChannelSession, staged: Staged) -> bool:
    """Whether the relay accepted our Commit; if another was first, ours is dropped as the log shows it (S3)."""
    request = Publish(
        send_id=staged.send_id,
        kind=LogKind.COMMIT,
        message=staged.message,
        welcome=staged.welcome,
        ratchet_tree=staged.ratchet_tree,
    )
    try:
        await mailbox.relay.publish(session.operation, session.channel, session.generation, request)
    except ChannelBusy as busy:
        wait = busy.details.retry_after
        if wait is None or wait > LONGEST_WAIT_SECONDS:
            raise
        await asyncio.sleep(wait)
        return False
    except LedgerMoved:
        await drop_staged(mailbox, session)
        return False
    except StaleEpoch:
        await follow_log(mailbox, session.operation, session.channel)
        return False
    return True


async def drop_staged(mailbox: Mailbox, session: ChannelSession) -> None:
    """Forget a Commit that the relay refused: it answered, so the Commit is not in the log and never will be."""
    await mailbox.write({}, session=session.without_staged())


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


def found_channel(mailbox: Mailbox, operation: OperationId, channel: ChannelId, ledger: Ledger) -> ChannelSession:
    """Our session at epoch 0 of a new channel, alone in its group, with its first Commit staged (L8)."""
    entropy = mailbox.environment.entropy
    bundle = make_bundle(mailbox.device, now=mailbox.environment.clock(), last_resort=False, entropy=entropy)
    session = found(operation, channel, ledger, bundle=bundle, entropy=entropy)
    return stage(session, ledger, adds=(), removes=(), certificates=mailbox.certificates, entropy=entropy)
