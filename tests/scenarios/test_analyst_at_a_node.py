"""An analyst at an archive that runs as a process of its own: over TLS, from the first sign-in to SIGTERM."""

import asyncio
import contextlib
import json
import signal
import ssl
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pyotp
import pytest

from cencomm.clock import system_clock
from tests.fakes.self_signed import self_signed
from tests.scenarios.archive import SECONDS, Archive, report
from tests.scenarios.people import Person, Place

PURPOSE = {"Cencomm-Purpose": "support_investigation"}


async def command(*words: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "cencomm", "archive", *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def answer(*words: str) -> Any:  # whatever JSON the command prints
    process = await command(*words, "--json")
    out, err = await process.communicate()
    assert process.returncode == 0, err
    return json.loads(out)


@contextlib.asynccontextmanager
async def serving(folder: Path, certificate: Path, key: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The process, and where its API answers; killed if it still runs at the end."""
    tls = ("--tls-certificate", str(certificate), "--tls-key", str(key))
    process = await command("run", "--data", str(folder), "--port", "0", *tls)
    try:
        assert process.stderr is not None
        async with asyncio.timeout(SECONDS):
            async for line in process.stderr:
                said = json.loads(line)
                if said["event"] == "api_served":
                    assert said["tls"] is True
                    yield process, f"https://localhost:{said['port']}"
                    return
        raise AssertionError("the process ended before it served its API")
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        _, log = await process.communicate()
        sys.stderr.write(log.decode())  # shown beside a failure


async def set_up_authenticator(http: aiohttp.ClientSession) -> None:
    async with http.get("/v1/authenticator") as shown:
        secret = (await shown.json())["secret"]
    code = pyotp.TOTP(secret).at(system_clock())
    async with http.post("/v1/authenticator", json={"code": code}) as done:
        assert len((await done.json())["recovery_codes"]) == 10


@pytest.mark.slow
async def test_an_analyst_signs_in_over_tls_searches_and_is_in_the_log(
    archive: Archive, ana: Person, meeting: Place, tmp_path: Path
) -> None:
    data = ("--data", str(archive.folder.path))
    certificate, key = self_signed(tmp_path, "localhost")
    trusting = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=certificate))
    account = await answer("user", "add", "ines", "--role", "analyst", *data)
    await report(ana, meeting, 1)

    async with serving(archive.folder.path, certificate, key) as (process, node):
        await archive.headings(1)
        async with aiohttp.ClientSession(node, connector=trusting) as http:
            async with http.get("/v1/records", headers=PURPOSE) as stranger:
                assert stranger.status == 401
            async with http.post("/v1/session", json=account) as begun:
                assert (await begun.json())["session"] == "setup"
            await set_up_authenticator(http)
            async with http.get("/v1/records?commodity=CIT", headers=PURPOSE) as searched:
                found = await searched.json()
            process.send_signal(signal.SIGTERM)  # with the analyst's connection still open
            async with asyncio.timeout(SECONDS):
                assert await process.wait() == 0

    consulted = [one for one in (await answer("log", *data))["entries"] if one["deed"] == "search"]
    assert [one["heading"] for one in found["records"]] == ["case 1"]
    assert [(one["person"], one["via"], one["found"]) for one in consulted] == [("ines", "browser", 1)]
    assert consulted[0]["purpose"] == PURPOSE["Cencomm-Purpose"]
