"""`cencomm operation pending`, `cosign`: what takes the signatures of two coordinators (L5)."""

import asyncio

import click

from cencomm.client.account.account import keep_pins
from cencomm.client.channel.readership import reader
from cencomm.client.commands.choosing import choose_operation, operation_option
from cencomm.client.commands.presenter import load_presenter
from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.client.desk import Desk, open_desk
from cencomm.client.operation.directory import decode_labels, decode_profile
from cencomm.client.operation.operation import Operation
from cencomm.client.operation.proposal import Proposal
from cencomm.client.overview import PHASE_WORDS
from cencomm.client.presenting import ROLE_WORDS, Presenter
from cencomm.client.terminal import Terminal
from cencomm.client.unit.cosignature_requests import Request, waiting_requests
from cencomm.client.unit.cosignature_wire import CosignatureRequest
from cencomm.client.unit.cosigning import give_cosignature, refuse_cosignature, withdraw_proposal
from cencomm.client.unit.office import judge_office
from cencomm.client.watch import catch_up
from cencomm.errors import UsageError
from cencomm.forms.form_json import decode_form
from cencomm.forms.language import pick
from cencomm.ids import AccountId, OperationId, short
from cencomm.ledger import fingerprint
from cencomm.ledger.bodies import (
    Admit,
    Body,
    ChannelBody,
    Charter,
    EndDevice,
    FormBody,
    PhaseBody,
    Replace,
    Restart,
    Revoke,
)
from cencomm.ledger.enrolment import Keys


@click.command(cls=TranslatedCommand)
@operation_option
@click.pass_obj
def pending(terminal: Terminal, operation: str | None) -> None:
    """List what waits for the signature of a second coordinator."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            chosen, requests = await _waiting(desk, operation)
            await keep_pins(desk.mailbox, desk.access)
            presenter, known = load_presenter(terminal, desk.reports), desk.mailbox.operation(chosen)
            told = [_told(number, one, known, presenter) for number, one in enumerate(requests, 1)]
        terminal.show(
            "\n".join(told) or terminal.say("Nothing waits for a second signature."),
            {
                "pending": [
                    {"number": number, "type": one.request.body.type.name.lower(), "proposer": one.proposer.hex()}
                    for number, one in enumerate(requests, 1)
                ]
            },
        )

    asyncio.run(run())


@click.command(cls=TranslatedCommand)
@click.argument("number", type=int)
@option("--refuse", is_flag=True, help="Do not sign, and tell the unit so. Of your own: withdraw it.")
@option("--yes", is_flag=True, help="Do not ask again.")
@operation_option
@click.pass_obj
def cosign(terminal: Terminal, number: int, operation: str | None, *, refuse: bool, yes: bool) -> None:
    """Give the second signature to NUMBER of the list of what is pending."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            chosen, requests = await _waiting(desk, operation)
            if not 1 <= number <= len(requests):
                raise UsageError(f"there is no number {number}: see cencomm operation pending")
            one, known = requests[number - 1], desk.mailbox.operation(chosen)
            for line in _told(number, one, known, load_presenter(terminal, desk.reports)).splitlines():
                terminal.tell("{line}", line=line)
            if refuse:
                if one.proposer == desk.mailbox.identity.account:
                    await withdraw_proposal(desk.mailbox, chosen, one.request.nonce)
                await refuse_cosignature(desk.mailbox, chosen, one.request)
            else:
                terminal.confirm("Is this what you want, and are the words of the keys the right ones?", yes=yes)
                await give_cosignature(desk.mailbox, chosen, one.request)
            await keep_pins(desk.mailbox, desk.access)
        sentence = "Refused." if refuse else "Signed. The proposer's program puts it into the ledger."
        terminal.show(terminal.say(sentence), {"number": number, "signed": not refuse})

    asyncio.run(run())


async def _waiting(desk: Desk, operation: str | None) -> tuple[OperationId, tuple[Request, ...]]:
    chosen = choose_operation(desk.mailbox, operation)
    await catch_up(desk.mailbox)
    judge_office(desk.mailbox, chosen)
    return chosen, await waiting_requests(desk.mailbox.store, desk.mailbox.operation(chosen))


def _told(number: int, one: Request, known: Operation, presenter: Presenter) -> str:
    """What a signature would do, from the body that would be signed, never from anybody's words about it."""
    say = presenter.words.say
    lines = [
        f"{number}. {_deed(one.request, known, presenter)}",
        "   " + say("proposed by {name}", name=_name(known, one.proposer, presenter)),
    ]
    lines += _key_lines(one.request.body, presenter)
    lines += ["   " + say("refused by {name}", name=_name(known, who, presenter)) for who in one.refused_by]
    return "\n".join(lines)


def told_proposal(proposal: Proposal, known: Operation, presenter: Presenter) -> list[str]:
    """What we are about to ask a second signature for: what the other coordinator will be shown."""
    return [_deed(proposal, known, presenter), *_key_lines(proposal.body, presenter)]


def _key_lines(body: Body, presenter: Presenter) -> list[str]:
    keys = _new_keys(body)
    if keys is None:
        return []
    words = " ".join(fingerprint.key_words(keys.identity_key, keys.exchange_key))
    return ["   " + presenter.words.say("words of the keys, to be heard from their holder: {words}", words=words)]


def _deed(request: CosignatureRequest | Proposal, known: Operation, presenter: Presenter) -> str:
    say, body = presenter.words.say, request.body
    match body:
        case Admit():
            role, content = say(ROLE_WORDS[body.role]), request.content(body.profile)
            if content is None:
                return say("Admit somebody whose name is not here as {role}", role=role)
            profile = decode_profile(content)
            who = f"{profile.name} ({profile.organisation})"
            return say("Admit {name} as {role}", name=who, role=role)
        case Revoke():
            return say("Revoke {name}", name=_name(known, body.account, presenter))
        case Replace():
            return say("Give {name} new keys", name=_name(known, body.keys.account, presenter))
        case EndDevice():
            name = _name(known, body.account, presenter)
            return say("End device {device} of {name}", device=short(body.device), name=name)
        case ChannelBody():
            content = request.content(body.title)
            title = short(body.channel) if content is None else pick(decode_labels(content), presenter.words.language)
            who = ", ".join(
                [
                    *(say(ROLE_WORDS[role]) for role in body.roles),
                    *(_name(known, account, presenter) for account in body.accounts),
                ]
            )
            return say("Open the channel {title} for {readers}", title=title, readers=who)
        case FormBody():
            content = request.content(body.definition)
            form = body.definition.hash.hex()[:16] if content is None else decode_form(content).name
            return say("Publish the form {form}, version {version}", form=form, version=body.version)
        case PhaseBody():
            return say("Begin the phase {phase}", phase=say(PHASE_WORDS[body.phase]))
        case Restart():
            return say("Restart the channel {title}", title=presenter.channel_title(known, body.channel))
        case Charter():
            raise UsageError("a charter takes no second signature")


def _new_keys(body: Body) -> Keys | None:
    return body.keys if isinstance(body, Admit | Replace) else None


def _name(known: Operation, account: AccountId, presenter: Presenter) -> str:
    return presenter.person(reader(known, account)) if account in known.ledger.members else short(account)
