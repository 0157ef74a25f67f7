"""The sample operation comes to be: charter, forms, letters, enrolments, admissions, channels.

Nobody is a special case: each step is the one that a real coordination unit and real officers take.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from cencomm.client.channel.enactment import enact
from cencomm.client.duties import do_duties
from cencomm.client.history.holdings import StoredHoldings
from cencomm.client.history.serving import HistoryServer
from cencomm.client.mailbox import Mailbox
from cencomm.client.reports import Reports
from cencomm.client.unit import admission, as_planned, declaring
from cencomm.demo.cast import Part
from cencomm.demo.member import Member
from cencomm.errors import Unavailable
from cencomm.forms.operation import ChannelPurpose, OperationPlan
from cencomm.ids import BlobId, ChannelId, OperationId
from cencomm.ledger.kinds import Phase
from cencomm.ledger.letter import AccessLetter

DUTY_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where the play takes place."""

    operation: OperationId
    channel: ChannelId  # the main one: everybody reads it
    forms: Mapping[str, BlobId]


async def found(founder: Member, plan: OperationPlan, reports: Reports) -> Stage:
    """The operation with its forms and its main channel, the founder alone in it."""
    mailbox = founder.mailbox
    operation = await as_planned.charter(mailbox, plan, founder.part.profile().encode())
    await as_planned.publish_forms(mailbox, operation, plan)
    await declaring.change_phase(mailbox, operation, Phase.OPERATIONAL)
    (main,) = (channel for channel in plan.channels if channel.kind is ChannelPurpose.MAIN)
    channel = await as_planned.open_planned(mailbox, operation, main)
    return Stage(operation=operation, channel=channel, forms=reports.newest(mailbox.operation(operation)))


async def invite(founder: Member, stage: Stage, part: Part) -> AccessLetter:
    return await admission.invite(founder.mailbox, stage.operation, role=part.role, profile=part.profile().encode())


async def open_side_channels(founder: Member, members: Sequence[Member], stage: Stage, plan: OperationPlan) -> None:
    """The plan's other channels, with their members in them."""
    mailbox = founder.mailbox
    accounts = {member.part.name: member.mailbox.identity.account for member in members}
    for planned in plan.channels:
        if planned.kind is ChannelPurpose.MAIN:
            continue
        filled = [accounts[name] for name in planned.posts]
        channel = await as_planned.open_planned(mailbox, stage.operation, planned, filled)
        await enact(mailbox, stage.operation, channel)


async def admit_all(mailbox: Mailbox, stage: Stage) -> int:
    """How many of those who wait were admitted: all whose code is one of our letters'."""
    admitted, _strangers = await admission.admit_waiting(mailbox, stage.operation)
    return len(admitted)


@contextlib.asynccontextmanager
async def unit_on_duty(mailbox: Mailbox, stage: Stage) -> AsyncIterator[None]:
    """For the block: who comes with a letter of ours is admitted within seconds, the unit is heard, and gives history.

    Where the archive does not read, as in a release channel, nobody else is there who could: its readers would be told
    all night that what they see may be out of date (H3), and that what was said before has not come (H2).
    """

    async def look() -> None:
        while True:
            with contextlib.suppress(Unavailable):  # the relay is away: those who wait go on waiting
                await admit_all(mailbox, stage)
            await asyncio.sleep(DUTY_SECONDS)

    async with asyncio.TaskGroup() as tasks:
        server = HistoryServer(mailbox, StoredHoldings(mailbox.store))
        duties = [tasks.create_task(look()), tasks.create_task(do_duties(server))]
        try:
            yield
        finally:
            for duty in duties:
                duty.cancel()
