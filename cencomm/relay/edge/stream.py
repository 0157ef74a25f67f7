"""GET /v1/stream: pushes out, publishes in."""

import asyncio
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from cencomm.errors import AccessDenied, CencommError, MalformedError
from cencomm.ids import AccountId
from cencomm.relay.edge.answer import describe
from cencomm.relay.edge.channels import publish
from cencomm.relay.edge.request import Place
from cencomm.relay.edge.stream_sign_in import SUBPROTOCOL, session_of_stream
from cencomm.relay.entitlement import is_member_somewhere
from cencomm.relay.errors import TooMany
from cencomm.relay.keys import CLOCK, CONFIG, FANOUT, METRICS, STATE
from cencomm.relay.push_stream import Stream, text_frame
from cencomm.relay.queries.sessions import Session
from cencomm.site.refusals import NoSession
from cencomm.wire.document import decode_document, encode_document
from cencomm.wire.limits import LARGE_BYTES, MAX_BODY_BYTES
from cencomm.wire.stream import CLOSE_SESSION_ENDED, ErrorFrame, PublishFrame, ReceiptFrame

HEARTBEAT_SECONDS = 30.0  # between pings; a peer that is silent for half of it more is gone
RETRY_SECONDS = 60  # a stream whose peer vanished is noticed in less
CLOSE_SECONDS = 5.0  # that a reader gets to take the close frame, then its connection is cut


async def open_stream(request: web.Request) -> web.WebSocketResponse:
    session = await session_of_stream(request)
    if request.app[FANOUT].count(session.account) >= request.app[CONFIG].streams_per_account:
        raise TooMany(retry_after=RETRY_SECONDS)
    socket = web.WebSocketResponse(
        protocols=(SUBPROTOCOL,),
        compress=False,
        heartbeat=HEARTBEAT_SECONDS,
        max_msg_size=MAX_BODY_BYTES,
        decode_text=False,
    )
    await socket.prepare(request)
    transport = request.transport
    if transport is None:  # the peer left during the upgrade
        return socket
    stream = Stream(
        session.account,
        session.token_hash,
        transport,
        request.app[FANOUT].bag,
        buffer_bytes=request.app[CONFIG].stream_buffer_bytes,
    )
    request.app[FANOUT].join(stream)
    try:
        await _check_still_there(request, stream)
        code = await _serve(request.app, socket, stream, session)
    finally:
        request.app[FANOUT].part(stream)
    request.app[METRICS].streams_closed.labels(str(int(code))).inc()
    await _close(socket, transport, code)
    return socket


async def _check_still_there(request: web.Request, stream: Stream) -> None:
    """A sign-out between the first look and `join` announced itself to nobody."""
    try:
        await session_of_stream(request)
    except NoSession:
        stream.leave(CLOSE_SESSION_ENDED)


async def _serve(app: web.Application, socket: web.WebSocketResponse, stream: Stream, session: Session) -> int:
    """The code to close with, once the peer has gone, the stream has to leave or the session is over."""
    remaining = session.expires - app[CLOCK]()
    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(_take_publishes(app, socket, stream))
        ends: set[asyncio.Future[Any]] = {reading, stream.leaving}
        await asyncio.wait(ends, timeout=remaining, return_when=asyncio.FIRST_COMPLETED)
        gone = reading.done()
        reading.cancel()
    if stream.leaving.done():
        return stream.leaving.result()
    return WSCloseCode.OK if gone else CLOSE_SESSION_ENDED


async def _close(socket: web.WebSocketResponse, transport: asyncio.Transport, code: int) -> None:
    """Says why, and cuts the connection of a peer that does not take it: its unsent bytes are our memory."""
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await socket.close(code=code)
    except TimeoutError:
        transport.abort()


async def _take_publishes(app: web.Application, socket: web.WebSocketResponse, stream: Stream) -> None:
    """One at a time: who wants more in flight opens more streams, and is counted for each."""
    async for message in socket:
        if message.type is WSMsgType.TEXT:
            reply = await _reply(app, stream.account, message.data)
        elif message.type is WSMsgType.BINARY:
            reply = ErrorFrame(id=None, error=describe(MalformedError("frames are text")))
        else:
            continue
        stream.push(text_frame(encode_document(reply)))


async def _reply(app: web.Application, account: AccountId, data: bytes) -> ReceiptFrame | ErrorFrame:
    identifier: int | None = None
    try:
        frame = await _read_frame(app, account, data)
        identifier = frame.id
        place = Place(frame.operation, frame.channel, frame.generation)
        return ReceiptFrame(id=frame.id, receipt=await publish(app, account, place, frame))
    except CencommError as exc:
        return ErrorFrame(id=identifier, error=describe(exc))


async def _read_frame(app: web.Application, account: AccountId, data: bytes) -> PublishFrame:
    """A large frame names its channel somewhere inside, so who is in no operation at all may not send one."""
    if len(data) <= LARGE_BYTES:
        return decode_document(data, PublishFrame)
    if not is_member_somewhere(app[STATE].ledgers.values(), account, now=app[CLOCK]()):
        raise AccessDenied("this account may not publish anywhere")
    return await asyncio.to_thread(decode_document, data, PublishFrame)
