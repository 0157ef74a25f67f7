"""One call to the relay: a request, its answer or its refusal, all of it bounded."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Protocol, Self, TypeVar

import aiohttp
from msgspec import Struct
from yarl import URL

from cencomm.client.transport.errors import BadAnswer, NoAnswer, NoSession, refusal
from cencomm.errors import ProtocolError, UsageError
from cencomm.secret import Secret
from cencomm.wire.document import decode_document, encode_document
from cencomm.wire.errors import STATUS, Error, ErrorAnswer, ErrorCode
from cencomm.wire.limits import KIB, MAX_BODY_BYTES, MIB, PAGE_BYTES
from cencomm.wire.mailbox import (
    WriteMailbox,
)

CONNECT_SECONDS = 10
SILENCE_SECONDS = 30  # without a byte: the relay or the line is gone
CALL_SECONDS = 180  # a full body over 2 Mbit/s; a relay that trickles does not hold us longer

SMALL_ANSWER_BYTES = 64 * KIB  # a receipt, a head, an error
PAGE_ANSWER_BYTES = 2 * PAGE_BYTES  # base64 adds a third; the relay may pass the limit by one entry
LIST_ANSWER_BYTES = 4 * MIB  # 2,000 enrolment requests or wraps, 1,000 heads
CHUNK_BYTES = 64 * KIB
_NO_CONTENT: Final = 204
_BAD_REQUEST: Final = 400
_NO_SESSION: Final = 401
_SERVER_FAULT: Final = 500

T = TypeVar("T")


class Keeper(Protocol):
    """Where the state lies that everything which leaves stands on, when that is not this computer's disk (D4)."""

    async def save(self) -> None:
        """The state is durable."""
        ...

    async def carry(self, send: Callable[[WriteMailbox], Awaitable[T]]) -> T:
        """Let the state travel with what leaves, so that both are accepted or neither."""
        ...


class SessionToken(Secret):
    """What shows the relay that one has signed in, as the ASCII text that it gave."""

    __slots__ = ()


Renew = Callable[[], Awaitable[SessionToken]]
"""Signs in again and gives the new session's token."""


class Calls:
    """How a route is called: under a session, whose end is mended once, and with nothing leaving before it is saved.

    Every call raises:
        Refusal: one of its subclasses in `errors`, by the code that the relay gave.
        NoAnswer: the line or the relay broke; it is unknown whether the call took place.
        BadAnswer: what came back is not an answer of this protocol.
    """

    def __init__(
        self,
        http: aiohttp.ClientSession,
        address: URL,
        token: SessionToken | None,
        renew: Renew | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        self._http = http
        self._address = address
        self._token = token
        self._renew = renew
        self._keeper = keeper
        self._renewing = asyncio.Lock()

    @property
    def address(self) -> str:
        """Where the relay is, as an access letter names it."""
        return str(self._address)

    @property
    def token(self) -> SessionToken | None:
        """Of the session now; another one after it was renewed."""
        return self._token

    def signed_in(self, token: SessionToken, *, renew: Renew | None = None) -> Self:
        """The same relay, spoken to under a session, which `renew` replaces when the relay says that it has ended."""
        return type(self)(self._http, self._address, token, renew)

    def kept_by(self, keeper: Keeper) -> Self:
        """The same relay and session, for a device whose state `keeper` saves: nothing leaves before it is saved."""
        return type(self)(self._http, self._address, self._token, self._renew, keeper)

    async def renew_session(self) -> None:
        """Sign in again, unless another call did since.

        Raises:
            NoSession: this client cannot; WrongSignIn: the password was changed elsewhere.
        """
        await self._renew_after(self._token)

    async def _get(
        self, answer: type[T], *path: str, query: Mapping[str, str] | None = None, most: int = SMALL_ANSWER_BYTES
    ) -> T:
        return await self._call("GET", answer, None, *path, query=query, most=most)

    async def _post(
        self, answer: type[T], request: Struct, *path: str, most: int = SMALL_ANSWER_BYTES, carried: bool = False
    ) -> T:
        return await self._call("POST", answer, request, *path, most=most, carried=carried)

    async def _call(
        self,
        method: str,
        answer: type[T],
        request: Struct | None,
        *path: str,
        query: Mapping[str, str] | None = None,
        most: int,
        carried: bool = False,
    ) -> T:
        status, body = await self._ask(method, ("v1", *path), request, query or {}, most, carried=carried)
        if status != 200:  # noqa: PLR2004 (OK; the protocol has no other success with a body)
            raise failure(status, body)
        try:
            return decode_document(body, answer)
        except ProtocolError as error:
            raise BadAnswer(f"the relay's answer is {error}") from None

    async def _do(self, method: str, request: Struct | bytes | None, *path: str) -> None:
        status, body = await self._ask(method, ("v1", *path), request, {}, SMALL_ANSWER_BYTES)
        if status != _NO_CONTENT:
            raise failure(status, body)

    async def _ask(
        self,
        method: str,
        path: tuple[str, ...],
        request: Struct | bytes | None,
        query: Mapping[str, str],
        most: int,
        *,
        carried: bool = False,
    ) -> tuple[int, bytes]:
        if self._keeper is not None and method != "GET" and not carried:
            await self._keeper.save()
        used = self._token
        status, body = await self._ask_once(method, path, request, query, most)
        if status != _NO_SESSION or self._renew is None or not isinstance(failure(status, body), NoSession):
            return status, body
        await self._renew_after(used)
        return await self._ask_once(method, path, request, query, most)

    async def _renew_after(self, used: SessionToken | None) -> None:
        """Many calls may learn at once that the session has ended: the first signs in for all."""
        if self._renew is None:
            raise NoSession(Error(code=ErrorCode.NO_SESSION, message="the session has ended: sign in again"))
        async with self._renewing:
            if self._token is used:
                self._token = await self._renew()

    async def _ask_once(
        self, method: str, path: tuple[str, ...], request: Struct | bytes | None, query: Mapping[str, str], most: int
    ) -> tuple[int, bytes]:
        kind = "application/octet-stream" if isinstance(request, bytes) else "application/json"
        headers = self._headers() | ({} if request is None else {"Content-Type": kind})
        data = encode_document(request) if isinstance(request, Struct) else request
        if data is not None and len(data) > MAX_BODY_BYTES:
            raise UsageError(f"a request of {len(data)} bytes where at most {MAX_BODY_BYTES} are allowed")
        url = self._address.joinpath(*path)
        try:
            async with self._http.request(method, url, data=data, params=query, headers=headers) as response:
                return response.status, await _read(response, most)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NoAnswer(f"the relay does not answer: {type(error).__name__}") from error

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token.expose().decode()}"} if self._token else {}


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes:
    """The whole body, refused before more than `most` bytes and one chunk are in memory."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK_BYTES):
        body += chunk
        if len(body) > most:
            raise BadAnswer(f"the relay answers with more than {most} bytes")
    return bytes(body)


def failure(status: int, body: bytes) -> Exception:
    """What to raise for an answer that is not the success we asked for."""
    try:
        error = decode_document(body, ErrorAnswer).error
    except ProtocolError:
        if status >= _SERVER_FAULT:  # something before the relay answers for it
            return NoAnswer(f"the relay does not answer: status {status}")
        return BadAnswer(f"status {status} and no error of this protocol: is this the address of a relay?")
    if status < _BAD_REQUEST or STATUS[error.code] != status:
        return BadAnswer(f"the relay answers {error.code.value!r} with status {status}")
    return refusal(error)
