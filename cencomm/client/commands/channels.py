"""`cencomm operation channel open`, `list`: who reads what beside the main channel. Requests: channel_requests.py."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import click

from cencomm.client.account.account import keep_pins
from cencomm.client.channel.enactment import enact
from cencomm.client.channel.readership import Reader, readers
from cencomm.client.commands.channel_requests import asked_channel, request, request_lines, requests
from cencomm.client.commands.choosing import choose_member, choose_operation, operation_option
from cencomm.client.commands.presenter import load_presenter
from cencomm.client.commands.translated import TranslatedCommand, TranslatedGroup, option
from cencomm.client.desk import open_desk
from cencomm.client.operation.directory import encode_labels
from cencomm.client.operation.operation import Operation
from cencomm.client.presenting import Presenter
from cencomm.client.terminal import Terminal
from cencomm.client.unit import declaring
from cencomm.client.unit.asking_for_channels import end_channel_request
from cencomm.client.unit.office import judge_office
from cencomm.client.unit.readers import judge_new_readers
from cencomm.client.watch import catch_up
from cencomm.errors import UsageError
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.channel_request import MAX_TITLE_LETTERS, is_title
from cencomm.ids import AccountId, ChannelId
from cencomm.ledger.kinds import ChannelKind, Role

KIND_WORDS = {  # as sentences of the catalogue
    ChannelKind.MAIN: "main channel",
    ChannelKind.UNIT: "coordination unit only",
    ChannelKind.BILATERAL: "bilateral",
    ChannelKind.REGIONAL: "regional",
    ChannelKind.RELEASE: "release to CEN",
}
OPENED = (ChannelKind.UNIT, ChannelKind.BILATERAL, ChannelKind.REGIONAL, ChannelKind.RELEASE)


@dataclass(frozen=True, slots=True)
class _NewChannel:
    """What is to be opened."""

    kind: ChannelKind
    title: str
    roles: Sequence[Role]
    accounts: Sequence[AccountId]


@click.group(cls=TranslatedGroup)
def channel() -> None:
    """Open channels beside the main one, and see who reads which."""


@channel.command("open", cls=TranslatedCommand)
@option("--kind", type=click.Choice([kind.name.lower() for kind in OPENED]), help="For whom it is.")
@option("--title", help="What it is called.")
@option("--member", "names", multiple=True, help="Who reads it: a name, or first digits of an account. Nodes too.")
@option("--role", "roles", type=click.Choice([role.name.lower() for role in Role]), multiple=True, help="… and who.")
@option("--request", "digits", metavar="DIGITS", help="Open what a member asked for, as the list of requests names it.")
@option("--refuse", is_flag=True, help="With --request: do not open it, and tell all so.")
@option("--yes", is_flag=True, help="Do not ask after naming the readers.")
@operation_option
@click.pass_obj
def open_(
    terminal: Terminal,
    kind: str | None,
    title: str | None,
    names: tuple[str, ...],
    roles: tuple[str, ...],
    digits: str | None,
    operation: str | None,
    *,
    refuse: bool,
    yes: bool,
) -> None:
    """Open a channel. Names all its readers first; for whom it is cannot be changed later."""
    _judge_options(kind, title, digits, named=bool(names or roles), refuse=refuse)

    async def run() -> None:
        async with open_desk(terminal) as desk:
            mailbox, chosen = desk.mailbox, choose_operation(desk.mailbox, operation)
            await catch_up(mailbox)
            judge_office(mailbox, chosen)
            presenter, known = load_presenter(terminal, desk.reports), mailbox.operation(chosen)
            asked = None if digits is None else await asked_channel(desk, chosen, digits)
            for line in [] if asked is None else request_lines(asked, known, presenter):
                terminal.tell("{line}", line=line)
            if asked is not None and refuse:
                await end_channel_request(mailbox, chosen, asked)
                terminal.show(terminal.say("Refused."), {"request": asked.digits, "opened": False})
                return
            if asked is not None:
                plan = _NewChannel(ChannelKind.BILATERAL, title or asked.asked.title, (), asked.asked.accounts)
            else:
                plan = _planned(known, kind, title, names, roles)
            opened, named, wanted, accounts = plan.kind, plan.title, plan.roles, plan.accounts
            _judge_title(presenter, known, named)
            found = judge_new_readers(known, opened, roles=wanted, accounts=accounts, opener=mailbox.identity.account)
            terminal.tell("Readers of {channel}:", channel=named)
            for one in found:
                terminal.tell("  {name}", name=presenter.person(one))
            _tell_of_nodes(terminal, found)
            terminal.confirm("Open it?", yes=yes)
            made = await declaring.open_channel(
                mailbox,
                chosen,
                kind=opened,
                title=encode_labels({"en": named, terminal.words.language: named}),
                roles=wanted,
                accounts=accounts,
            )
            if made in mailbox.entitled_channels(chosen):
                await enact(mailbox, chosen, made)
            await keep_pins(mailbox, desk.access)
            document = _document(presenter, mailbox.operation(chosen), made)
        terminal.show(terminal.say("Channel opened: {title}", title=named), document)

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


def _judge_options(kind: str | None, title: str | None, digits: str | None, *, named: bool, refuse: bool) -> None:
    if digits is None and (kind is None or title is None or refuse):
        raise UsageError("give --kind and --title, or --request")
    if digits is not None and (kind is not None or named):
        raise UsageError("the request says for whom the channel is: give --title beside it at most")


def _planned(
    known: Operation, kind: str | None, title: str | None, names: Sequence[str], roles: Sequence[str]
) -> _NewChannel:
    assert kind is not None  # as `_judge_options` saw to
    assert title is not None
    opened = ChannelKind[kind.upper()]
    wanted = [Role[role.upper()] for role in dict.fromkeys(roles)]
    if opened is ChannelKind.UNIT and not wanted and not names:
        wanted = [Role.COORDINATOR]
    accounts = list(dict.fromkeys(choose_member(known, name).member.account for name in names))
    return _NewChannel(opened, title, wanted, accounts)


def _judge_title(presenter: Presenter, operation: Operation, title: str) -> None:
    """Raises UsageError for a title that is empty, long, or another channel's: --channel could not tell them apart."""
    if not is_title(title):
        raise UsageError(f"a title is one line of 1 to {MAX_TITLE_LETTERS} letters")
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


for command in (request, requests):
    channel.add_command(command)
