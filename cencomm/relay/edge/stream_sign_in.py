"""Whose stream it is. A page cannot set `Authorization` on a WebSocket, so the token may come as a subprotocol.

The list `cencomm.v1, cencomm.token.<base64url token>` is a header like the other: never part of the address, which
proxies and histories keep. The relay selects `cencomm.v1`, so the token is not sent back. No other list is taken: the
web library would log one that it does not know, and the token with it.
"""

import re
from urllib.parse import urlsplit

from aiohttp import web

from cencomm.errors import MalformedError
from cencomm.relay.edge.request import session_by
from cencomm.relay.queries.sessions import Session
from cencomm.site.bearer import read_bearer
from cencomm.site.origin import ForeignOrigin

SUBPROTOCOL = "cencomm.v1"
_OFFERED = re.compile(r"cencomm\.v1(?:, ?cencomm\.token\.(?P<token>[A-Za-z0-9_-]{43}))?")


async def session_of_stream(request: web.Request) -> Session:
    """Whoever asks for a stream.

    Raises:
        NoSession: nobody that we know.
        ForeignOrigin: a page of another site asks (cross-site WebSocket hijacking, RFC 6455 section 10.2).
        MalformedError: subprotocols that are not ours, or two tokens.
    """
    _require_own_page(request)
    authorization = request.headers.get("Authorization")
    offered = request.headers.get("Sec-WebSocket-Protocol")
    if offered is not None:
        found = _OFFERED.fullmatch(offered)
        if found is None or (found["token"] is not None and authorization is not None):
            raise MalformedError(f"offer {SUBPROTOCOL}, and the token once")
        if found["token"] is not None:
            authorization = f"Bearer {found['token']}"
    return await session_by(request.app, read_bearer(authorization))


def _require_own_page(request: web.Request) -> None:
    """Browsers name the page's origin, other programs none. The scheme is not compared: a proxy may speak TLS."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise ForeignOrigin
