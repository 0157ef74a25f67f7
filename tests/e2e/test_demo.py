"""`cencomm demo` as somebody types it: real processes, whole files, and a count that is whole or an exit code."""

import asyncio
import csv
import io
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
HEADERS = (
    *("  ID ", "Year", "Date ", "Database", "Location ", "City, Country", "Origin", "Transit", "Destination"),
    *(
        "WEIGHT (kg) ",
        "Number",
        "Airline ",
        "Mode of Transport",
        "Method of Detection",
        "Obfuscation Method",
        "Species",
    ),
)
MEMBERS = 9  # two coordinators, six officers, an analyst
_LINE = re.compile(r"^ +([a-zA-Z ]+?) {2,}([\d.]+) *$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Outcome:
    code: int
    text: str

    @property
    def table(self) -> dict[str, float]:
        return {name: float(value) for name, value in _LINE.findall(self.text)}


def demo(*arguments: str | Path) -> Outcome:
    command = [sys.executable, "-m", "cencomm", "demo", *map(str, arguments)]
    done = subprocess.run(command, check=False, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return Outcome(done.returncode, done.stdout)


def sheet(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(HEADERS)
    writer.writerows([*row, *[""] * (len(HEADERS) - len(row))] for row in rows)
    path.write_bytes(b"\xef\xbb\xbf" + out.getvalue().encode())
    return path


def whole(outcome: Outcome, *, rows: int, refused: int) -> None:
    sent = rows - refused
    table = outcome.table
    del table["seconds"], table["rows kept with doubts"]
    assert 0 < table["kept by its nCEN"] < sent
    assert table.pop("originated by Kenya") == table.pop("kept by its nCEN")
    assert table.pop("released to CEN") == table.pop("recorded by CEN") > 0
    assert table == {
        "rows read": rows,
        "rows refused": refused,
        "messages sent": sent,
        "deliveries made": sent * MEMBERS,
        "deliveries expected": sent * MEMBERS,
        "delivered twice": 0,
        "archived": sent,
        "archived expected": sent,
        "quarantined": 0,
    }, outcome.text
    assert outcome.code == 0, outcome.text


def test_the_sample_that_ships_arrives_whole() -> None:
    outcome = demo("--exit")

    whole(outcome, rows=14, refused=1)
    assert "row 12 refused: the country of the seizure is not known: 'Nowhere'" in outcome.text


def test_the_routes_file_arrives_whole(shared: Path) -> None:
    seizures = shared / "data/seizures"

    outcome = demo(
        "--exit",
        *("--play", seizures / "routes_airport_wildlife_2009_2014.csv"),
        *("--with", seizures / "routes_legs_2009_2014.csv"),
        *("--mapping", "routes"),
    )

    whole(outcome, rows=557, refused=1)
    assert "row 162 refused: the country of the seizure is not known" in outcome.text


def test_another_year_with_dirty_cells_plays_and_says_of_each_row_what_became_of_it(tmp_path: Path) -> None:
    file = sheet(
        tmp_path / "2016.csv",
        [
            ["1", "2016", "2016-05-03", "Birds", "", "Bangkok, Thailand"],
            ["2", "2016", " 3 May 2016 ", "Ivory", "Jomo Kenyatta Airport", "  Nairobi ,  Kenya "],
            ["3", "2016", "18-Jan-16", "Reptiles", "", "Paris, France", "", "", "", "~ 4,5 kg", "a few"],
            ["4", "2016", "May 2016", "Marine", "An airport that nobody knows", "Qqqq, Thailand", "", "", "", "0"],
            ["5", "", "32-Jan-16", "Birds", "", "Dubai, UAE"],
            ["6", "2016", "1-Jun-16", "Birds", "", "Atlantis"],
            ["1", "2016", "2-Jun-16", "Birds", "", "Dubai, UAE"],
            ["", "", "", "", "", ""],
            ["8", "2016", "3-Jun-16", "Mammals", "", "New York, USA", *[""] * 9, "=HYPERLINK(1)\x00"],
        ],
    )

    outcome = demo("--exit", "--play", file)

    assert outcome.code == 0, outcome.text
    table = outcome.table
    assert table["rows read"] == 8
    assert table["rows refused"] + table["messages sent"] == 8
    assert table["archived"] == table["messages sent"] >= 4
    for row in (6, 7, 8):
        assert f"row {row} refused: " in outcome.text


def test_a_file_that_is_no_table_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "no.csv"
    file.write_bytes(b"\x00\x01\x02")

    outcome = demo("--exit", "--play", file)

    assert outcome.code == 1
    assert outcome.text.splitlines()[-1].startswith("Error: ")
    assert "Traceback" not in outcome.text


Running = tuple[asyncio.subprocess.Process, Path, bytes]


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    """A demonstration for people, at the point where it invites to type."""
    data = tmp_path / "demo"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", "-m", "cencomm", "demo", "--data", str(data), "--pace", "0.1"),
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    seen = b""
    while b"In a second terminal:" not in seen:
        line = await process.stdout.readline()
        assert line, seen.decode()
        seen += line
    yield process, data, seen
    if process.returncode is None:
        process.kill()
    await process.communicate()


SERVERS = 4  # relay, archive, nCEN, CEN


def servers(data: Path, *, but: int) -> list[int]:
    """Processes that were told to work in the demonstration's folder, `but` the demonstration itself."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().split(b"\0")
        except OSError:
            continue
        if entry.parent.name != str(but) and any(word.startswith(os.fsencode(data)) for word in words):
            found.append(int(entry.parent.name))
    return found


async def gone(data: Path, *, but: int) -> None:
    for _ in range(300):
        if not servers(data, but=but):
            return
        await asyncio.sleep(0.1)
    pytest.fail("a server is left behind")


async def test_ctrl_c_ends_every_process_in_order(running: Running) -> None:
    process, data, _ = running
    assert len(servers(data, but=process.pid)) == SERVERS

    process.send_signal(signal.SIGINT)
    await process.communicate()

    assert process.returncode == 0
    await gone(data, but=process.pid)


async def test_a_demonstration_that_is_killed_leaves_no_server_behind(running: Running) -> None:
    process, data, _ = running
    assert len(servers(data, but=process.pid)) == SERVERS

    process.kill()
    await process.communicate()

    await gone(data, but=process.pid)


async def test_what_it_says_to_type_works(running: Running) -> None:
    process, data, said_first = running
    you = ("--data", data / "mailboxes/you", "--password-file", data / "accounts/you.txt")

    inbox = await cencomm(*you, "inbox")
    said = await cencomm(*you, "--language", "fr", "send", "note", "--set", "text=Bonjour de Bruxelles")
    found = await cencomm("archive", "search", "ivory", "--data", data / "archive")

    assert (inbox.code, said.code, found.code) == (0, 0, 0), (inbox, said, found)
    (relay,) = re.findall(rb"^In a browser: (\S+)", said_first, re.MULTILINE)
    lisbon = ("--data", data / "lisbon", "--password-file", data / "accounts/you.txt")
    made = await cencomm(*lisbon, "sign-up", "--relay", relay.decode(), "--name", "lisbon")
    asked = await cencomm(*lisbon, "operation", "join", data / "letters/newcomer.txt", "--yes")
    assert (made.code, asked.code) == (0, 0), (made, asked)
    await admitted(lisbon)
    process.send_signal(signal.SIGINT)
    shown, _ = await process.communicate()
    assert "Bonjour de Bruxelles" in shown.decode()


async def admitted(mailbox: Sequence[str | Path]) -> None:
    """The unit on duty has let the newcomer in, and somebody has added the device."""
    for _ in range(60):  # each try takes a second or more by itself
        if not (await cencomm(*mailbox, "send", "note", "--set", "text=Olá")).code:
            return
    pytest.fail("nobody let the newcomer in")


async def cencomm(*arguments: str | Path) -> Outcome:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cencomm", *map(str, arguments)),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode is not None
    return Outcome(process.returncode, output.decode())


def test_the_two_commands_of_the_readme_do_what_it_says() -> None:
    readme, makefile = (ROOT / "README.md").read_text("utf-8"), (ROOT / "Makefile").read_text("utf-8")

    (block,) = re.findall(r"## Two commands.*?```sh\n(.*?)```", readme, re.DOTALL)
    commands = [line.split("#")[0].strip() for line in block.splitlines()]

    assert commands == ["make run", "make test"]
    assert re.search(r"^run: setup .*\n\t\$\(BIN\)/cencomm demo$", makefile, re.MULTILINE)
    assert re.search(r"^test: setup .*\n\t\$\(BIN\)/python -m pytest", makefile, re.MULTILINE)
