"""`cencomm account sessions`, `devices`: where one is signed in, with which computers one takes part."""

import asyncio
import datetime as dt

import click

from cencomm.client.account.label import open_label
from cencomm.client.account.session import Access
from cencomm.client.channel.errors import DeviceReadsOn
from cencomm.client.channel.removing import Removal, own_devices
from cencomm.client.commands.presenter import load_presenter
from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.client.desk import Desk, open_desk
from cencomm.client.lost_device import end_own_device
from cencomm.client.mailbox import Mailbox
from cencomm.client.presenting import Presenter
from cencomm.client.terminal import Terminal, columns
from cencomm.errors import MalformedError, UsageError
from cencomm.ids import DeviceId, short
from cencomm.wire.sessions import OpenSession

MIN_DIGITS = 4  # of a device's number


@click.command(cls=TranslatedCommand)
@option("--end", type=click.IntRange(1), metavar="N", help="End the session of this number in the list.")
@option("--end-others", is_flag=True, help="End all but the one at this computer.")
@click.pass_obj
def sessions(terminal: Terminal, end: int | None, *, end_others: bool) -> None:
    """Show where your account is signed in. Whatever you do not recognise: end it, then change your password."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            relay = desk.access.relay
            if end_others:
                await relay.end_other_sessions()
            found = (await relay.sessions()).sessions
            if end is not None:
                if end > len(found):
                    raise UsageError(f"there are {len(found)} sessions")
                await relay.end_session(found[end - 1].session)
                found = (*found[: end - 1], *found[end:])
            rows = [(f"{number}.", *_session(terminal, desk.access, one)) for number, one in enumerate(found, 1)]
        terminal.show(columns(rows), {"sessions": [_began(one) for one in found]})

    asyncio.run(run())


@click.command(cls=TranslatedCommand)
@option("--end", metavar="DEVICE", help="End this device (first digits of its number): it was lost, or is not yours.")
@option("--yes", is_flag=True, help="Do not ask again.")
@click.pass_obj
def devices(terminal: Terminal, end: str | None, *, yes: bool) -> None:
    """Show the computers by which others can add you to channels."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            listed = (await desk.access.relay.devices()).devices
            reading = own_devices(desk.mailbox)
            ended = sorted(reading.keys() - {one.device for one in listed})  # in part: not everywhere was it removed
            if end is not None:
                known = [*(one.device for one in listed), *ended]
                fitting = [device for device in known if len(end) >= MIN_DIGITS and device.hex().startswith(end)]
                if len(fitting) != 1:
                    raise UsageError(f"no device of yours, or more than one, begins with {end}")
                await _end_device(terminal, desk, fitting[0], yes=yes)
                return
            rows = [
                (short(one.device), _name(desk.access, one.label), _here(terminal, current=one.current))
                for one in listed
            ]
            rows += [
                (short(device), "?", terminal.say("ended; it reads on in {count} channels", count=reading[device]))
                for device in ended
            ]
        numbers = [*(one.device.hex() for one in listed), *(device.hex() for device in ended)]
        terminal.show(columns(rows), {"devices": numbers})

    asyncio.run(run())


async def _end_device(terminal: Terminal, desk: Desk, device: DeviceId, *, yes: bool) -> None:
    terminal.confirm("End it? It reads nothing more, and its sessions end.", yes=yes)
    removal = await end_own_device(desk.mailbox, device)
    if removal.reads_on:
        raise DeviceReadsOn(_places(load_presenter(terminal, desk.reports), desk.mailbox, removal))
    terminal.show(
        terminal.say(
            "Ended: device {device}. Removed from {count} channels.", device=short(device), count=removal.channels
        ),
        {"ended": device.hex(), "removed": removal.channels},
    )
    terminal.tell("If it was stolen while it was on, tell the unit: operation end-device closes every channel to it.")


def _places(presenter: Presenter, mailbox: Mailbox, removal: Removal) -> list[str]:
    places = ((mailbox.operation(one.operation), one) for one in removal.reads_on)
    return [
        f"{presenter.title(known)}, {presenter.channel_title(known, one.channel)}: {one.failure}"
        for known, one in places
    ]


def _session(terminal: Terminal, access: Access, one: OpenSession) -> tuple[str, ...]:
    known = terminal.say("on a known computer") if one.known else terminal.say("on a new computer")
    return (
        _name(access, one.label),
        terminal.say("since {time}", time=_time(one.began)),
        terminal.say("used {time}", time=_time(one.used)),
        known,
        _here(terminal, current=one.current),
    )


def _began(one: OpenSession) -> dict[str, str | int | bool]:
    return {
        "session": one.session.hex(),
        "began": one.began,
        "used": one.used,
        "known": one.known,
        "current": one.current,
    }


def _name(access: Access, label: bytes | None) -> str:
    """What its owner called the computer; the relay may give none, or one of another password."""
    if label is None:
        return "?"
    try:
        return open_label(access.keys.label_key, access.parameters.handle, label)
    except MalformedError:
        return "?"


def _here(terminal: Terminal, *, current: bool) -> str:
    return terminal.say("this computer") if current else ""


def _time(seconds: int) -> str:
    return f"{dt.datetime.fromtimestamp(seconds, dt.UTC):%Y-%m-%d %H:%M} UTC"
