"""Acknowledged means durable: seen from outside, by the order of the relay's system calls."""

import asyncio
from pathlib import Path

import pytest

from cencomm.demo.folder import DemoFolder
from cencomm.demo.repertoire import Repertoire
from cencomm.demo.server import free_port, serving
from tests.e2e.crew import crew_at, relay_for_tests
from tests.e2e.receipt_order import ReceiptTooEarlyError, judge
from tests.e2e.syscalls import Call, calls, tracing

pytestmark = pytest.mark.slow
NOTES = 6  # by each of three, at the same time: some of them share a transaction


async def traced(strace: str, folder: DemoFolder, repertoire: Repertoire, synchronous: str) -> list[Call]:
    """The system calls of a relay that accepted a founding, admissions, Commits and notes."""
    trace, port = folder.path / "trace", free_port()
    plan = relay_for_tests(
        folder.relay, port, "--synchronous", synchronous, log=folder.log("relay"), under=tracing(strace, trace)
    )
    async with serving(plan), crew_at(f"http://127.0.0.1:{port}", folder, repertoire, officers=2) as crew:

        async def talk(number: int) -> None:
            for count in range(NOTES):
                await crew.say(crew.members[number], f"note {count}")

        await asyncio.gather(*(talk(number) for number in range(len(crew.members))))
    return calls(trace)


async def test_no_receipt_leaves_before_the_flush_that_covers_its_row(
    strace: str, folder: DemoFolder, repertoire: Repertoire
) -> None:
    receipts = judge(await traced(strace, folder, repertoire, "FULL"))

    assert len({receipt.send_id for receipt in receipts}) >= 3 * NOTES


async def test_a_relay_that_does_not_flush_is_caught(strace: str, folder: DemoFolder, repertoire: Repertoire) -> None:
    trace = await traced(strace, folder, repertoire, "OFF")

    with pytest.raises(ReceiptTooEarlyError, match="before the flush"):
        judge(trace)


def test_the_trace_files_are_read_as_strace_writes_them(tmp_path: Path) -> None:
    trace, file, socket = tmp_path / "trace", r"\x2f\x77", r"\x73\x6f"
    trace.write_text(
        f'7 pwrite64(9<{file}>, "\\x61\\x62", 2, 0) = 2\n'
        f"7 fdatasync(9<{file}> <unfinished ...>\n"
        f'8 sendto(4<{socket}>, "\\x63", 1, 0, NULL, 0) = 1\n'
        "7 <... fdatasync resumed>) = 0\n"
        "8 --- SIGTERM {si_signo=SIGTERM} ---\n"
    )

    found = calls(trace)

    assert found == [
        Call("pwrite64", "/w", b"ab", 0, 0),
        Call("fdatasync", "/w", b"", 1, 3),
        Call("sendto", "so", b"c", 2, 2),
    ]
