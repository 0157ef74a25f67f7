"""`cencomm operation channel open`, `list`: who reads what beside the main channel."""

import asyncio
from collections.abc import Sequence

import click

from cencomm.client.account.account import keep_pins
from cencomm.client.channel.enactment import enact
from cencomm.client.channel.readership import Reader, readers
from cencomm.client.commands.choosing import choose_member, choose_operation, operation_option
from cencomm.client.commands.presenter import load_presenter
from cencomm.client.commands.translated import TranslatedCommand, TranslatedGroup, option
from cencomm.client.desk import open_desk
from cencomm.client.operation.directory import encode_labels
from cencomm.client.operation.operation import Operation
from cencomm.client.presenting import Presenter
from cencomm.client.terminal import Terminal
from cencomm.client.unit import declaring
from cencomm.client.unit.office import judge_office
from cencomm.client.unit.readers import judge_new_readers
from cencomm.client.watch import catch_up
from cencomm.errors import UsageError
from cencomm.forms.canonical_json import JsonValue
from cencomm.ids import ChannelId
from cencomm.ledger.kinds import ChannelKind, Role

KIND_WORDS = {  # as sentences of the catalogue
    ChannelKind.MAIN: "main channel",
    ChannelKind.UNIT: "coordination unit only",
    ChannelKind.BILATERAL: "bilateral",
    ChannelKind.REGIONAL: "regional",
    ChannelKind.RELEASE: "release to CEN",
}
OPENED = (ChannelKind.UNIT, ChannelKind.BILATERAL, ChannelKind.REGIONAL, ChannelKind.RELEASE)
MAX_TITLE = 100  # letters


@click.group(cls=TranslatedGroup)
def channel() -> None:
    """Open channels beside the main one, and see who reads which."""


@channel.command("open", cls=TranslatedCommand)
@option("--kind", type=click.Choice([kind.name.lower() for kind in OPENED]), required=True, help="For whom it is.")
@option("--title", required=True, help="What it is called.")
@option("--member", "names", multiple=True, help="Who reads it: a name, or first digits of an account. Nodes too.")
@option("--role", "roles", type=click.Choice([role.name.lower() for role in Role]), multiple=True, help="… and who.")
@option("--yes", is_flag=True, help="Do not ask after naming the readers.")
@operation_option
@click.pass_obj
def open_(
    terminal: Terminal,
    kind: str,
    title: str,
    names: tuple[str, ...],
    roles: tuple[str, ...],
    operation: str | None,
    *,
    yes: bool,
) -> None:
    """Open a channel. Names all its readers first; for whom it is cannot be changed later."""
    opened = ChannelKind[kind.upper()]
    wanted = [Role[role.upper()] for role in dict.fromkeys(roles)]
    if opened is ChannelKind.UNIT and not wanted and not names:
        wanted = [Role.COORDINATOR]

    async def run() -> None:
        async with open_desk(terminal) as desk:
            mailbox, chosen = desk.mailbox, choose_operation(desk.mailbox, operation)
            await catch_up(mailbox)
            judge_office(mailbox, chosen)
            presenter, known = load_presenter(terminal, desk.reports), mailbox.operation(chosen)
            _judge_title(presenter, known, title)
            accounts = list(dict.fromkeys(choose_member(known, name).member.account for name in names))
            found = judge_new_readers(known, opened, roles=wanted, accounts=accounts, opener=mailbox.identity.account)
            terminal.tell("Readers of {channel}:", channel=title)
            for one in found:
                terminal.tell("  {name}", name=presenter.person(one))
            _tell_of_nodes(terminal, found)
            terminal.confirm("Open it?", yes=yes)
            made = await declaring.open_channel(
                mailbox,
                chosen,
                kind=opened,
                title=encode_labels({"en": title, terminal.words.language: title}),
                roles=wanted,
                accounts=accounts,
            )
            await enact(mailbox, chosen, made)
            await keep_pins(mailbox, desk.access)
            document = _document(presenter, mailbox.operation(chosen), made)
        terminal.show(terminal.say("Channel opened: {title}", title=title), document)

    asyncio.run(run())


@channel.command("list", cls=TranslatedCommand)
@operation_option
@click.pass_obj
def list_(terminal: Terminal, operation: str | None) -> None:
    """List the channels and everybody who reads each, machines marked as nodes."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            chosen = choose_operation(desk.mailbox, operation)
            await catch_up(desk.mailbox)
            presenter, known = load_presenter(terminal, desk.reports), desk.mailbox.operation(chosen)
            mine = {*desk.mailbox.entitled_channels(chosen)}
            lines: list[str] = []
            for one in known.ledger.channels:
                lines.append(f"{presenter.channel_title(known, one)} ({_kind(terminal, known, one)})")
                lines += [f"  {presenter.person(reader)}" for reader in readers(known, one)]
                lines += [] if one in mine else [terminal.say("  You do not read it.")]
            documents = [_document(presenter, known, one) for one in known.ledger.channels]
        terminal.show("\n".join(lines), documents)

    asyncio.run(run())


def _judge_title(presenter: Presenter, operation: Operation, title: str) -> None:
    """Raises UsageError for a title that is empty, long, or another channel's: --channel could not tell them apart."""
    if not 0 < len(title.strip()) <= MAX_TITLE or not title.isprintable():
        raise UsageError(f"a title is one line of 1 to {MAX_TITLE} letters")
    if any(presenter.channel_title(operation, one).casefold() == title.casefold() for one in operation.ledger.channels):
        raise UsageError(f"there is a channel {title!r} already: choose another title")


def _tell_of_nodes(terminal: Terminal, found: Sequence[Reader]) -> None:
    if not any(one.member.role is Role.ARCHIVE for one in found):
        terminal.tell("No archive is among them: nothing that is said there will be recorded or found later.")


def _kind(terminal: Terminal, operation: Operation, one: ChannelId) -> str:
    return terminal.say(KIND_WORDS[operation.ledger.channels[one].kind])


def _document(presenter: Presenter, operation: Operation, one: ChannelId) -> JsonValue:
    return {
        "channel": one.hex(),
        "kind": operation.ledger.channels[one].kind.name.lower(),
        "title": presenter.channel_title(operation, one),
        "readers": [
            {"account": reader.member.account.hex(), "name": reader.profile.name, "node": reader.is_node}
            for reader in readers(operation, one)
        ],
    }
