"""`cencomm operation restart`: a channel goes on in a new group, when there are grounds for it (C11)."""

import asyncio

import click

from cencomm.client.account.account import keep_pins
from cencomm.client.channel.posting import resume
from cencomm.client.channel.readership import members
from cencomm.client.commands.choosing import choose_channel, choose_operation, operation_option
from cencomm.client.commands.presenter import load_presenter
from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.client.desk import open_desk
from cencomm.client.events import MessageDelivered
from cencomm.client.inbox import messages
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.ledger_feed import sync_operation
from cencomm.client.operation.operation import Operation
from cencomm.client.presenting import Presenter
from cencomm.client.terminal import Terminal
from cencomm.client.unit import restarting
from cencomm.client.unit.restarting import Grounds
from cencomm.errors import UsageError
from cencomm.ids import OperationId
from cencomm.ledger.kinds import RestartReason

REASONS = {
    RestartReason.DOES_NOT_PROCESS: "This program cannot follow the Commit behind log entry {sequence}.",
    RestartReason.REJECTED: "Two members or more cannot follow the Commit behind log entry {sequence}.",
    RestartReason.NO_LIVE_LEAF: "Nobody who belongs to the channel is left in its group; its log ends at {sequence}.",
    RestartReason.LOG_LOST: "The relay's log is shorter than it signed; we have it in common up to entry {sequence}.",
}


@click.command(cls=TranslatedCommand)
@click.argument("channel")
@option("--yes", is_flag=True, help="Do not ask again.")
@operation_option
@click.pass_obj
def restart(terminal: Terminal, channel: str, operation: str | None, *, yes: bool) -> None:
    """Let CHANNEL (the beginning of its title) go on in a new group, if something stopped the old one."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            mailbox, chosen = desk.mailbox, choose_operation(desk.mailbox, operation)
            known = await sync_operation(mailbox, chosen)
            presenter = load_presenter(terminal, desk.reports)
            which = choose_channel(known, mailbox.entitled_channels(chosen), channel, presenter)
            grounds = await restarting.find_grounds(mailbox, chosen, which)
            if grounds is None:
                raise UsageError("nothing stops this channel that a restart would cure: nothing was changed")
            _show(terminal, presenter, known, grounds)
            behind = await behind_cut(mailbox, chosen, grounds)
            if behind:
                terminal.tell(
                    "Behind the cut: {count} of the messages here; the oldest was written {when}.",
                    count=len(behind),
                    when=presenter.instant(min(one.envelope.body.written_at for one in behind)),
                )
            terminal.confirm("Restart the channel?", yes=yes)
            await restarting.restart(mailbox, chosen, grounds)
            await resume(mailbox)
            await keep_pins(mailbox, desk.access)
        terminal.show(
            terminal.say("The channel goes on in a new group. What was sent behind the cut is sent again."),
            {
                "channel": which.hex(),
                "generation": grounds.generation + 1,
                "reason": grounds.reason.name.lower(),
                "cut": grounds.cut_sequence,
            },
        )

    asyncio.run(run())


async def behind_cut(mailbox: Mailbox, operation: OperationId, grounds: Grounds) -> list[MessageDelivered]:
    """The messages in this mailbox that the restart cuts off: whoever has not read them depends on their authors."""
    return [
        item.message
        async for item in messages(mailbox, operation)
        if (item.message.place.channel, item.message.place.generation) == (grounds.channel, grounds.generation)
        and item.message.place.sequence > grounds.cut_sequence
    ]


def _show(terminal: Terminal, presenter: Presenter, known: Operation, grounds: Grounds) -> None:
    names = {one.member.identity_key: presenter.person(one) for one in members(known)}
    terminal.tell(REASONS[grounds.reason], sequence=grounds.cut_sequence)
    if grounds.committer is not None:
        terminal.tell("The Commit came from: {name}", name=names.get(grounds.committer, "?"))
    for rejecter in grounds.rejecters:
        terminal.tell("Rejected by: {name}", name=names.get(rejecter, "?"))
    terminal.tell("The ledger keeps these names for ever. They say nothing about anybody's guilt.")
