"""`cencomm operation channel request`, `requests`: a channel of one's own with a few others, asked of the unit."""

import asyncio
from collections.abc import Iterable

import click

from cencomm.client.account.account import keep_pins
from cencomm.client.channel.readership import Reader, reader
from cencomm.client.commands.choosing import choose_member, choose_operation, operation_option
from cencomm.client.commands.presenter import load_presenter
from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.client.desk import Desk, open_desk
from cencomm.client.operation.operation import Operation
from cencomm.client.presenting import Presenter
from cencomm.client.terminal import Terminal
from cencomm.client.unit.asking_for_channels import ask_for_channel, end_channel_request
from cencomm.client.unit.channel_requests import AskedChannel, waiting_channel_requests
from cencomm.client.watch import catch_up
from cencomm.errors import UsageError
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.channel_request import MAX_TITLE_LETTERS, is_title
from cencomm.ids import OperationId, short


@click.command(cls=TranslatedCommand)
@option("--with", "names", multiple=True, help="Who reads it beside you: a name, or first digits of an account.")
@option("--title", help="What it is to be called.")
@option("--withdraw", metavar="DIGITS", help="Withdraw a request of yours instead.")
@operation_option
@click.pass_obj
def request(
    terminal: Terminal, names: tuple[str, ...], title: str | None, withdraw: str | None, operation: str | None
) -> None:
    """Ask the unit for a bilateral channel. Everybody in the main channel sees who asks, with whom, and its title."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            chosen = choose_operation(desk.mailbox, operation)
            await catch_up(desk.mailbox)
            if withdraw is not None:
                one = await asked_channel(desk, chosen, withdraw)
                if one.account != desk.mailbox.identity.account:
                    raise UsageError("this request is somebody else's: a coordinator refuses it with channel open")
                await end_channel_request(desk.mailbox, chosen, one)
                terminal.show(terminal.say("The request is withdrawn."), {"request": one.digits, "asked": False})
                return
            if not names or title is None or not is_title(title):
                raise UsageError(f"give --with, and --title with one line of 1 to {MAX_TITLE_LETTERS} letters")
            known = desk.mailbox.operation(chosen)
            readers = [choose_member(known, name).member.account for name in names]
            digits = short(await ask_for_channel(desk.mailbox, chosen, readers=readers, title=title))
            await keep_pins(desk.mailbox, desk.access)
        terminal.show(
            terminal.say("The unit is asked. The request is called {digits}.", digits=digits),
            {"request": digits, "asked": True},
        )
        terminal.tell("Next: a coordinator opens it; then cencomm send --channel takes its title.")

    asyncio.run(run())


@click.command("requests", cls=TranslatedCommand)
@operation_option
@click.pass_obj
def requests(terminal: Terminal, operation: str | None) -> None:
    """List the channels that members have asked for, and that wait for a coordinator."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            chosen = choose_operation(desk.mailbox, operation)
            await catch_up(desk.mailbox)
            known = desk.mailbox.operation(chosen)
            waiting = await waiting_channel_requests(desk.mailbox.store, known)
            presenter = load_presenter(terminal, desk.reports)
        told = [line for one in waiting for line in request_lines(one, known, presenter)]
        terminal.show("\n".join(told) or terminal.say("No channel is asked for."), [_document(one) for one in waiting])

    asyncio.run(run())


async def asked_channel(desk: Desk, operation: OperationId, digits: str) -> AskedChannel:
    """The waiting request of these digits.

    Raises:
        UsageError: there is none, or, as only somebody who wants it so brings about, more than one.
    """
    waiting = await waiting_channel_requests(desk.mailbox.store, desk.mailbox.operation(operation))
    found = [one for one in waiting if one.digits == digits.lower()]
    if len(found) != 1:
        raise UsageError(f"there is no one request {digits}: see cencomm operation channel requests")
    return found[0]


def request_lines(one: AskedChannel, known: Operation, presenter: Presenter) -> list[str]:
    """Who asks and for whom it is, each on a line of ours: the title is somebody's words, and stands behind them."""
    asker = presenter.person(reader(known, one.account))
    return [
        f"{one.digits}  {presenter.words.say('{name} asks for a channel: {title}', name=asker, title=one.asked.title)}",
        *(f"   {presenter.person(each)}" for each in _readers(one, known)),
    ]


def _readers(one: AskedChannel, known: Operation) -> Iterable[Reader]:
    return (reader(known, account) for account in one.asked.accounts)


def _document(one: AskedChannel) -> JsonValue:
    return {
        "request": one.digits,
        "account": one.account.hex(),
        "title": one.asked.title,
        "readers": [account.hex() for account in one.asked.accounts],
    }
