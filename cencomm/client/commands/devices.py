"""`cencomm operation add-devices`, `end-device`: with which computers members take part."""

import asyncio

import click

from cencomm.client.account.account import keep_pins
from cencomm.client.channel import enactment
from cencomm.client.channel.readership import reader
from cencomm.client.commands.choosing import choose_member, choose_operation, operation_option
from cencomm.client.commands.outcome import show_outcome
from cencomm.client.commands.presenter import load_presenter
from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.client.desk import open_desk
from cencomm.client.mailbox import Mailbox
from cencomm.client.presenting import Presenter
from cencomm.client.terminal import Terminal
from cencomm.client.unit import devices
from cencomm.client.unit.office import judge_office
from cencomm.client.watch import catch_up
from cencomm.ids import OperationId, short
from cencomm.ledger.kinds import Role


@click.command("add-devices", cls=TranslatedCommand)
@click.argument("who", required=False)
@operation_option
@click.pass_obj
def add_devices(terminal: Terminal, who: str | None, operation: str | None) -> None:
    """Add further computers of WHO (else yours) to the channels that this one is in."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            chosen = choose_operation(desk.mailbox, operation)
            await catch_up(desk.mailbox)
            member = None if who is None else choose_member(desk.mailbox.operation(chosen), who)
            account = desk.mailbox.identity.account if member is None else member.member.account
            added = await enactment.add_devices(desk.mailbox, chosen, account)
        terminal.show(terminal.say("Added: {count}", count=added), {"added": added})

    asyncio.run(run())


@click.command("end-device", cls=TranslatedCommand)
@click.argument("who")
@click.argument("device")
@option("--yes", is_flag=True, help="Do not ask again.")
@operation_option
@click.pass_obj
def end_device(terminal: Terminal, who: str, device: str, operation: str | None, *, yes: bool) -> None:
    """End DEVICE (first digits of its number) of WHO: lost, idle or expired. Their other devices go on."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            chosen = choose_operation(desk.mailbox, operation)
            await catch_up(desk.mailbox)
            judge_office(desk.mailbox, chosen)
            presenter = load_presenter(terminal, desk.reports)
            member = choose_member(desk.mailbox.operation(chosen), who)
            account = member.member.account
            ended = devices.choose_device(await devices.seen_devices(desk.mailbox, chosen), account, device)
            facts = {"device": short(ended), "name": presenter.person(member)}
            terminal.tell("To be ended: device {device} of {name}", **facts)
            terminal.confirm("End it?", yes=yes)
            asked = await devices.end_device(desk.mailbox, chosen, account, ended)
            await keep_pins(desk.mailbox, desk.access)
        said = terminal.say("Ended: device {device} of {name}", **facts)
        show_outcome(terminal, asked, said, {"ended": ended.hex()})

    asyncio.run(run())


async def stale_devices(mailbox: Mailbox, operation: OperationId, presenter: Presenter) -> list[str]:
    """For a coordinator: lines about devices that should perhaps end, each with what to type. Others get none."""
    known, now, say = mailbox.operation(operation), mailbox.environment.clock(), presenter.words.say
    own = known.ledger.members.get(mailbox.identity.account)
    if own is None or own.role is not Role.COORDINATOR or own.revoked_at is not None:
        return []
    lines = []
    for one in await devices.seen_devices(mailbox, operation):
        if one.device == mailbox.device.device:
            continue
        if one.has_expired(now=now):
            sentence = "{name}: the certificate of device {device} has expired."
        elif one.is_idle(now=now):
            sentence = "{name}: nothing was heard from device {device} for a month."
        else:
            continue
        name = presenter.person(reader(known, one.account))
        lines.append(say(sentence, name=name, device=short(one.device)))
        lines.append(f"  cencomm operation end-device {short(one.account)} {short(one.device)}")
    return ["", *lines] if lines else []
