"""`cencomm history …`: what was said before one came, and answering those who come later."""

import asyncio

import click

from cencomm.client.account.account import keep_pins
from cencomm.client.channel.readership import reader
from cencomm.client.channel.session import Standing
from cencomm.client.commands.attachments import progress_shown
from cencomm.client.commands.choosing import choose_channel, choose_operation, operation_option
from cencomm.client.commands.presenter import load_presenter
from cencomm.client.commands.translated import TranslatedCommand, TranslatedGroup, option
from cencomm.client.desk import open_desk
from cencomm.client.history.asking import ask
from cencomm.client.history.collecting import collect
from cencomm.client.history.holdings import StoredHoldings
from cencomm.client.history.keeping import MissingEntry, load_missing
from cencomm.client.history.serving import HistoryServer
from cencomm.client.terminal import Terminal, columns
from cencomm.client.watch import catch_up
from cencomm.forms.canonical_json import JsonValue
from cencomm.ledger.history_items import Missing

WAIT_SECONDS = 120  # a coordinator who stands in for the archive answers after a minute


@click.group(cls=TranslatedGroup)
def history() -> None:
    """Read what was said before you came, and give it to those who come after you."""


@history.command(cls=TranslatedCommand)
@option("--channel", help="Title of the channel; else all that this computer is in.")
@option(
    "--wait",
    type=click.IntRange(0, 24 * 3600),
    default=WAIT_SECONDS,
    show_default=True,
    help="Seconds of silence after which to stop waiting.",
)
@option("--missing", "lacking", is_flag=True, help="Ask again for what was missing, and others than who lacked it.")
@operation_option
@click.pass_obj
def fetch(terminal: Terminal, channel: str | None, wait: int, operation: str | None, *, lacking: bool) -> None:
    """Ask archive and coordinators for it, and take in what they answer. Once begun, it goes on where it stopped."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            mailbox, chosen = desk.mailbox, choose_operation(desk.mailbox, operation)
            await catch_up(mailbox)
            presenter, known = load_presenter(terminal, desk.reports), mailbox.operation(chosen)
            live = [
                place
                for (owner, place), session in sorted(mailbox.sessions.items())
                if owner == chosen and session.standing is Standing.LIVE
            ]
            places = live if channel is None else [choose_channel(known, live, channel, presenter)]
            requests = [asked for place in places for asked in await ask(mailbox, chosen, place, lacking=lacking)]
            with progress_shown(terminal, terminal.say("Fetching history")) as progress:
                done, complete = await collect(mailbox, requests, patience_seconds=wait, progress=progress)
            await keep_pins(mailbox, desk.access)
            guilty = {one.server: one.why for asked in done for one in asked.guilty}
            names = {server: presenter.person(reader(known, server)) for server in guilty}
        messages, wrong, missing = (
            (sum(counts) for counts in zip(*((one.messages, one.wrong, one.missing) for one in done), strict=True))
            if done
            else (0, 0, 0)
        )
        said = terminal.say(
            "Fetched: {messages} messages; wrong: {wrong}; missing: {missing}.",
            messages=messages,
            wrong=wrong,
            missing=missing,
        )
        document: dict[str, JsonValue] = {
            "complete": complete,
            "messages": messages,
            "wrong": wrong,
            "missing": missing,
            "refused": [{"account": server.hex(), "why": why} for server, why in guilty.items()],
        }
        terminal.show(said, document)
        for server, why in guilty.items():
            terminal.tell(
                "{name} signed what is no answer, it was not taken: tell the coordination unit ({why}).",
                name=names[server],
                why=why,
            )
        if not complete:
            terminal.tell(
                "Not all was answered yet: archive or a coordinator must be online. Type this again to go on."
            )
        elif missing:
            terminal.tell("What is missing, and why: cencomm history missing. Ask others for it: fetch --missing")

    asyncio.run(run())


@history.command("missing", cls=TranslatedCommand)
@operation_option
@click.pass_obj
def list_missing(terminal: Terminal, operation: str | None) -> None:
    """List the log entries of which nobody could say what they held, and why."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            chosen = choose_operation(desk.mailbox, operation)
            presenter, known = load_presenter(terminal, desk.reports), desk.mailbox.operation(chosen)
            found = await load_missing(desk.mailbox.store, chosen)
        rows = [
            (presenter.channel_title(known, one.channel), str(one.sequence), _why(terminal, one.why), one.reason)
            for one in found
        ]
        terminal.show(columns(rows) or terminal.say("Nothing is missing."), [_document(one) for one in found])

    asyncio.run(run())


@history.command(cls=TranslatedCommand)
@click.pass_obj
def serve(terminal: Terminal) -> None:
    """Answer now what others have asked for, as a coordinator. An archive, and `watch`, do it by themselves."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            await catch_up(desk.mailbox)
            server, sent = HistoryServer(desk.mailbox, StoredHoldings(desk.mailbox.store), patient=False), 0
            while more := await server.answer_all():
                sent += more
        terminal.show(terminal.say("Answered: {count} parts.", count=sent), {"parts": sent})

    asyncio.run(run())


def _why(terminal: Terminal, why: Missing) -> str:
    match why:
        case Missing.NOT_HELD:
            return terminal.say("nobody who answered had it")
        case Missing.SET_ASIDE:
            return terminal.say("it could not be read there either")
        case Missing.REPEATED:
            return terminal.say("it repeats an earlier entry")
        case Missing.NOT_ADDRESSED:
            return terminal.say("TLP:RED, and not for you")


def _document(one: MissingEntry) -> JsonValue:
    return {
        "channel": one.channel.hex(),
        "generation": one.generation,
        "sequence": one.sequence,
        "why": one.why.name.lower(),
        "reason": one.reason,
    }
