"""A member of the large operation: a real mailbox in a folder of its own, which decrypts and checks everything.

    python -m bench._member RELAY_URL FOLDER OWN TOTAL < letter

It asks for its place with the letter, says `enrolled`, and from then on obeys lines of its standard input: `enter`
(says where the log ends for it), `go` (sends OWN messages, reads until it holds TOTAL, says what that cost).
"""

import asyncio
import contextlib
import resource
import sys
from collections import Counter
from pathlib import Path
from time import perf_counter, process_time

import msgspec

from cencomm.client.channel.posting import send
from cencomm.client.events import Event, MessageDelivered
from cencomm.client.operation.enrolling import enrol
from cencomm.client.reports import Reports
from cencomm.client.watch import catch_up, watch
from cencomm.clock import system_clock
from cencomm.forms.code_list import load_code_lists
from cencomm.ids import BlobId, ChannelId, OperationId
from cencomm.ledger.letter import AccessLetter, read_letter
from tests.scenarios.archive import SEIZURE
from tests.scenarios.people import Person, Place, draft, person


async def read_line() -> str:
    line: str = await asyncio.to_thread(sys.stdin.readline)
    return line.strip()


def say(line: str) -> None:
    print(line, flush=True)


async def entered(somebody: Person, operation: OperationId) -> Place:
    mailbox = somebody.mailbox
    while True:
        await catch_up(mailbox)
        for place, session in mailbox.sessions.items():
            say(f"entered {session.sequence} {session.log_hash.hex()}")
            (form,) = mailbox.operation(operation).ledger.forms
            return Place(operation, ChannelId(place[1]), BlobId(form))
        await asyncio.sleep(1)


async def take_part(somebody: Person, place: Place, own: int, total: int) -> dict[str, object]:
    """Sends and reads at once, as a program that stays open does."""
    counts: Counter[str] = Counter()
    everything = asyncio.Event()

    def count(event: Event) -> None:
        counts[type(event).__name__] += 1
        if isinstance(event, MessageDelivered) and counts["MessageDelivered"] == total:
            everything.set()

    somebody.events.clear()
    somebody.mailbox.observe(count)
    began, cpu = perf_counter(), process_time()
    watching = asyncio.create_task(watch(somebody.mailbox))
    for number in range(own):
        values = {**SEIZURE, "case_ref": f"{somebody.name} {number}"}
        await send(somebody.mailbox, place.operation, place.channel, draft(place, values))
        somebody.events.clear()
    await everything.wait()
    cost = {"seconds": perf_counter() - began, "cpu": process_time() - cpu, "events": dict(counts)}
    watching.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watching
    session = somebody.mailbox.sessions[place.operation, place.channel]
    return {**cost, "hash": session.log_hash.hex(), "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}


async def main(url: str, folder: Path, own: int, total: int) -> None:
    letter: AccessLetter = read_letter(msgspec.json.decode(await read_line(), type=str))
    async with person(url, folder, folder.name, Reports(load_code_lists()), at=system_clock) as somebody:
        await enrol(somebody.mailbox, letter)
        say("enrolled")
        assert await read_line() == "enter"
        place = await entered(somebody, letter.operation)
        assert await read_line() == "go"
        say(msgspec.json.encode(await take_part(somebody, place, own, total)).decode())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
