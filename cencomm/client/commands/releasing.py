"""`release`: what of one's own seizures goes to CEN, and what was decided about each."""

import asyncio
from collections.abc import Sequence

import click

from cencomm.client import inbox as inboxes
from cencomm.client.account.account import keep_pins
from cencomm.client.channel.posting import post_control
from cencomm.client.channel.readership import reader
from cencomm.client.commands.approving import approve
from cencomm.client.commands.choosing import choose_operation, operation_option, release_channel
from cencomm.client.commands.presenter import load_presenter
from cencomm.client.commands.synchronising import incomplete, synchronise
from cencomm.client.commands.translated import TranslatedCommand, TranslatedGroup, option
from cencomm.client.desk import Desk, open_desk
from cencomm.client.events import MessageDelivered
from cencomm.client.presenting import Presenter
from cencomm.client.releases.decisions import decision_body
from cencomm.client.releases.standing import Act, OwnSeizure, Releases, Standing
from cencomm.client.terminal import Terminal, columns
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.control import ControlKind
from cencomm.forms.release_decision import Decided, Ground

GROUNDS = {  # as sentences of the catalogue
    Ground.NOT_SAID: "no reason given",
    Ground.INVESTIGATION: "an investigation goes on",
    Ground.COURT: "a court has not allowed it",
    Ground.NOT_FINAL: "the data is not final",
    Ground.REPORTED_OTHERWISE: "reported to CEN otherwise",
    Ground.MISTAKE: "released by mistake",
}
STANDINGS = {
    Standing.UNDECIDED: "undecided",
    Standing.PENDING: "to be decided",
    Standing.APPROVED: "released",
    Standing.REFUSED: "refused",
    Standing.WITHDRAWN: "withdrawn",
}
_REASONS = {ground.name.lower().replace("_", "-"): ground for ground in Ground if ground is not Ground.NOT_SAID}

channel_option = option("--channel", help="Title of the release channel; else the only one.")
reason_option = option("--reason", type=click.Choice(list(_REASONS)), help="Why; a word, since others read it.")


class ReleaseGroup(TranslatedGroup):
    """`release 12` is `release approve 12`: what is done most is said shortest."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0].isdecimal():
            args = ["approve", *args]
        return super().resolve_command(ctx, args)


@click.group(cls=ReleaseGroup)
def release() -> None:
    """Give your service's seizures to CEN, without anything personal: `release 12` shows what goes, then asks."""


release.add_command(approve)


@release.command("list", cls=TranslatedCommand)
@option("--open", "only_open", is_flag=True, help="Only those that nobody has decided about.")
@operation_option
@click.pass_obj
def list_(terminal: Terminal, operation: str | None, *, only_open: bool) -> None:
    """List your service's seizures: which are released to CEN, refused, or wait for somebody to decide."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            trouble = await synchronise(desk)
            chosen = choose_operation(desk.mailbox, operation)
            presenter = load_presenter(terminal, desk.reports)
            own = await Releases(desk.mailbox, desk.reports, chosen).own()
            if only_open:
                own = [one for one in own if one.stands.standing in {Standing.UNDECIDED, Standing.PENDING}]
            rows = [_row(terminal, presenter, desk, one) for one in own]
            documents = [_document(one) for one in own]
        terminal.show(columns(rows) or terminal.say("Your service has no such seizure here."), documents)
        if trouble is not None:
            raise incomplete(terminal, trouble)

    asyncio.run(run())


@release.command("ask", cls=TranslatedCommand)
@click.argument("number", type=int)
@channel_option
@click.pass_obj
def ask(terminal: Terminal, number: int, channel: str | None) -> None:
    """Note that somebody of your service has to decide about seizure NUMBER."""
    _decide(terminal, number, channel, Act.ASK, Decided.PENDING, Ground.NOT_SAID)


@release.command("refuse", cls=TranslatedCommand)
@click.argument("number", type=int)
@reason_option
@channel_option
@click.pass_obj
def refuse(terminal: Terminal, number: int, reason: str | None, channel: str | None) -> None:
    """Decide that seizure NUMBER does not go to CEN."""
    _decide(terminal, number, channel, Act.REFUSE, Decided.REFUSED, _ground(reason))


@release.command("withdraw", cls=TranslatedCommand)
@click.argument("number", type=int)
@reason_option
@option("--yes", is_flag=True, help="Do not ask again.")
@click.pass_obj
def withdraw(terminal: Terminal, number: int, reason: str | None, *, yes: bool) -> None:
    """Take seizure NUMBER back: CEN deletes what it was given of it."""
    _decide(terminal, number, None, Act.WITHDRAW, Decided.WITHDRAWN, _ground(reason), yes=yes)


def _decide(
    terminal: Terminal,
    number: int,
    channel: str | None,
    act: Act,
    decided: Decided,
    ground: Ground,
    *,
    yes: bool = True,
) -> None:
    async def run() -> None:
        async with open_desk(terminal) as desk:
            mailbox = desk.mailbox
            await synchronise(desk)
            message = (await inboxes.message(mailbox, number)).message
            known = mailbox.operation(message.place.operation)
            own = await Releases(mailbox, desk.reports, known.id).of(number)
            after = own.stands.after(act)
            presenter = load_presenter(terminal, desk.reports)
            named: Sequence[MessageDelivered] = [message]
            if act is Act.WITHDRAW:
                named = [item.message for item in own.stands.releases]
                terminal.tell("Whoever has read or copied it at CEN before keeps what they know.")
                terminal.confirm("Take it back?", yes=yes)
            for one in named:
                place = (
                    one.place.channel if act is Act.WITHDRAW else release_channel(mailbox, known, channel, presenter)
                )
                body = decision_body(decided, one.identity_key, one.envelope.message, ground)
                await post_control(mailbox, known.id, place, ControlKind.RELEASE_DECISION, body)
            await keep_pins(mailbox, desk.access)
        said = terminal.say("Seizure {number}: {standing}.", number=number, standing=terminal.say(STANDINGS[after]))
        terminal.show(said, {"number": number, "standing": after.value})

    asyncio.run(run())


def _ground(reason: str | None) -> Ground:
    return Ground.NOT_SAID if reason is None else _REASONS[reason]


def _row(terminal: Terminal, presenter: Presenter, desk: Desk, own: OwnSeizure) -> list[str]:
    stands, message = own.stands, own.item.message
    operation = desk.mailbox.operation(message.place.operation)
    who = "" if stands.account is None else presenter.person(reader(operation, stands.account))
    when = "" if stands.at is None else presenter.instant(stands.at)
    why = "" if stands.ground is Ground.NOT_SAID else terminal.say(GROUNDS[stands.ground])
    _, _, title = presenter.line(operation, message)
    return [str(own.item.number), terminal.say(STANDINGS[stands.standing]), when, who, why, title]


def _document(own: OwnSeizure) -> JsonValue:
    stands = own.stands
    return {
        "number": own.item.number,
        "message": own.item.message.envelope.message.hex(),
        "standing": stands.standing.value,
        "at": stands.at,
        "by": None if stands.account is None else stands.account.hex(),
        "reason": None if stands.ground is Ground.NOT_SAID else stands.ground.name.lower(),
        "releases": [item.number for item in stands.releases],
    }
