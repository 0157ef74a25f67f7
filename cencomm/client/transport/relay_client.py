"""The relay as typed calls: one method for each route of docs/protocol.md section 8.

Nothing that comes back is verified here but its shape and size: heads, receipts, entries and messages are bytes, and
the session believes them after it checked their signatures (`cencomm.ledger.statements`).
"""

import asyncio
import contextlib
import ipaddress
from collections.abc import AsyncIterator
from typing import Final

import aiohttp
from yarl import URL

from cencomm.client.transport import stream
from cencomm.client.transport.calls import (
    CALL_SECONDS,
    CHUNK_BYTES,
    CONNECT_SECONDS,
    SILENCE_SECONDS,
    SMALL_ANSWER_BYTES,
    SessionToken,
    failure,
)
from cencomm.client.transport.errors import BadAnswer
from cencomm.client.transport.routes.account import AccountRoutes
from cencomm.client.transport.routes.attachment import AttachmentRoutes
from cencomm.client.transport.routes.channel import ChannelRoutes
from cencomm.client.transport.routes.history import HistoryRoutes
from cencomm.client.transport.routes.mailbox import MailboxRoutes
from cencomm.client.transport.routes.operation import OperationRoutes
from cencomm.errors import UsageError
from cencomm.secret import Entropy
from cencomm.wire.relay import RelayAnswer

_REDIRECTS: Final = range(300, 400)


def relay_address(text: str) -> URL:
    """The address of a relay that may be spoken to.

    Raises:
        UsageError: not an address; or plain HTTP to another computer, where everybody on the way could take the
            session token and see who is awake.
    """
    try:
        url = URL(text)
    except ValueError:
        raise UsageError(f"{text!r} is not the address of a relay") from None
    if url.scheme not in {"https", "http"} or not url.host or url.user or url.query_string or url.fragment:
        raise UsageError(f"{text!r} is not the address of a relay: https://, a name, nothing behind it")
    if url.scheme == "http" and not _is_loopback(url.host):
        raise UsageError("a relay on another computer is spoken to over https:// only")
    return url


@contextlib.asynccontextmanager
async def open_relay(base_url: str, *, token: SessionToken | None = None) -> AsyncIterator["RelayClient"]:
    """A client of the relay at `base_url`, whose connections are closed with the block."""
    address = relay_address(base_url)
    async with aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=CALL_SECONDS, sock_connect=CONNECT_SECONDS, sock_read=SILENCE_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),  # a relay has no business recognising us beside the token
        auto_decompress=False,  # a compressed answer could be a million times longer than the limit we put on it
        headers={"Accept-Encoding": "identity"},
        read_bufsize=CHUNK_BYTES,
        middlewares=(_refuse_redirects,),
    ) as http:
        yield RelayClient(http, address, token)


async def _refuse_redirects(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """A redirect would carry requests to a place of the relay's choice, past the check of its address."""
    response = await handler(request)
    if response.status in _REDIRECTS:
        response.close()
        raise BadAnswer("the relay sends us elsewhere: use its own address")
    return response


class RelayClient(AccountRoutes, MailboxRoutes, OperationRoutes, ChannelRoutes, HistoryRoutes, AttachmentRoutes):
    """The relay, as one account or as nobody sees it. It keeps no state but its connections and its session.

    What every method raises stands at `Calls`.
    """

    async def check_health(self) -> None:
        """The relay would accept a write now, unless this raises."""
        status, body = await self._ask("GET", ("healthz",), None, {}, SMALL_ANSWER_BYTES)
        if status != 200:  # noqa: PLR2004 (OK)
            raise failure(status, body)

    async def about(self) -> RelayAnswer:
        return await self._get(RelayAnswer, "relay")

    @contextlib.asynccontextmanager
    async def stream(
        self, *, entropy: Entropy, sleep: stream.Sleep = asyncio.sleep
    ) -> AsyncIterator[AsyncIterator[stream.Wake]]:
        """Wake-ups of this account, over as many connections as it takes (see `cencomm.client.transport.stream`)."""
        wakes = stream.wakes(self._http, self._address / "v1" / "stream", self._headers(), entropy=entropy, sleep=sleep)
        async with contextlib.aclosing(wakes):
            yield wakes


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"  # RFC 6761 section 6.3: resolvers answer it with loopback
