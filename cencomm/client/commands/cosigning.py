"""`cencomm operation pending`, `cosign`: what takes the signatures of two coordinators (L5)."""

import asyncio

import click

from cencomm.client.account.account import keep_pins
from cencomm.client.commands.choosing import choose_operation, operation_option
from cencomm.client.commands.deeds import request_lines
from cencomm.client.commands.presenter import load_presenter
from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.client.desk import Desk, open_desk
from cencomm.client.terminal import Terminal
from cencomm.client.unit.cosignature_requests import Request, waiting_requests
from cencomm.client.unit.cosigning import give_cosignature, refuse_cosignature, withdraw_proposal
from cencomm.client.unit.office import judge_office
from cencomm.client.watch import catch_up
from cencomm.errors import UsageError
from cencomm.ids import OperationId


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
            told = [line for one in requests for line in request_lines(one, known, presenter)]
        terminal.show(
            "\n".join(told) or terminal.say("Nothing waits for a second signature."),
            {
                "pending": [
                    {"request": one.digits, "type": one.request.body.type.name.lower(), "proposer": one.proposer.hex()}
                    for one in requests
                ]
            },
        )

    asyncio.run(run())


@click.command(cls=TranslatedCommand)
@click.argument("request")
@option("--refuse", is_flag=True, help="Do not sign, and tell the unit so. Of your own: withdraw it.")
@option("--yes", is_flag=True, help="Do not ask again.")
@operation_option
@click.pass_obj
def cosign(terminal: Terminal, request: str, operation: str | None, *, refuse: bool, yes: bool) -> None:
    """Give the second signature to REQUEST, the eight digits that the list of what is pending shows."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            chosen, requests = await _waiting(desk, operation)
            one = next((one for one in requests if one.digits == request.lower()), None)
            if one is None:
                raise UsageError(f"there is no request {request}: see cencomm operation pending")
            known = desk.mailbox.operation(chosen)
            for line in request_lines(one, known, load_presenter(terminal, desk.reports)):
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
        terminal.show(terminal.say(sentence), {"request": request.lower(), "signed": not refuse})

    asyncio.run(run())


async def _waiting(desk: Desk, operation: str | None) -> tuple[OperationId, tuple[Request, ...]]:
    chosen = choose_operation(desk.mailbox, operation)
    await catch_up(desk.mailbox)
    judge_office(desk.mailbox, chosen)
    return chosen, await waiting_requests(desk.mailbox.store, desk.mailbox.operation(chosen))
