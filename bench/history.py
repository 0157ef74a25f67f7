"""How long somebody who comes later waits for what was said before, served by the archive (H2), beside reading it live.

    python -m bench.history [MESSAGES]

One officer reports, the archive records, another is admitted and asks. Printed: messages a second for recording, and
for serving and checking together, the ratio of reading the same log live to fetching it. All in one process.
"""

import asyncio
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from sqlalchemy import func, select

from cencomm.client.channel.posting import send
from cencomm.client.history.asking import ask
from cencomm.client.history.collecting import collect
from cencomm.client.inbox import messages
from cencomm.client.reports import Reports
from cencomm.client.unit import admission
from cencomm.client.watch import catch_up
from cencomm.clock import system_clock
from cencomm.forms.code_list import load_code_lists
from cencomm.forms.library import load_forms
from cencomm.ledger.kinds import History
from cencomm.node.membership import opened
from cencomm.node.records.criteria import Labels
from cencomm.node.records.tables import MESSAGES
from tests.fakes.loopback_relay import loopback_relay
from tests.scenarios.archive import SEIZURE, Archive, archive_in, found_with_archive, invite_archive
from tests.scenarios.people import EXERCISE, Person, Place, admit, draft, person


async def say(somebody: Person, place: Place, count: int) -> None:
    for number in range(count):
        await send(somebody.mailbox, place.operation, place.channel, draft(place, {**SEIZURE, "case_ref": f"{number}"}))
        if number % 1000 == 999:
            print(f"  sent {number + 1}", flush=True)


async def recorded(archive: Archive, count: int) -> None:
    while True:
        async with opened(archive.folder) as database, database.reading() as connection:
            if await connection.scalar(select(func.count()).select_from(MESSAGES)) == count:
                return
        await asyncio.sleep(1)


async def fetch(reader: Person, place: Place) -> int:
    """How many messages came."""
    shown = 0

    def show(answered: int, wanted: int) -> None:
        nonlocal shown
        if answered - shown >= 1000:
            shown = answered
            print(f"  fetched {answered} of {wanted} entries", flush=True)

    requests = await ask(reader.mailbox, place.operation, place.channel)
    (asked,), complete = await collect(reader.mailbox, requests, patience_seconds=60, progress=show)
    assert complete
    assert (asked.wrong, asked.missing) == (0, 0)
    return asked.messages


async def measure(count: int) -> None:
    lists = load_code_lists()
    reports, form = Reports(lists), load_forms(lists)["seizure"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with (
            loopback_relay(folder / "relay", clock=system_clock) as server,
            person(server.url, folder / "carla", "Carla", reports, at=system_clock) as carla,
            person(server.url, folder / "ana", "Ana", reports, at=system_clock) as ana,
            person(server.url, folder / "bob", "Bob", reports, at=system_clock) as bob,
        ):
            archive = archive_in(folder / "archive", reports, Labels(lists))
            place = await found_with_archive(carla, form, replace(EXERCISE, history=History.ALL))
            await admit(carla, ana, place, "FR")
            await archive.join(await invite_archive(carla, place.operation))
            await admission.admit_waiting(carla.mailbox, place.operation)
            await catch_up(ana.mailbox)
            began = time.perf_counter()
            await say(ana, place, count)
            print(f"{count} sent: {count / (time.perf_counter() - began):.0f} a second", flush=True)
            began = time.perf_counter()
            await catch_up(carla.mailbox)
            live = time.perf_counter() - began
            print(f"read live: {live:.1f} s, {count / live:.0f} a second", flush=True)
            archive.start()
            try:
                began = time.perf_counter()
                await recorded(archive, count)
                seconds = time.perf_counter() - began
                print(f"recorded by the archive: {seconds:.1f} s, {count / seconds:.0f} a second", flush=True)
                await admit(carla, bob, place, "KE")
                began = time.perf_counter()
                came = await fetch(bob, place)
                seconds = time.perf_counter() - began
            finally:
                await archive.stop()
            began = time.perf_counter()
            inbox = [item async for item in messages(bob.mailbox)]
            listed = time.perf_counter() - began
            assert came == len(inbox) == len({item.message.envelope.message for item in inbox}) == count
            print(
                f"fetched: {came} in {seconds:.1f} s, {came / seconds:.0f} a second; "
                f"live/fetched {live / seconds:.2f}; listed: {listed:.1f} s"
            )


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
