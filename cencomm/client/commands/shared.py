"""A session on a shared computer: commands, one a line, until `sign-out`. Nothing of it is on this computer's disk."""

import asyncio
import dataclasses
import datetime as dt
import shlex
import sys
from collections.abc import Iterator

import click

from cencomm.client.account.account import keep_pins
from cencomm.client.account.session import Access
from cencomm.client.channel.entrance import introduce_device
from cencomm.client.channel.posting import resume
from cencomm.client.commands.translated import TranslatedGroup
from cencomm.client.desk import open_desk
from cencomm.client.roaming.holding import hand_over
from cencomm.client.roaming.sitting import Sitting, sit_down
from cencomm.client.terminal import Terminal
from cencomm.errors import UsageError

PROMPT = "cencomm> "
NOT_IN_A_SESSION = frozenset({"sign-in", "sign-up", "relay", "archive", "cen", "demo"})


async def begin(terminal: Terminal, access: Access, *, take_over: bool) -> Terminal:
    """The terminal at which the mailbox is open, with a device that others can add."""
    sitting = await sit_down(access, take_over=take_over, clock=terminal.clock, entropy=terminal.entropy)
    at_it = dataclasses.replace(terminal, sitting=sitting)
    async with open_desk(at_it) as desk:
        await introduce_device(desk.mailbox)
        await keep_pins(desk.mailbox, desk.access)
    return at_it


def serve(terminal: Terminal) -> None:
    """Read commands and run them until the mailbox is handed over; the end of the input signs out too.

    Raises:
        OutboxNotEmpty, Unavailable, NotHolder: the input ended, and the mailbox could not be handed over.
    """
    sitting = _sitting(terminal)
    _greet(terminal, sitting)
    context = click.get_current_context()
    root = context.find_root().command
    assert isinstance(root, click.Group)  # the program's
    commands = {name: one for name, one in root.commands.items() if name not in NOT_IN_A_SESSION}
    session = TranslatedGroup("session", commands=commands)
    for line in _lines(terminal):
        try:
            arguments = shlex.split(line, comments=True)
            if arguments:
                with session.make_context("", arguments, parent=context, obj=terminal) as inner:
                    session.invoke(inner)
        except ValueError as error:  # an open quotation mark
            terminal.tell("This line cannot be read: {reason}", reason=error)
        except click.ClickException as error:
            error.show()
        except click.exceptions.Exit:
            pass
        except (click.Abort, KeyboardInterrupt):
            terminal.tell("Interrupted. sign-out ends the session.")
        if sitting.is_lost:
            terminal.tell("The session on this computer is over.")
            context.exit(1)
        if sitting.has_ended:
            return
    sign_out_of(terminal)


def sign_out_of(terminal: Terminal) -> None:
    """Hand the mailbox over and end the session.

    Raises:
        OutboxNotEmpty: something waits to be sent; the mailbox stays with this session (D4).
        Unavailable: the relay is away, and the mailbox stays here too.
    """

    async def run() -> None:
        async with open_desk(terminal) as desk:
            await resume(desk.mailbox)
            await keep_pins(desk.mailbox, desk.access)
            await hand_over(desk.mailbox, _sitting(terminal).holding.store)
            _sitting(terminal).has_ended = True
            await desk.access.relay.sign_out()

    asyncio.run(run())
    terminal.show(terminal.say("You are signed out. Nothing of yours is left on this computer."), {"signed_in": False})


def _greet(terminal: Terminal, sitting: Sitting) -> None:
    holding = sitting.holding
    if holding.is_new:
        terminal.tell("This account's mailbox is new. If you used it before, tell the coordination unit.")
    elif not holding.clean:
        since = dt.datetime.fromtimestamp(holding.since, dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
        terminal.tell(
            "The mailbox was taken over. The computer that opened it at {since} did not sign out.", since=since
        )
    terminal.tell("Type commands as after cencomm: inbox, show 3, send …, sign-out. Sign out before you leave.")


def _lines(terminal: Terminal) -> Iterator[str]:
    """What is typed, or comes from a program; it ends with the input."""
    asks = sys.stdin.isatty() and not terminal.as_json
    while True:
        try:
            line = input(PROMPT) if asks else sys.stdin.readline()
        except EOFError:
            return
        except KeyboardInterrupt:
            terminal.tell("Interrupted. sign-out ends the session.")
            continue
        if not asks and not line:
            return
        yield line


def _sitting(terminal: Terminal) -> Sitting:
    if terminal.sitting is None:
        raise UsageError("there is no session on a shared computer here")
    return terminal.sitting
