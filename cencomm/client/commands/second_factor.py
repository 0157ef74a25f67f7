"""`cencomm account totp`, `recovery-codes`: the second factor of one's account."""

import asyncio

import click

from cencomm.client.account import second_factor
from cencomm.client.account.second_factor import RecoveryCode
from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.client.desk import open_desk
from cencomm.client.qr_code import qr_code
from cencomm.client.terminal import Terminal
from cencomm.errors import UsageError


@click.command(cls=TranslatedCommand)
@option("--off", is_flag=True, help="Ask for the password alone again.")
@option("--code", help="Code of your authenticator, or a recovery code; else you are asked.")
@option("--name", help="What your authenticator will call this account; else its number.")
@click.pass_obj
def totp(terminal: Terminal, code: str | None, name: str | None, *, off: bool) -> None:
    """Let signing in ask for the code of an authenticator too, which thieves of a password do not have."""
    asyncio.run(_switch_off(terminal, code) if off else _switch_on(terminal, code, name))


@click.command("recovery-codes", cls=TranslatedCommand)
@option("--code", help="Code of your authenticator, or a recovery code; else you are asked.")
@click.pass_obj
def recovery_codes(terminal: Terminal, code: str | None) -> None:
    """Make ten new recovery codes. Those that you have are worth nothing then."""

    async def run() -> None:
        made = second_factor.new_recovery_codes(terminal.entropy)
        async with open_desk(terminal) as desk:
            await second_factor.renew_recovery_codes(desk.access, await terminal.code(code), made)
        _show(terminal, made)

    asyncio.run(run())


async def _switch_on(terminal: Terminal, code: str | None, name: str | None) -> None:
    made = second_factor.new_recovery_codes(terminal.entropy)
    async with open_desk(terminal) as desk:
        if (await second_factor.second_factor_of(desk.access)).totp:
            raise UsageError("a second factor is on already: switch it off first with --off")
        secret = second_factor.new_totp_secret(terminal.entropy)
        parameters = desk.access.parameters
        uri = secret.uri(name=name or desk.access.account.hex()[:8], relay_name=parameters.relay_name)
        terminal.tell("Scan this with your authenticator, or type the secret: {secret}", secret=secret.text())
        terminal.tell("{code}", code=qr_code(uri))
        await second_factor.switch_on(desk.access, secret, await terminal.code(code), made)
    _show(terminal, made)


async def _switch_off(terminal: Terminal, code: str | None) -> None:
    async with open_desk(terminal) as desk:
        await second_factor.switch_off(desk.access, await terminal.code(code))
    terminal.show(terminal.say("The password alone opens this account again."), {"totp": False})


def _show(terminal: Terminal, made: tuple[RecoveryCode, ...]) -> None:
    """Once: nobody else has them."""
    codes = [one.text() for one in made]
    lines = [terminal.say("Your recovery codes, each good once, shown only now. Keep them on paper:"), "", *codes]
    terminal.show("\n".join(lines), {"totp": True, "recovery_codes": list(codes)})
