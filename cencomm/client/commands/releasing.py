"""`release`: give what is not personal of one's own seizure to CEN."""

import asyncio

import click

from cencomm.client import inbox as inboxes
from cencomm.client.account.account import keep_pins
from cencomm.client.channel.posting import Draft, send
from cencomm.client.channel.readership import reader
from cencomm.client.commands.choosing import choose_channel
from cencomm.client.commands.presenter import load_presenter
from cencomm.client.commands.synchronising import synchronise
from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.client.desk import open_desk
from cencomm.client.events import MessageDelivered
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.operation import Operation
from cencomm.client.presenting import Presenter
from cencomm.client.releasing import RELEASE, is_owner, released_values
from cencomm.client.terminal import Terminal
from cencomm.errors import UsageError
from cencomm.forms.envelope import Body, Tlp
from cencomm.ids import ChannelId
from cencomm.ledger.kinds import ChannelKind

SEIZURE = "seizure"


@click.command(cls=TranslatedCommand)
@click.argument("number", type=int)
@option("--channel", help="Title of the release channel; else the only one.")
@option("--yes", is_flag=True, help="Do not ask after naming what is withheld and the readers.")
@click.pass_obj
def release(terminal: Terminal, number: int, channel: str | None, *, yes: bool) -> None:
    """Release your seizure, message NUMBER, to CEN, without anything personal. Shows first what is withheld."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            mailbox, reports = desk.mailbox, desk.reports
            await synchronise(desk)
            message = (await inboxes.message(mailbox, number)).message
            known = mailbox.operation(message.place.operation)
            presenter = load_presenter(terminal, reports)
            place = _release_channel(mailbox, known, channel, presenter)
            blob = reports.newest(known).get(RELEASE)
            if blob is None:
                raise UsageError("the operation has no form 'release': the unit publishes it first")
            _judge_owner(mailbox, known, message)
            report = reports.report(known, message.envelope.form, message.envelope.body)
            if report.form.name != SEIZURE:
                raise UsageError(f"message {number} is of the form {report.form.name!r}: only seizures are released")
            released = released_values(report, reports.form(known, blob))
            body = Body(
                values=released.values,
                language=message.envelope.body.language,
                written_at=terminal.clock(),
                handling=message.envelope.body.handling,
                tlp=message.envelope.body.tlp,
            )
            reports.judge_place(known, place, reports.form(known, blob), body)
            for path in released.withheld:
                terminal.tell("withheld: {field}", field=path)
            terminal.tell("Names that were written into a free text are not found: read it before you agree.")
            terminal.tell("{readers}", readers=presenter.audience(known, place))
            terminal.confirm("Release it?", yes=yes)
            sent = await send(mailbox, known.id, place, Draft(form=blob, body=body))
            released_as = await inboxes.find_number(mailbox, known.id, sent.message)
            await keep_pins(mailbox, desk.access)
        terminal.show(
            terminal.say("Released: message {number}.", number=released_as),
            {"message": sent.message.hex(), "number": released_as, "withheld": list(released.withheld)},
        )

    asyncio.run(run())


def _release_channel(mailbox: Mailbox, operation: Operation, typed: str | None, presenter: Presenter) -> ChannelId:
    """Raises UsageError when there is none of that title, or several to choose from."""
    channels = operation.ledger.channels
    mine = [one for one in mailbox.entitled_channels(operation.id) if channels[one].kind is ChannelKind.RELEASE]
    if typed is None and len(mine) == 1:
        return mine[0]
    if typed is None:
        raise UsageError("give --channel" if mine else "no release channel is open to you: ask the coordination unit")
    return choose_channel(operation, mine, typed, presenter)


def _judge_owner(mailbox: Mailbox, operation: Operation, message: MessageDelivered) -> None:
    """What was reported belongs to the service that reported it: nobody else gives it away.

    Raises:
        UsageError: it is not ours, or its handling lets nobody pass it on.
    """
    owner, us = reader(operation, message.account), reader(operation, mailbox.identity.account)
    if not is_owner(owner, us):
        raise UsageError(f"this seizure belongs to {owner.profile.name}: they release it, or nobody")
    if message.envelope.body.tlp in {Tlp.RED, Tlp.AMBER_STRICT}:
        raise UsageError(f"TLP:{message.envelope.body.tlp.value} stays where it is: report it anew if that has changed")
