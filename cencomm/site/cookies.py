"""Two cookies of a server's own pages: the session, and the key of a computer that completed a sign-in (D6).

`__Host-` (RFC 6265bis section 4.1.3.2): the browser takes them over TLS or from this computer alone, for this one host,
so neither a sibling host nor whoever listens on plain HTTP plants or reads one. HttpOnly: no script reads them.
SameSite=Strict: no other site's page sends them.
"""

import base64
import binascii
import re

from aiohttp import web

from cencomm.site.bearer import write_token

SESSION_COOKIE = "__Host-cencomm-session"
SOURCE_COOKIE = "__Host-cencomm-computer"
SOURCE_SECONDS = 365 * 24 * 3600

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def read_cookie(request: web.Request, name: str) -> bytes | None:
    """The 32 bytes of a cookie of ours; None when there is none of exactly our form."""
    text = request.cookies.get(name, "")
    if not _TOKEN.fullmatch(text):
        return None
    try:
        return base64.urlsafe_b64decode(text + "=")
    except binascii.Error:
        return None


def set_cookie(response: web.StreamResponse, name: str, token: bytes, *, seconds: int | None = None) -> None:
    """`seconds` None: until the browser is closed, or the server ends it."""
    response.set_cookie(
        name, write_token(token), max_age=seconds, path="/", secure=True, httponly=True, samesite="Strict"
    )


def drop_cookie(response: web.StreamResponse, name: str) -> None:
    response.del_cookie(name, path="/", secure=True, httponly=True, samesite="Strict")
