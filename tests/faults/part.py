"""Who plays in a run, as the program of a member knows it."""

import contextlib
from dataclasses import dataclass
from pathlib import Path

from cencomm.client.account.account import sign_in, sign_up
from cencomm.client.account.session import Access
from cencomm.client.channel.entrance import introduce_device
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.enrolling import enrol
from cencomm.client.reports import Reports
from cencomm.client.transport.errors import Taken
from cencomm.client.transport.relay_client import RelayClient
from cencomm.client.vault.folder import HEADER
from cencomm.ledger.letter import AccessLetter
from cencomm.secret import system_entropy


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A name and a password, a letter, and where the relay is reached. `folder` is the mailbox's."""

    name: str
    password: str
    letter: AccessLetter
    relay: str
    folder: Path
    rows: Path
    go: Path
    reports: Reports

    async def access(self, relay: RelayClient) -> Access:
        if (self.folder / HEADER).exists():
            return await sign_in(relay, name=self.name, password=self.password)
        return await sign_up(relay, name=self.name, password=self.password, entropy=system_entropy)

    async def join(self, mailbox: Mailbox) -> None:
        """Asked for, though the last life may have done it: it did not say so."""
        await introduce_device(mailbox)
        if self.letter.operation not in mailbox.operations:
            with contextlib.suppress(Taken):  # and we were admitted since
                await enrol(mailbox, self.letter)
