"""A relay that is away is one line of the log; a defect is told with where it was raised."""

from collections.abc import MutableMapping
from typing import Never

import pytest
from structlog.testing import capture_logs

from cencomm.client.transport.errors import MalformedRequest, NoAnswer
from cencomm.errors import ProtocolError, UsageError
from cencomm.node.errors import DatabaseUnavailable
from cencomm.node.fault import Fault
from cencomm.wire.errors import Error, ErrorCode


def fail(error: Exception) -> Never:
    raise error


def told(error: Exception, *, failures: int, retry_seconds: float) -> MutableMapping[str, object]:
    """The one line of the log about it."""
    with capture_logs() as lines:
        try:
            fail(error)
        except Exception as caught:  # noqa: BLE001 (as the top of a node's process does)
            Fault.of(caught).tell(failures=failures, retry_seconds=retry_seconds)
    (line,) = lines
    return line


def away() -> NoAnswer:
    error = NoAnswer("the line broke")
    error.__cause__ = ConnectionRefusedError(111, "relay.example.org:443")
    return error


@pytest.mark.parametrize("error", [away(), ExceptionGroup("tasks", [ExceptionGroup("watch", [away()])])])
def test_a_relay_that_is_away_is_one_line_without_a_trace(error: Exception) -> None:
    line = told(error, failures=3, retry_seconds=8.0)

    assert line == {
        "event": "node_fault",
        "log_level": "warning",
        "kind": "NoAnswer",
        "cause": "ConnectionRefusedError",
        "failures": 3,
        "retry_seconds": 8.0,
    }


@pytest.mark.parametrize("error", [DatabaseUnavailable("full"), ProtocolError("bad")])
def test_what_disk_or_peers_do_is_no_defect(error: Exception) -> None:
    fault = Fault.of(error)

    assert (fault.kind, fault.cause, fault.is_defect) == (type(error).__name__, None, False)


@pytest.mark.parametrize(
    "defect",
    [
        ValueError("a name"),
        UsageError("a contract of our own"),
        MalformedRequest(Error(code=ErrorCode.MALFORMED, message="what")),
    ],
)
def test_a_defect_is_told_with_its_trace_also_beside_a_relay_that_is_away(defect: Exception) -> None:
    line = told(ExceptionGroup("tasks", [away(), defect]), failures=1, retry_seconds=2.0)

    assert (line["event"], line["log_level"], line["kind"]) == ("node_defect", "error", type(defect).__name__)
    assert line["exc_info"]
