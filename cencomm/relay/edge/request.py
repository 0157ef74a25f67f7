"""What handlers take from a request: who asks, which operation and channel, which numbers."""

from dataclasses import dataclass

from aiohttp import web
from msgspec import Struct

from cencomm.errors import MalformedError
from cencomm.ids import (
    ACCOUNT_ID_BYTES,
    CHANNEL_ID_BYTES,
    DEVICE_ID_BYTES,
    HASH_BYTES,
    OPERATION_ID_BYTES,
    AccountId,
    ChannelId,
    DeviceId,
    OperationId,
    from_hex,
)
from cencomm.relay import sessions
from cencomm.relay.keys import CLOCK, DATABASE, STATE, WRITER
from cencomm.relay.queries.sessions import Session
from cencomm.site.bearer import read_bearer
from cencomm.site.refusals import NoSession
from cencomm.wire.document import encode_document
from cencomm.wire.limits import MAX_COUNTER

MAX_GENERATION = (1 << 32) - 1


@dataclass(frozen=True, slots=True)
class Place:
    """The channel, and its generation, that a path names."""

    operation: OperationId
    channel: ChannelId
    generation: int


async def session_of(request: web.Request) -> Session:
    """Whoever asks.

    Raises:
        NoSession: nobody that we know.
    """
    return await session_by(request.app, read_bearer(request.headers.get("Authorization")))


async def session_by(app: web.Application, token: bytes | None) -> Session:
    """Whoever shows this token. Raises as `session_of`."""
    if token is None:
        raise NoSession
    return await sessions.session_of(app[DATABASE], app[WRITER], token, now=app[CLOCK]())


async def account_of(request: web.Request) -> AccountId:
    """The account that asks.

    Raises:
        NoSession: nobody that we know.
        AccessDenied: it asks about an operation in which it is another identity than the one it was reset for.
    """
    account = (await session_of(request)).account
    if "op" in request.match_info:
        request.app[STATE].require_own_identity(operation_of(request), account)
    return account


async def applicant_of(request: web.Request) -> AccountId:
    """The account that asks to be admitted or replaced, whoever it is in the operation until then."""
    return (await session_of(request)).account


def address_of(request: web.Request) -> bytes:
    """What quotas count by. It stays in memory and is never logged."""
    return (request.remote or "").encode()


def operation_of(request: web.Request) -> OperationId:
    return OperationId(from_hex(request.match_info["op"], length=OPERATION_ID_BYTES))


def channel_of(request: web.Request) -> ChannelId:
    return ChannelId(from_hex(request.match_info["ch"], length=CHANNEL_ID_BYTES))


def place_of(request: web.Request) -> Place:
    generation = _number(request.match_info["gen"], least=1, most=MAX_GENERATION)
    return Place(operation_of(request), channel_of(request), generation)


def device_of(request: web.Request) -> DeviceId:
    return DeviceId(from_hex(request.match_info["device"], length=DEVICE_ID_BYTES))


def number_in_path(request: web.Request, name: str, *, most: int) -> int:
    return _number(request.match_info[name], least=0, most=most)


def account_in_path(request: web.Request) -> AccountId:
    return AccountId(from_hex(request.match_info["account"], length=ACCOUNT_ID_BYTES))


def number_in_query(request: web.Request, name: str, *, default: int, least: int) -> int:
    text = request.query.get(name)
    return default if text is None else _number(text, least=least, most=MAX_COUNTER)


def hash_in_query(request: web.Request, name: str) -> bytes | None:
    text = request.query.get(name)
    return None if text is None else from_hex(text, length=HASH_BYTES)


def answer(document: Struct, *, status: int = 200) -> web.Response:
    return web.Response(body=encode_document(document), content_type="application/json", status=status)


def no_content() -> web.Response:
    return web.Response(status=204)


def _number(text: str, *, least: int, most: int) -> int:
    """A decimal number in its one spelling."""
    value = int(text) if text.isascii() and len(text) <= len(str(most)) and text.lstrip("-").isdigit() else None
    if value is None or str(value) != text or not least <= value <= most:
        raise MalformedError(f"a number from {least} to {most} belongs there")
    return value
