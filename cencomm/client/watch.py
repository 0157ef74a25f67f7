"""Staying in step for as long as the program runs: woken by the relay, believing only ledger and log."""

import asyncio
from collections.abc import Callable
from typing import TypeAlias

from cencomm.client.channel.enactment import Sleep
from cencomm.client.channel.entrance import introduce_device, refill_key_packages
from cencomm.client.channel.errors import FrozenOperation
from cencomm.client.channel.log_feed import notice_push, sync_channel
from cencomm.client.channel.posting import resume_with_files, resume_without_files
from cencomm.client.channel.rejecting import send_rejections
from cencomm.client.enactor import Enactor, OnTrouble
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.ledger_feed import pin_operation
from cencomm.client.operation.unit import find_unit_channel
from cencomm.client.transport.errors import NoSession, NotEntitled, NotFound
from cencomm.client.transport.stream import Connected, Wake
from cencomm.client.unit.cosigning import complete_cosigned
from cencomm.errors import AccessDenied, ProtocolError, Unavailable
from cencomm.ids import OperationId
from cencomm.wire.stream import (
    EnrolmentWaits,
    HistoryMoved,
    KeyPackagesLow,
    LedgerMovedOn,
    LogPushed,
    RejectionStored,
    WelcomeWaits,
)

RETRY_SECONDS = 2.0

OnWait = Callable[[Unavailable | None], None]
"""(why nothing can be done for now: relay, disk or database; None: all was looked at, and it goes on)"""

OnEnrolment = Callable[[OperationId], None]
Trouble: TypeAlias = ProtocolError | Unavailable


async def catch_up(mailbox: Mailbox) -> None:
    """Everything that ledger and logs hold now, and what we still had to send, but for messages with files.

    A trouble in one place keeps nobody from the others: it is raised when all of them were looked at.

    Raises:
        ProtocolError, Unavailable: the first trouble.
    """
    troubles: list[Trouble] = []
    for operation in {**mailbox.pins, **mailbox.operations}:
        troubles += await _catch_up_operation(mailbox, operation)
    try:
        async with mailbox.lock:
            await send_rejections(mailbox)
        await resume_without_files(mailbox)
    except (ProtocolError, Unavailable) as trouble:
        troubles.append(trouble)
    _raise_first(troubles)


def _raise_first(troubles: list[Trouble]) -> None:
    if troubles:
        raise troubles[0]


async def _catch_up_operation(mailbox: Mailbox, operation: OperationId) -> list[Trouble]:
    troubles: list[Trouble] = []
    try:
        await pin_operation(mailbox, operation)
        for channel in mailbox.entitled_channels(operation):
            try:
                await sync_channel(mailbox, operation, channel)
            except (ProtocolError, Unavailable) as trouble:
                troubles.append(trouble)
        await complete_cosigned(mailbox, operation)
    except (NotEntitled, NotFound, FrozenOperation):
        pass  # not admitted yet, revoked, or frozen: what we hold stays readable, the other operations go on
    except (ProtocolError, Unavailable) as trouble:
        troubles.append(trouble)
    return troubles


async def _catch_up_and_send(mailbox: Mailbox, operation: OperationId) -> None:
    """Into a group that stands anew goes at once what waited for it (C11)."""
    _raise_first(await _catch_up_operation(mailbox, operation))
    await resume_without_files(mailbox)


async def watch(
    mailbox: Mailbox,
    *,
    enacts_at_once: bool = False,
    on_enrolment: OnEnrolment | None = None,
    on_trouble: OnTrouble | None = None,
    on_wait: OnWait | None = None,
    sleep: Sleep = asyncio.sleep,
) -> None:
    """Take part until cancelled. Events go to the journal and to the mailbox's observers.

    Args:
        enacts_at_once: for the archive, which is always there; others wait a random time first (C7).
        on_trouble: is told what ledger, log or relay did wrong, and the watch goes on; without it, that is raised.
        on_wait: is told of a fault that the watch waits out: a disk that is full looks to the relay like a member who
            is there. A line that breaks is no such fault: the stream begins anew.

    Raises:
        NoSession, WrongSignIn: the sign-in has ended and cannot be renewed.
    """
    await introduce_device(mailbox)
    async with asyncio.TaskGroup() as tasks:
        enactor = Enactor(mailbox, tasks, on_trouble, at_once=enacts_at_once, sleep=sleep)
        while True:
            try:
                async with mailbox.relay.stream(entropy=mailbox.environment.entropy) as wakes:
                    async for wake in wakes:
                        if isinstance(wake, Connected | LedgerMovedOn | WelcomeWaits):
                            tasks.create_task(_send_files(mailbox, on_trouble))
                        try:
                            await _answer(mailbox, wake, enactor, on_enrolment)
                        except ProtocolError as trouble:
                            if on_trouble is None:
                                raise
                            on_trouble(trouble)
                        if on_wait is not None and isinstance(wake, Connected):
                            on_wait(None)
            except NoSession:
                await mailbox.relay.renew_session()
                await asyncio.sleep(RETRY_SECONDS)
            except (Unavailable, NotEntitled) as fault:  # also: revoked in one operation, and the others go on
                if on_wait is not None and isinstance(fault, Unavailable):
                    on_wait(fault)
                await asyncio.sleep(RETRY_SECONDS)  # the stream begins anew with Connected: nothing is missed


async def _send_files(mailbox: Mailbox, on_trouble: OnTrouble | None) -> None:
    """Beside the wake-ups: what is received does not wait for what is uploaded."""
    try:
        await resume_with_files(mailbox)
    except (Unavailable, AccessDenied):
        return  # the next connection looks again
    except ProtocolError as trouble:
        if on_trouble is None:
            raise
        on_trouble(trouble)


async def _answer(mailbox: Mailbox, wake: Wake, enactor: Enactor, on_enrolment: OnEnrolment | None) -> None:
    match wake:
        case Connected():
            mailbox.history_bell.ring()  # for what was pushed while nobody listened
            try:
                await catch_up(mailbox)
            finally:
                for operation in mailbox.operations:
                    enactor.look_at(operation)
        case LogPushed():
            if wake.operation in mailbox.operations:
                await notice_push(mailbox, wake.operation, wake.channel, wake.entry)
                if wake.channel == find_unit_channel(mailbox.operation(wake.operation)):
                    await complete_cosigned(mailbox, wake.operation)
        case LedgerMovedOn():
            if wake.operation in mailbox.operations:
                enactor.look_at(wake.operation)
                await _catch_up_and_send(mailbox, wake.operation)
            elif wake.operation in mailbox.pins:  # admitted just now: nothing can be enacted before it is known
                await _catch_up_and_send(mailbox, wake.operation)
                if wake.operation in mailbox.operations:
                    enactor.look_at(wake.operation)
        case WelcomeWaits():
            if wake.operation in {**mailbox.pins, **mailbox.operations}:
                await _catch_up_and_send(mailbox, wake.operation)
        case EnrolmentWaits():
            if on_enrolment is not None:
                on_enrolment(wake.operation)
        case RejectionStored():
            if wake.operation in mailbox.operations:
                enactor.look_at(wake.operation)  # somebody may ask to be let in again (C9, C10)
        case HistoryMoved():
            mailbox.history_bell.ring()
        case KeyPackagesLow():
            await refill_key_packages(mailbox)
