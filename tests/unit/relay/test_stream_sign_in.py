"""A page opens a stream: its token comes as a subprotocol, and from a page of the relay's own."""

import logging

import aiohttp
import pytest

from cencomm.relay.edge.stream_sign_in import SUBPROTOCOL
from cencomm.wire.errors import ErrorCode
from tests.fakes.served_relay import Person, Relay


async def upgrade(
    person: Person, *offered: str, origin: str | None = None, **headers: str
) -> aiohttp.ClientWebSocketResponse:
    relay = person.relay
    return await relay.http.ws_connect(
        relay.server.make_url("/v1/stream"), protocols=offered, origin=origin, headers=headers
    )


async def refused(person: Person, *offered: str, origin: str | None = None, **headers: str) -> int:
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await upgrade(person, *offered, origin=origin, **headers)
    return caught.value.status


def own(person: Person) -> str:
    return str(person.relay.server.make_url("")).rstrip("/")


async def test_a_page_signs_its_stream_in_by_a_subprotocol_that_is_neither_sent_back_nor_logged(
    alice: Person, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        socket = await upgrade(alice, SUBPROTOCOL, f"cencomm.token.{alice.token}", origin=own(alice))

        assert socket.protocol == SUBPROTOCOL
        assert alice.token not in str(socket._response.headers)
        await socket.send_str("?")
        assert (await socket.receive(timeout=10)).type is aiohttp.WSMsgType.TEXT
        await socket.close()

    assert alice.token not in caplog.text


async def test_behind_a_proxy_that_speaks_tls_the_page_is_our_own_all_the_same(alice: Person) -> None:
    token = f"cencomm.token.{alice.token}"

    socket = await upgrade(alice, SUBPROTOCOL, token, origin=own(alice).replace("http:", "https:"))

    await socket.close()


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://127.0.0.1"])
async def test_another_sites_page_gets_no_stream(alice: Person, origin: str) -> None:
    """Cross-site WebSocket hijacking: no same-origin policy keeps a page from opening a WebSocket to us."""
    assert await refused(alice, SUBPROTOCOL, f"cencomm.token.{alice.token}", origin=origin) == 403


async def test_a_list_without_our_subprotocol_is_refused_before_the_web_library_logs_it(
    alice: Person, caplog: pytest.LogCaptureFixture
) -> None:
    token = f"cencomm.token.{alice.token}"
    with caplog.at_level(logging.DEBUG, logger="aiohttp"):
        for offered in ((token,), (token, SUBPROTOCOL), (SUBPROTOCOL, token, "more"), ("cencomm.v2", token)):
            assert await refused(alice, *offered) == 400

    assert alice.token not in caplog.text


async def test_two_tokens_are_none(alice: Person) -> None:
    token = f"cencomm.token.{alice.token}"

    assert await refused(alice, SUBPROTOCOL, token, Authorization=f"Bearer {alice.token}") == 400


async def test_a_token_of_nobody_is_no_session(alice: Person) -> None:
    assert await refused(alice, SUBPROTOCOL, f"cencomm.token.{'A' * 43}") == 401
    assert await refused(alice, SUBPROTOCOL) == 401


async def test_the_subprotocol_signs_in_to_the_stream_alone(alice: Person, relay: Relay) -> None:
    headers = {"Sec-WebSocket-Protocol": f"{SUBPROTOCOL}, cencomm.token.{alice.token}"}

    async with relay.http.get(relay.server.make_url("/v1/devices"), headers=headers) as answer:
        assert answer.status == 401
        assert ErrorCode.NO_SESSION in await answer.text()
