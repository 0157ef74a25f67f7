"""An officer's program that takes part and never stops talking: `python -m tests.faults.member`.

It may be killed anywhere. It does everything itself: account, mailbox, enrolment with its letter, and then listening
and talking at once. Each life begins where the last one was ended.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import click

from cencomm.client.account.account import settle
from cencomm.client.attachments.spool import SPOOL, SpoolFolder
from cencomm.client.mailbox import Environment, Mailbox, open_mailbox
from cencomm.client.reports import Reports
from cencomm.client.transport.relay_client import open_relay
from cencomm.client.vault.folder import HEADER
from cencomm.client.vault.journal import VaultJournal
from cencomm.client.vault.vault import create_vault, open_vault
from cencomm.client.watch import watch
from cencomm.clock import system_clock
from cencomm.errors import ProtocolError, Unavailable
from cencomm.forms.code_list import load_code_lists
from cencomm.ledger.letter import read_letter
from cencomm.secret import system_entropy
from tests.faults.duty_post import serve
from tests.faults.journal import Line, Word, tell
from tests.faults.part import Part
from tests.faults.talking import RETRY_SECONDS, Talker


@contextlib.asynccontextmanager
async def at_own_computer(part: Part) -> AsyncIterator[Mailbox]:
    """The member's mailbox as its last write left it, made if there is none."""
    async with open_relay(part.relay) as relay:
        access = await part.access(relay)
        if not (part.folder / HEADER).exists():
            await create_vault(
                part.folder,
                account=access.account,
                relay_url=part.relay,
                parameters=access.parameters,
                wrapping_key=access.keys.wrapping_key,
                entropy=system_entropy,
            )
        async with open_vault(part.folder, access.keys.wrapping_key, entropy=system_entropy) as vault:
            await settle(vault, access, now=system_clock(), entropy=system_entropy)
            environment = Environment(
                clock=system_clock,
                entropy=system_entropy,
                judge_report=part.reports.judge,
                spool=SpoolFolder(part.folder / SPOOL),
            )
            yield await open_mailbox(VaultJournal(vault), access.relay, environment)


async def take_part(part: Part) -> None:
    """Until the operation revokes us. Raises what `watch` and `send` raise."""
    async with at_own_computer(part) as mailbox:
        await part.join(mailbox)
        listening = asyncio.create_task(watch(mailbox, on_trouble=_told))
        talking = asyncio.create_task(Talker.of(mailbox, part.reports, part.rows, part.go).talk())
        try:
            await asyncio.wait((listening, talking), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (listening, talking):
                task.cancel()
            results = await asyncio.gather(listening, talking, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result


def _told(trouble: ProtocolError) -> None:
    tell(Line(Word.TROUBLE, text=f"{type(trouble).__name__}: {trouble}"))


async def live(part: Part) -> None:
    """Until the operation revokes us."""
    while True:
        try:
            await take_part(part)
        except Unavailable:
            await asyncio.sleep(RETRY_SECONDS)
        else:
            return


@click.command()
@click.option("--name", required=True)
@click.option("--relay", required=True)
@click.option("--folder", type=click.Path(path_type=Path), required=True)
@click.option("--letter", type=click.Path(path_type=Path), required=True)
@click.option("--password", type=click.Path(path_type=Path), required=True, help="A file.")
@click.option("--rows", type=click.Path(path_type=Path), required=True)
@click.option("--go", type=click.Path(path_type=Path), required=True)
@click.option("--roams", is_flag=True, help="A duty post: the mailbox lies at the relay, this computer keeps nothing.")
def main(
    name: str, relay: str, folder: Path, letter: Path, password: Path, rows: Path, go: Path, *, roams: bool
) -> None:
    part = Part(
        name=name,
        password=password.read_text("utf-8").strip(),
        letter=read_letter(letter.read_text("utf-8")),
        relay=relay,
        folder=folder,
        rows=rows,
        go=go,
        reports=Reports(load_code_lists()),
    )
    asyncio.run(serve(part) if roams else live(part))


if __name__ == "__main__":
    main()
