"""Whatever anybody sends to any route: an answer of our shape, never a defect."""

import asyncio
import json
import re
import tempfile
from pathlib import Path

from aiohttp.web import RouteDef
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from cencomm.errors import ProtocolError
from cencomm.ids import AccountId, ChannelId, OperationId, SendId
from cencomm.relay.edge.routes import ROUTES
from cencomm.relay.submission import Framing, Submission
from cencomm.wire.log import Publish
from tests.fakes.founded_operation import Operation, found_operation
from tests.fakes.served_relay import StandingClock, config_for, running

Call = tuple[RouteDef, bool, str, str, bytes]

NAMES = st.sampled_from(
    (
        *("handle", "salt", "profile", "sign_in_secret", "version", "sealed", "certificate", "one_time", "last_resort"),
        *("entry", "wraps", "blobs", "commit", "request", "accounts", "send_id", "kind", "message", "welcome"),
        *("ratchet_tree", "rejection", "unknown"),
    )
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.just("A" * 22 + "==")
VALUES = st.recursive(
    SCALARS, lambda some: st.lists(some, max_size=3) | st.dictionaries(NAMES, some, max_size=5), max_leaves=8
)
BODIES = st.binary(max_size=200) | st.dictionaries(NAMES, VALUES, max_size=6).map(
    lambda some: json.dumps(some).encode()
)
ODD = st.sampled_from(["00" * 16, "00" * 32, "zz", "0", "-1", "1", "%00", "%FF", "%C3%A9", "A" * 300])
QUERIES = st.sampled_from(["", "?after=", "?after=x", "?hash=0", "?after=9", "?limit=0"])
CALLS = st.lists(st.tuples(st.sampled_from(ROUTES), st.booleans(), ODD, QUERIES, BODIES), min_size=100, max_size=100)


@settings(max_examples=3, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(calls=CALLS)
def test_any_bytes_to_any_route_get_a_typed_answer(calls: list[Call]) -> None:
    with capture_logs() as logs, tempfile.TemporaryDirectory() as folder:
        asyncio.run(send_all(Path(folder), calls))

    assert [line["event"] for line in logs if line["log_level"] in {"error", "critical"}] == []


async def send_all(folder: Path, calls: list[Call]) -> None:
    async with running(config_for(folder), StandingClock()) as relay:
        operation = await found_operation(relay, await relay.person())
        for route, right_path, odd, query, body in calls:
            if (route.method, route.path) == ("DELETE", "/v1/session"):
                continue
            path = path_of(operation, route.path, odd, right=right_path) + query
            data = None if route.method == "GET" else body

            answer = await operation.coordinator.ask(route.method, path, data=data)

            assert answer.status < 500, (route.path, body, answer)
            if answer.status >= 400:
                assert answer.error.message


def path_of(operation: Operation, pattern: str, odd: str, *, right: bool) -> str:
    real = {
        "op": operation.ledger.operation.hex(),
        "ch": operation.channel.hex(),
        "gen": "1",
        "device": operation.coordinator.device.hex(),
        **dict.fromkeys(("account", "attachment", "request", "session", "slot"), "00" * 16),
        **dict.fromkeys(("number", "sequence"), "1"),
    }
    anything = "00" * 16  # well-formed, and nobody's
    return re.sub(r"\{(\w+)\}", lambda found: real.get(found.group(1), anything) if right else odd, pattern)


@given(
    kind=st.sampled_from([1, 2]),
    head=st.sampled_from([b"", b"\x00\x01\x00\x01", b"\x00\x01\x00\x02", b"\x00\x01\x00\x03"]),
    message=st.binary(max_size=300),
    welcome=st.none() | st.binary(max_size=60),
)
def test_any_bytes_have_a_framing_or_the_error_that_is_raised_in_its_turn(
    kind: int, head: bytes, message: bytes, welcome: bytes | None
) -> None:
    publish = Publish(send_id=SendId(bytes(16)), kind=kind, message=head + message, welcome=welcome)

    submission = Submission.read(AccountId(bytes(16)), OperationId(bytes(32)), ChannelId(bytes(16)), 1, publish)

    assert isinstance(submission.framing, Framing | ProtocolError)
