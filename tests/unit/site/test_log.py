"""A full disk takes log lines away, never the work that they report; and no line repeats what a peer said."""

import io
import json
import logging
import subprocess
import sys
from typing import Any

from structlog.typing import EventDict

from cencomm.site.log import LibraryHandler, PatientStream, tell_exception

MARKER = "Qxvékw"
PROGRAM = f"""
import asyncio, logging, warnings
import structlog
from cencomm.site.log import configure_log
configure_log()
log = structlog.get_logger()
try:
    try:
        int("{MARKER}")
    except ValueError as error:
        raise RuntimeError("about {MARKER}") from error
except RuntimeError:
    log.exception("request_broke", route="/v1/vault")
logging.getLogger("aiohttp.server").error("Error handling request from %s", "192.0.2.77 {MARKER}")
warnings.warn("{MARKER}")

async def forget():
    raise KeyError("{MARKER}")

async def main():
    task = asyncio.create_task(forget())
    await asyncio.sleep(0)
    del task

asyncio.run(main())
raise LookupError("{MARKER}")
"""


class FullDisk(io.StringIO):
    """Takes nothing, as a file on a disk without space."""

    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")

    def flush(self) -> None:
        raise OSError(28, "No space left on device")


def test_a_line_that_cannot_be_written_is_lost_and_nothing_else() -> None:
    stream = PatientStream(FullDisk())

    stream.write("transaction_failed\n")
    stream.flush()


def test_a_line_that_can_be_written_is() -> None:
    file = io.StringIO()

    PatientStream(file).write("relay_starting\n")

    assert file.getvalue() == "relay_starting\n"


def test_neither_an_exception_nor_a_library_nor_the_end_repeats_what_a_peer_said() -> None:
    """Exceptions quote what they could not read, aiohttp the address and first line of whoever connects."""
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, check=False)

    lines: list[dict[str, Any]] = [json.loads(line) for line in ended.stderr.splitlines()]
    assert MARKER.encode() not in ended.stderr
    assert b"Qxv" not in ended.stderr
    assert b"192.0.2.77" not in ended.stderr
    assert ended.returncode == 1
    broke, server, warning, task, end = lines
    assert [one["kind"] for one in broke["exception"]] == ["RuntimeError", "ValueError"]
    assert (broke["event"], broke["route"]) == ("request_broke", "/v1/vault")
    assert (server["event"], server["library"], server["level"]) == ("library_complained", "aiohttp.server", "error")
    assert warning["library"] == "py.warnings"
    assert (task["library"], task["exception"][0]["kind"]) == ("asyncio", "KeyError")
    assert task["exception"][0]["at"][0].endswith(" forget")
    assert (end["event"], end["exception"][0]["kind"]) == ("process_broke", "LookupError")


def test_exceptions_without_end_are_cut() -> None:
    error: Exception = ValueError("first")
    for _ in range(50):
        error = _raised(error)

    told: EventDict = tell_exception(None, "error", {"exc_info": ExceptionGroup("all", [error])})

    assert len(told["exception"]) == 4
    assert tell_exception(None, "info", {"event": "calm"}) == {"event": "calm"}


def _raised(cause: Exception) -> Exception:
    error = ValueError("next")
    error.__cause__ = cause
    return error


def test_a_library_that_logs_something_odd_breaks_nothing() -> None:
    LibraryHandler().handle(logging.LogRecord("odd", 45, "x.py", 1, "%d", ("no number",), None))
