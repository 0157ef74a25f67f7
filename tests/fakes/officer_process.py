"""An officer's program that never stops talking: `python -m tests.fakes.officer_process`. It may be killed anywhere.

It begins each life by sending what an earlier one left, then says one note after the other. What the relay acknowledged
and the log showed is written down, durably, before the next note begins: the promises that a test holds everybody to.
"""

import asyncio
import os
from pathlib import Path
from typing import TextIO

import click

from cencomm.client.account.account import sign_in
from cencomm.client.account.session import Access
from cencomm.client.channel.delivery import Sent
from cencomm.client.channel.posting import Draft, resume, send
from cencomm.client.mailbox import Mailbox
from cencomm.client.reports import Reports
from cencomm.client.transport.relay_client import RelayClient, open_relay
from cencomm.client.watch import catch_up
from cencomm.clock import system_clock
from cencomm.demo.cast import cast_of
from cencomm.demo.folder import DemoFolder
from cencomm.demo.member import open_member
from cencomm.demo.repertoire import load_repertoire
from cencomm.errors import Unavailable
from cencomm.forms.envelope import Body
from cencomm.ids import BlobId
from cencomm.ledger.kinds import ChannelKind
from cencomm.secret import system_entropy

RETRY_SECONDS = 0.2
BREATH_SECONDS = 0.03  # between notes: readers are to keep up with the talker on a computer that does more than this
NOTE_BYTES = 8


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), required=True)
@click.option("--name", required=True)
@click.option("--relay", "url", required=True)
@click.option("--promises", type=click.Path(path_type=Path), required=True, help="Acknowledged notes, one a line.")
def main(folder: Path, name: str, url: str, promises: Path) -> None:
    asyncio.run(talk(DemoFolder(folder), name, url, promises))


async def talk(folder: DemoFolder, name: str, url: str, promises: Path) -> None:
    repertoire = load_repertoire()
    part = next(part for part in cast_of(repertoire.plan).everybody if part.name == name)
    password = folder.password_file(name).read_text("utf-8").strip()
    async with open_relay(url) as relay:
        access = await signed_in(relay, name, password)
        async with open_member(part, access, folder, repertoire.reports) as member:
            with promises.open("a", encoding="utf-8") as file:
                while True:
                    try:
                        await say_next(member.mailbox, repertoire.reports, file)
                        await asyncio.sleep(BREATH_SECONDS)
                    except Unavailable:
                        await asyncio.sleep(RETRY_SECONDS)


async def signed_in(relay: RelayClient, name: str, password: str) -> Access:
    while True:
        try:
            return await sign_in(relay, name=name, password=password)
        except Unavailable:
            await asyncio.sleep(RETRY_SECONDS)


async def say_next(mailbox: Mailbox, reports: Reports, promises: TextIO) -> None:
    for settled in await resume(mailbox):
        assert isinstance(settled, Sent)
        promise(settled, promises)
    await catch_up(mailbox)
    (operation,) = mailbox.operations.values()
    (channel,) = (one for one, entry in operation.ledger.channels.items() if entry.kind is ChannelKind.MAIN)
    form: BlobId = reports.newest(operation)["note"]
    body = Body(values={"text": system_entropy(NOTE_BYTES).hex()}, language="en", written_at=system_clock())
    promise(await send(mailbox, operation.id, channel, Draft(form=form, body=body)), promises)


def promise(sent: Sent, promises: TextIO) -> None:
    promises.write(sent.message.hex() + "\n")
    promises.flush()
    os.fsync(promises.fileno())


if __name__ == "__main__":
    main()
