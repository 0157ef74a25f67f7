"""A duty post whose mailbox roams (D4, D5): people sit down, say something, sign out; or are cut off in the middle."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from cencomm.client.account.account import keep_pins, sign_up
from cencomm.client.account.session import Access
from cencomm.client.errors import OutboxNotEmpty
from cencomm.client.mailbox import Environment, Mailbox
from cencomm.client.roaming.holding import Holding, hand_over, open_held, take
from cencomm.client.transport.errors import NoSession, NotHolder
from cencomm.client.transport.relay_client import open_relay
from cencomm.client.vault.journal import VaultJournal
from cencomm.client.watch import catch_up
from cencomm.clock import system_clock
from cencomm.errors import Unavailable
from cencomm.secret import system_entropy
from tests.faults.journal import Line, Word, tell
from tests.faults.part import Part
from tests.faults.talking import RETRY_SECONDS, Talker

MESSAGES = 12  # of one sitting; each sitting is a Commit, and an account has 120 an hour in a channel (C7)
PATIENCE = 50  # tries to sign out; then the next one takes the mailbox over


@dataclass(frozen=True, slots=True)
class Seat:
    access: Access
    holding: Holding
    mailbox: Mailbox


async def serve(part: Part) -> None:
    """One after the other, for ever. Each takes the mailbox over: the one before may not have signed out."""
    while True:
        try:
            await _sit(part)
        except (Unavailable, NotHolder, NoSession):
            await asyncio.sleep(RETRY_SECONDS)


@contextlib.asynccontextmanager
async def at_a_shared_computer(part: Part) -> AsyncIterator[Seat]:
    """The mailbox in hand, whoever had it before. Leaving the block is pulling the computer's plug."""
    async with open_relay(part.relay) as relay:
        access = await sign_up(relay, name=part.name, password=part.password, entropy=system_entropy)
        holding = await take(access, take_over=True, clock=system_clock, entropy=system_entropy)
        environment = Environment(clock=system_clock, entropy=system_entropy, judge_report=part.reports.judge)
        yield Seat(access, holding, await open_held(holding, VaultJournal(holding.store), access, environment))


async def _sit(part: Part) -> None:
    async with at_a_shared_computer(part) as seat:
        mailbox = seat.mailbox
        await part.join(mailbox)
        tell(Line(Word.OPENED))
        while part.letter.operation not in mailbox.operations:
            await catch_up(mailbox)
            await asyncio.sleep(RETRY_SECONDS)
        talker = Talker.of(mailbox, part.reports, part.rows, part.go, polls=True)
        await talker.talk(messages=MESSAGES)
        for _ in range(PATIENCE):
            try:
                await talker.settle()
                await keep_pins(mailbox, seat.access)
                await hand_over(mailbox, seat.holding.store)
                await seat.access.relay.sign_out()
            except (Unavailable, OutboxNotEmpty):
                await asyncio.sleep(RETRY_SECONDS)
            else:
                tell(Line(Word.HANDED_OVER))
                return
