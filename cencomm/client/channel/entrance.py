"""Entering a channel: the Welcome that waits at the relay, the Commit in the log that it belongs to (rule C9)."""

import contextlib

from cencomm.client.channel import joining, key_packages
from cencomm.client.channel.errors import RelayWithholds
from cencomm.client.channel.joining import Joined
from cencomm.client.channel.rejecting import reject_welcome, send_rejections, was_rejected
from cencomm.client.channel.session import ChannelSession, Standing, log_hash_key
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.ledger_feed import follow_ledger
from cencomm.client.transport.errors import NotFound
from cencomm.errors import AccessDenied, ProtocolError, Unavailable
from cencomm.ids import ChannelId, OperationId
from cencomm.ledger.channel import FIRST_GENERATION
from cencomm.ledger.refusal import LedgerBehind
from cencomm.mls.errors import NotForUs
from cencomm.wire.devices import PutKeyPackages, RegisterDevice
from cencomm.wire.welcomes import WaitingWelcome


async def enter(mailbox: Mailbox, operation: OperationId, channel: ChannelId) -> ChannelSession | None:
    """Our session in the channel, if the ledger entitles us and somebody added this device (again); else None: wait.

    Raises:
        ProtocolError: the Welcome does not lead to the operation's group. The members are told; one of them adds
            us again.
    """
    if channel not in mailbox.entitled_channels(operation):
        return None
    generation = mailbox.operation(operation).ledger.channels[channel].generation
    if generation > FIRST_GENERATION and (operation, channel) not in mailbox.sessions:
        ended = await _enter_ended(mailbox, operation, channel, generation - 1)
        if ended is not None:
            return ended
    return await _enter(mailbox, operation, channel, generation)


async def _enter_ended(
    mailbox: Mailbox, operation: OperationId, channel: ChannelId, generation: int
) -> ChannelSession | None:
    """The group that a restart ended while we were away: what was said in it up to the cut is ours to read (ADR 0008).

    Whatever is wrong with it, nobody needs to be told: the channel goes on in another.
    """
    try:
        return await _enter(mailbox, operation, channel, generation)
    except (ProtocolError, NotFound):
        return None


async def _enter(
    mailbox: Mailbox, operation: OperationId, channel: ChannelId, generation: int
) -> ChannelSession | None:
    answer = await mailbox.relay.welcomes(operation, channel, generation)
    left = _left(mailbox, operation, channel, generation)
    mine = [one for one in answer.welcomes if one.device == mailbox.device.device and _is_news(one, left)]
    for waiting in reversed(mine):
        if not await was_rejected(mailbox, waiting):
            return await _join(mailbox, operation, channel, generation, waiting)
    return None


def _left(mailbox: Mailbox, operation: OperationId, channel: ChannelId, generation: int) -> ChannelSession | None:
    """Our former place in this generation's group."""
    left = mailbox.sessions.get((operation, channel))
    return left if left is not None and left.generation == generation else None


def _is_news(waiting: WaitingWelcome, left: ChannelSession | None) -> bool:
    """Whether it came after what we know; a Commit may remove us and add us again at once."""
    if left is None:
        return True
    return waiting.sequence > left.sequence or (waiting.sequence == left.sequence and left.standing is Standing.REMOVED)


async def _join(
    mailbox: Mailbox, operation: OperationId, channel: ChannelId, generation: int, waiting: WaitingWelcome
) -> ChannelSession | None:
    page = await mailbox.relay.log(operation, channel, generation, after=waiting.sequence - 1, limit=1)
    stock = await key_packages.load_stock(mailbox.store)
    left = _left(mailbox, operation, channel, generation)

    def judge() -> Joined:
        return joining.join(
            operation,
            channel,
            mailbox.operation(operation).ledger,
            generation=generation,
            waiting=waiting,
            page=page,
            bundles=stock,
            admitted_at=mailbox.membership(operation).admitted_at,
            last_epoch=None if left is None else left.group.epoch,
            certificates=mailbox.certificates,
        )

    try:
        try:
            joined = judge()
        except LedgerBehind:
            await follow_ledger(mailbox, operation)
            joined = judge()
    except LedgerBehind:
        raise RelayWithholds("the Welcome stands on ledger entries that the relay does not show") from None
    except ProtocolError as error:
        await mailbox.write(reject_welcome(mailbox, operation, channel, generation, waiting, page, error))
        await send_rejections(mailbox)
        if isinstance(error, NotForUs):  # nobody's fault: our key package is gone, as after a backup was put back
            return None
        raise
    opening, session = mailbox.environment.opening, joined.session
    if opening is not None:
        session = opening.joined(session)
    key = (operation, channel)
    writes: dict[str, bytes | None] = {log_hash_key(session, old): None for old in mailbox.log_hashes.get(key, {})}
    writes[log_hash_key(session, session.sequence)] = session.log_hash
    writes |= key_packages.used_writes(joined.bundle, now=mailbox.environment.clock())
    await mailbox.write(writes, session=session)
    mailbox.log_hashes[key] = {session.sequence: session.log_hash}
    with contextlib.suppress(Unavailable, AccessDenied):  # it bounds what the relay keeps, and nothing depends on it
        await mailbox.relay.forget_welcome(operation, channel, generation, waiting.device, waiting.sequence)
    return session


async def introduce_device(mailbox: Mailbox) -> None:
    """Make the device known to the relay and fill its stock of key packages; harmless to repeat."""
    await mailbox.relay.register_device(RegisterDevice(certificate=mailbox.device.certificate))
    await refill_key_packages(mailbox)


async def refill_key_packages(mailbox: Mailbox) -> None:
    """So many one-time packages wait at the relay that nobody needs to be added by the last resort (C8).

    A last resort that served is replaced, and private halves that are of no more use are deleted.
    """
    now = mailbox.environment.clock()
    waiting = await mailbox.relay.waiting_key_packages(mailbox.device.device)
    async with mailbox.lock:
        stock, used = await key_packages.load_stock(mailbox.store), await key_packages.load_used(mailbox.store)
        if dead := key_packages.dead_writes(stock, used, now=now):
            await mailbox.write(dead)
    last_resort = waiting.last_resort and key_packages.has_fresh_last_resort(stock, used)
    if waiting.remaining >= key_packages.REFILL_BELOW and last_resort:
        return
    await _publish_new(mailbox, max(0, key_packages.STOCK - waiting.remaining), last_resort=not last_resort)


async def replace_key_packages(mailbox: Mailbox) -> None:
    """From now on nobody is handed a key package of ours that was published before.

    For a device whose state was put back: the private halves of what it published since are lost, so that whoever adds
    it by one of those adds it in vain.
    """
    await _publish_new(mailbox, key_packages.STOCK, last_resort=True, alone=True)


async def _publish_new(mailbox: Mailbox, one_time: int, *, last_resort: bool, alone: bool = False) -> None:
    device, now, entropy = mailbox.device, mailbox.environment.clock(), mailbox.environment.entropy
    made = [key_packages.make_bundle(device, now=now, last_resort=False, entropy=entropy) for _ in range(one_time)]
    last = [key_packages.make_bundle(device, now=now, last_resort=True, entropy=entropy)] if last_resort else []
    async with mailbox.lock:
        await mailbox.write(key_packages.stock_writes([*made, *last]))
    await mailbox.relay.put_key_packages(
        device.device,
        PutKeyPackages(
            one_time=tuple(bundle.key_package.encode() for bundle in made),
            last_resort=last[0].key_package.encode() if last else None,
            alone=alone,
        ),
    )
