"""One who takes part, with a mailbox on disk like anybody's."""

import base64
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from cencomm.client.account.account import keep_pins, settle, sign_up
from cencomm.client.account.session import Access
from cencomm.client.channel.entrance import introduce_device
from cencomm.client.mailbox import Environment, Mailbox, open_mailbox
from cencomm.client.operation.enrolling import enrol
from cencomm.client.reports import Reports
from cencomm.client.transport.relay_client import RelayClient
from cencomm.client.vault.journal import VaultJournal
from cencomm.client.vault.vault import create_vault, open_vault
from cencomm.clock import system_clock
from cencomm.demo.cast import Part
from cencomm.demo.folder import DemoFolder, write_private
from cencomm.ledger.letter import AccessLetter
from cencomm.secret import system_entropy

PASSWORD_BYTES = 15  # 120 random bits, 24 letters


@dataclass(frozen=True, slots=True)
class Member:
    """An open mailbox, whose it is, and the account that it belongs to."""

    part: Part
    mailbox: Mailbox
    access: Access

    async def join(self, letter: AccessLetter) -> None:
        """Ask to be admitted; the vault knows it too, so that the account's other computers believe the relay (L2)."""
        await enrol(self.mailbox, letter)
        await keep_pins(self.mailbox, self.access)


@contextlib.asynccontextmanager
async def new_member(
    part: Part, relay: RelayClient, folder: DemoFolder, reports: Reports, *, has_device: bool = True
) -> AsyncIterator[Member]:
    """An account, a mailbox and a device that others can add, made now; the mailbox is closed with the block.

    Args:
        has_device: False for whoever will sign in elsewhere: nobody adds this device, and theirs is the first.
    """
    password = _new_password()
    write_private(folder.password_file(part.name), password + "\n")
    access = await sign_up(relay, name=part.name, password=password, entropy=system_entropy)
    await create_vault(
        folder.mailbox(part.name),
        account=access.account,
        relay_url=relay.address,
        parameters=access.parameters,
        wrapping_key=access.keys.wrapping_key,
        entropy=system_entropy,
    )
    async with open_member(part, access, folder, reports) as member:
        if has_device:
            await introduce_device(member.mailbox)
        yield member


@contextlib.asynccontextmanager
async def open_member(part: Part, access: Access, folder: DemoFolder, reports: Reports) -> AsyncIterator[Member]:
    """The mailbox that lies in the folder, as its last write left it."""
    environment = Environment(clock=system_clock, entropy=system_entropy, judge_report=reports.judge)
    async with open_vault(folder.mailbox(part.name), access.keys.wrapping_key, entropy=system_entropy) as vault:
        await settle(vault, access, now=system_clock(), entropy=system_entropy)
        yield Member(part, await open_mailbox(VaultJournal(vault), access.relay, environment), access)


def _new_password() -> str:
    """Random words would be nicer to type; these are to be copied."""
    return base64.b32encode(system_entropy(PASSWORD_BYTES)).decode().lower()
