"""`cencomm account …`: what protects one's account."""

import click

from cencomm.client.commands.password import device_secret, password
from cencomm.client.commands.second_factor import recovery_codes, totp
from cencomm.client.commands.sessions import devices, sessions
from cencomm.client.commands.translated import TranslatedGroup


@click.group(cls=TranslatedGroup)
def account() -> None:
    """Protect your account: second factor, password, sessions, computers."""


for command in (totp, recovery_codes, password, device_secret, sessions, devices):
    account.add_command(command)
