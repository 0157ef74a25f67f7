"""The relay dies at the worst moment: the message is on disk, and nobody was told. A retry gets the first receipt."""

import asyncio
import base64
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from msgspec.structs import replace
from yarl import URL

from cencomm.ledger.statements import verify_receipt
from cencomm.relay.own_keys import receipt_key
from cencomm.secret import system_entropy
from cencomm.wire.document import encode_document
from tests.fakes.founded_operation import found_operation
from tests.fakes.served_relay import NAME, StandingClock, config_for, running

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


@contextlib.asynccontextmanager
async def relay_process(data: Path, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """A relay of its own on `data`, killed at the end if the test has not."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cencomm.relay", "--data", str(data), "--name", NAME, "--port", str(port),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def until_it_answers(http: aiohttp.ClientSession, base: URL) -> None:
    async with asyncio.timeout(30):
        while True:
            with contextlib.suppress(aiohttp.ClientConnectionError):
                async with http.get(base / "healthz") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.05)


async def test_a_relay_killed_between_commit_and_receipt_gives_the_first_receipt_to_the_retry(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    data = tmp_path / "relay"
    async with running(config_for(data), StandingClock()) as relay:
        operation = await found_operation(relay, await relay.person())
    key = receipt_key(data, system_entropy).public_key
    base = URL(f"http://127.0.0.1:{unused_tcp_port}")
    headers = {"Authorization": f"Bearer {operation.coordinator.token}"}
    publish = operation.message()
    body = encode_document(publish)

    async with aiohttp.ClientSession(headers=headers) as http:
        async with relay_process(data, unused_tcp_port) as process:
            await until_it_answers(http, base)
            async with http.ws_connect(base / "v1/stream") as stream:
                await stream.send_str("?")
                await stream.receive(timeout=10)
                # The request goes out on a connection that nobody reads; the push tells that it was committed.
                _, writer = await asyncio.open_connection("127.0.0.1", unused_tcp_port)
                writer.write(
                    f"POST {operation.log_path} HTTP/1.1\r\nHost: x\r\n"
                    f"Authorization: {headers['Authorization']}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                    + body
                )
                pushed = await stream.receive_json(timeout=10)
                process.send_signal(signal.SIGKILL)
                await process.wait()
                writer.close()
        async with relay_process(data, unused_tcp_port):
            await until_it_answers(http, base)
            receipts = []
            for retry in (publish, replace(publish, message=b"other bytes")):
                async with http.post(base.with_path(operation.log_path), data=encode_document(retry)) as answer:
                    assert answer.status == 200, await answer.text()
                    receipts.append((await answer.json())["receipt"])
            async with http.get(base.with_path(operation.log_path)) as answer:
                entries = (await answer.json())["entries"]

    receipt = verify_receipt(base64.b64decode(receipts[0]), key).statement
    assert receipts[0] == receipts[1]
    assert receipt.sequence == pushed["entry"]["sequence"] == 2
    assert [entry["sequence"] for entry in entries] == [1, 2]
