"""The archive as the operating system sees it: a process that is killed, stopped, asked how it is, and searched."""

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from python_calamine import load_workbook

from cencomm.node.records.verify import Check
from tests.fakes.scraped import scrape
from tests.scenarios.archive import SECONDS, Archive, report
from tests.scenarios.people import Person, Place, clock


async def command(*words: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "cencomm", "archive", *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def answer(*words: str) -> Any:  # whatever JSON the command prints
    process = await command(*words)
    out, err = await process.communicate()
    assert process.returncode == 0, err
    return json.loads(out)


async def doctor(*words: str) -> Any:
    """What it finds; whether the tests' disk is to be looked at is no matter here."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, *("-m", "cencomm", "doctor", *words), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    document = json.loads(out)
    assert process.returncode == ["ok", "look", "broken"].index(document["verdict"])
    return {one["check"]: one for one in document["findings"]}


@contextlib.asynccontextmanager
async def running(folder: Path, *more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The process of the archive; killed without a word if it still runs at the end."""
    process = await command("run", "--data", str(folder), *more)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        _, log = await process.communicate()
        sys.stderr.write(log.decode())  # shown beside a failure


async def said(process: asyncio.subprocess.Process, event: str) -> dict[str, Any]:
    """The first line of the log that tells of `event`."""
    assert process.stderr is not None
    async with asyncio.timeout(SECONDS):
        async for line in process.stderr:
            found: dict[str, Any] = json.loads(line)
            if found["event"] == event:
                return found
    raise AssertionError(f"the process ended before {event}")


@pytest.mark.slow
async def test_a_process_that_is_killed_again_and_again_records_each_message_once(
    archive: Archive, ana: Person, meeting: Place
) -> None:
    for life in range(3):
        async with running(archive.folder.path):
            for number in range(4):
                await report(ana, meeting, 4 * life + number)
            await archive.headings(4 * life + 1 + life)  # somewhere within what this life was given
    async with running(archive.folder.path) as process:
        await said(process, "node_running")
        headings = await archive.headings(12)
        process.terminate()
        await said(process, "node_stopped")
        assert await process.wait() == 0

    assert headings == [f"case {number}" for number in range(12)]
    verification = await archive.verify()
    assert verification.sound
    assert verification.passed[Check.LOG] == 12


@pytest.mark.slow
async def test_a_running_archive_tells_how_it_is_and_is_searched_exported_and_verified(
    archive: Archive, ana: Person, meeting: Place, tmp_path: Path
) -> None:
    data = str(archive.folder.path)
    await report(ana, meeting, 1)
    async with running(archive.folder.path, "--health-port", "0") as process:
        port = (await said(process, "health_served"))["port"]
        await archive.headings(1)
        async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/healthz") as health:
            status, how = health.status, await health.json()
        text, series = await scrape(port)

        found = await answer("search", "--data", data, "--json", "--commodity", "CIT", "paris")
        exported = await answer("export", "--data", data, "--json", "--language", "fr", str(tmp_path / "out.xlsx"))
        verified = await answer("verify", "--data", data, "--json", "--with-log")
        examined = await doctor("--data", data, "--json")
        aside = await answer("quarantine", "--data", data, "--json")
        backup = str(tmp_path / "backup")
        backed_up = await answer("backup", "--data", data, "--json", "--to", backup)
        checked = await answer("restore", "--data", str(tmp_path / "back"), "--json", "--from", backup, "--verify")

    assert status == 200
    assert how["works"]
    assert how["relay"]
    assert [position["standing"] for position in how["positions"]] == ["live"]
    assert series["cencomm_node_works", ()] == 1
    assert series["cencomm_node_channels", (("standing", "live"),)] == 1
    assert series["cencomm_node_events_total", (("kind", "MessageDelivered"),)] == 1
    assert series["cencomm_node_leaves_to_remove", ()] == series["cencomm_node_log_entries_behind", ()] == 0
    assert series["cencomm_node_device_certificate_timestamp_seconds", ()] > clock()
    identifiers = (meeting.operation, meeting.channel, ana.mailbox.identity.account)
    telling = ["case 1", "CDG", *(value.hex()[:8] for value in identifiers)]
    assert [one for one in telling if one in text] == []
    assert [record["heading"] for record in found["records"]] == ["case 1"]
    assert exported == {"records": 1, "withheld": 0}
    assert load_workbook(tmp_path / "out.xlsx").sheet_names[0] == "seizure"
    assert verified["sound"]
    assert verified["checks"]["log"] == {"passed": 1, "failed": 0}
    well = {"ledgers", "channels", "outbox", "device", "key_packages", "quarantine", "lock", "database", "version"}
    assert {check for check in well if examined[check]["verdict"] == "ok"} == well, examined
    assert examined["lock"]["sentence"].startswith("One process")
    assert examined["backup"]["verdict"] == "look"
    assert aside == []
    assert backed_up == {"backup": backup, "files": 2}
    assert checked == {"records": 1, "sound": True}
    assert not (tmp_path / "back").exists()


async def test_commands_say_in_one_line_what_is_wrong(tmp_path: Path) -> None:
    for words in (
        ("search", "--data", str(tmp_path / "nothing"), "x"),
        ("verify", "--data", str(tmp_path / "nothing")),
        ("run", "--data", str(tmp_path / "nothing")),
        ("join", "--data", str(tmp_path / "new"), str(tmp_path / "no-letter")),
    ):
        process = await command(*words)
        _, err = await process.communicate()

        assert process.returncode == 1, words
        assert err.startswith(b"cencomm: "), words
        assert len(err.splitlines()) == 1, err
