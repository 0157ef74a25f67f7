"""Staying in step for as long as the program runs: woken by the relay, believing only ledger and log."""

import asyncio
from collections.abc import Callable
from typing import TypeAlias

from cencomm.client.channel.enactment import enact
from cencomm.client.channel.entrance import introduce_device, refill_key_packages
from cencomm.client.channel.errors import FrozenOperation
from cencomm.client.channel.log_feed import notice_push, sync_channel
from cencomm.client.channel.posting import resume
from cencomm.client.channel.rejecting import send_rejections
from cencomm.client.channel.session import Standing
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.ledger_feed import pin_operation
from cencomm.client.transport.errors import NoSession, NotEntitled, NotFound
from cencomm.client.transport.stream import Connected, Wake
from cencomm.errors import ProtocolError, Unavailable
from cencomm.ids import OperationId
from cencomm.wire.stream import EnrolmentWaits, KeyPackagesLow, LedgerMovedOn, LogPushed, WelcomeWaits

RETRY_SECONDS = 2.0
FIRST_ENACTOR_SECONDS, LAST_ENACTOR_SECONDS = 2.0, 20.0  # C7: so that not everybody commits at once

OnEnrolment = Callable[[OperationId], None]
OnTrouble = Callable[[ProtocolError], None]
Trouble: TypeAlias = ProtocolError | Unavailable


async def catch_up(mailbox: Mailbox) -> None:
    """Everything that ledger and logs hold now, and everything that we still had to send.

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
        await resume(mailbox)
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
    except (NotEntitled, NotFound, FrozenOperation):
        pass  # not admitted yet, revoked, or frozen: what we hold stays readable, the other operations go on
    except (ProtocolError, Unavailable) as trouble:
        troubles.append(trouble)
    return troubles


async def watch(
    mailbox: Mailbox,
    *,
    enacts_at_once: bool = False,
    on_enrolment: OnEnrolment | None = None,
    on_trouble: OnTrouble | None = None,
) -> None:
    """Take part until cancelled. Events go to the journal and to the mailbox's observers.

    Args:
        enacts_at_once: for the archive, which is always there; others wait a random time first (C7).
        on_trouble: is told what ledger, log or relay did wrong, and the watch goes on; without it, that is raised.

    Raises:
        NoSession, WrongSignIn: the sign-in has ended and cannot be renewed.
    """
    await introduce_device(mailbox)
    async with asyncio.TaskGroup() as tasks:
        enactor = _Enactor(mailbox, tasks, on_trouble, at_once=enacts_at_once)
        while True:
            try:
                async with mailbox.relay.stream(entropy=mailbox.environment.entropy) as wakes:
                    async for wake in wakes:
                        try:
                            await _answer(mailbox, wake, enactor, on_enrolment)
                        except ProtocolError as trouble:
                            if on_trouble is None:
                                raise
                            on_trouble(trouble)
            except NoSession:
                await mailbox.relay.renew_session()
                await asyncio.sleep(RETRY_SECONDS)
            except (Unavailable, NotEntitled):  # also: revoked in one operation, and the others go on
                await asyncio.sleep(RETRY_SECONDS)  # the stream begins anew with Connected: nothing is missed


async def _answer(mailbox: Mailbox, wake: Wake, enactor: "_Enactor", on_enrolment: OnEnrolment | None) -> None:
    match wake:
        case Connected():
            try:
                await catch_up(mailbox)
            finally:
                for operation in mailbox.operations:
                    enactor.look_at(operation)
        case LogPushed():
            if wake.operation in mailbox.operations:
                await notice_push(mailbox, wake.operation, wake.channel, wake.entry)
        case LedgerMovedOn():
            if wake.operation in {**mailbox.pins, **mailbox.operations}:
                enactor.look_at(wake.operation)
                _raise_first(await _catch_up_operation(mailbox, wake.operation))
        case WelcomeWaits():
            if wake.operation in {**mailbox.pins, **mailbox.operations}:
                _raise_first(await _catch_up_operation(mailbox, wake.operation))
        case EnrolmentWaits():
            if on_enrolment is not None:
                on_enrolment(wake.operation)
        case KeyPackagesLow():
            await refill_key_packages(mailbox)


class _Enactor:
    """Carries out the ledger in our channels, one look at an operation at a time."""

    def __init__(
        self, mailbox: Mailbox, tasks: asyncio.TaskGroup, on_trouble: OnTrouble | None, *, at_once: bool
    ) -> None:
        self._mailbox = mailbox
        self._tasks = tasks
        self._on_trouble = on_trouble
        self._at_once = at_once
        self._waiting: set[OperationId] = set()

    def look_at(self, operation: OperationId) -> None:
        if operation not in self._waiting:
            self._waiting.add(operation)
            self._tasks.create_task(self._enact(operation))

    async def _enact(self, operation: OperationId) -> None:
        if not self._at_once:
            share = int.from_bytes(self._mailbox.environment.entropy(4), "big") / (1 << 32)
            await asyncio.sleep(FIRST_ENACTOR_SECONDS + share * (LAST_ENACTOR_SECONDS - FIRST_ENACTOR_SECONDS))
        self._waiting.discard(operation)
        for (owner, channel), session in list(self._mailbox.sessions.items()):
            if owner == operation and session.standing is Standing.LIVE:
                try:
                    await enact(self._mailbox, operation, channel)
                except (Unavailable, NotEntitled, NotFound, FrozenOperation):
                    continue  # another is faster, or we are out: the next wake looks again
                except ProtocolError as trouble:
                    if self._on_trouble is None:
                        raise
                    self._on_trouble(trouble)
