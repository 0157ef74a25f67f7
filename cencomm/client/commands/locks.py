"""`cencomm operation locks`: waves of wrong passwords at members' accounts, and what ends them (D6)."""

import asyncio

import click

from cencomm.client.channel.readership import reader
from cencomm.client.commands.choosing import choose_member, choose_operation, operation_option
from cencomm.client.commands.presenter import load_presenter
from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.client.desk import open_desk
from cencomm.client.operation.operation import Operation
from cencomm.client.presenting import Presenter
from cencomm.client.terminal import Terminal, columns
from cencomm.client.watch import catch_up
from cencomm.forms.canonical_json import JsonValue
from cencomm.wire.locks import Lock


@click.command(cls=TranslatedCommand)
@option("--lift", metavar="WHO", help="Let new computers of WHO sign in again at once; ask them by telephone first.")
@operation_option
@click.pass_obj
def locks(terminal: Terminal, lift: str | None, operation: str | None) -> None:
    """Show members at whose accounts somebody typed wrong passwords. Computers that an account knows go on."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            chosen = choose_operation(desk.mailbox, operation)
            await catch_up(desk.mailbox)
            known, presenter = desk.mailbox.operation(chosen), load_presenter(terminal, desk.reports)
            if lift is not None:
                member = choose_member(known, lift)
                await desk.access.relay.lift_lock(chosen, member.member.account)
                name = presenter.person(member)
                terminal.show(terminal.say("Lifted: {name}", name=name), {"lifted": member.member.account.hex()})
                return
            found = (await desk.access.relay.locks(chosen)).locks
            rows = [_row(presenter, known, lock) for lock in found if lock.account in known.ledger.members]
        terminal.show(
            columns(rows) or terminal.say("Nobody is locked out."),
            {"locks": [_document(lock) for lock in found]},
        )

    asyncio.run(run())


def _row(presenter: Presenter, known: Operation, lock: Lock) -> tuple[str, str, str]:
    say, since, until = presenter.words.say, presenter.instant(lock.since), presenter.instant(lock.until)
    return (
        presenter.person(reader(known, lock.account)),
        say("{count} wrong tries since {time}", count=lock.tries, time=since),
        say("new computers wait until {time}", time=until),
    )


def _document(lock: Lock) -> JsonValue:
    return {"account": lock.account.hex(), "tries": lock.tries, "since": lock.since, "until": lock.until}
