"""A server of the demonstration is ready, or it says why not."""

import contextlib
import socket
from pathlib import Path

import pytest

from cencomm.demo.server import FREE_PORTS, ServerFailed, ServerPlan, first_to_end, free_port, serving, start

SERVES = """
import http.server, sys
class Well(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Well).serve_forever()
"""


def plan(tmp_path: Path, source: str, port: int) -> ServerPlan:
    return ServerPlan(
        name="relay",
        arguments=("-c", source, str(port)),
        log=tmp_path / "logs" / "relay.log",
        health=f"http://127.0.0.1:{port}/healthz",
    )


async def test_a_server_that_ends_at_once_is_reported_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(ServerFailed, match="the relay ended at once: no certificate here"):
        async with serving(plan(tmp_path, "raise SystemExit('no certificate here')", free_port())):
            pass


async def test_a_server_is_ready_when_its_health_says_so_and_ends_with_the_block(tmp_path: Path) -> None:
    async with serving(plan(tmp_path, SERVES, free_port())) as server:
        assert not server.ended

    assert server.ended


async def test_a_server_that_was_killed_can_be_started_again_at_its_place(tmp_path: Path) -> None:
    again = plan(tmp_path, SERVES, free_port())
    first = await start(again)
    await first.wait_until_ready()

    await first.kill()
    async with serving(again) as second:
        assert first.ended
        assert second.pid != first.pid


async def test_a_server_that_ends_by_itself_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    async with serving(plan(tmp_path, SERVES, free_port())) as stays:
        leaves = await start(plan(tmp_path / "other", "print('good bye')", free_port()))

        with pytest.raises(ServerFailed, match="the relay has ended: good bye"):
            await first_to_end([stays, leaves])

        assert not stays.ended


def test_a_preferred_port_that_is_taken_is_replaced_by_a_free_one() -> None:
    with contextlib.closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = int(other.getsockname()[1])

        assert free_port(taken) in FREE_PORTS


def test_a_drawn_port_is_none_that_an_outgoing_connection_may_take_before_its_server_listens() -> None:
    given_out = Path("/proc/sys/net/ipv4/ip_local_port_range")
    first = int(given_out.read_text().split()[0]) if given_out.exists() else FREE_PORTS.stop

    assert FREE_PORTS.stop <= first
    assert all(free_port() in FREE_PORTS for _ in range(20))
