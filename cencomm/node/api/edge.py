"""The web edge: what happens before and after every handler, whatever it is for.

    language -> own origin -> session -> role -> purpose -> parameters -> handler -> log of consultations -> answer

What somebody looked at is in the log, durably, before they see it: what cannot be logged is not shown.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import msgspec
import structlog
from aiohttp import web
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.client.words import Words
from cencomm.errors import CencommError, MalformedError
from cencomm.node.api.refusals import (
    AuthenticatorNeeded,
    NotHere,
    NotYours,
    Problem,
    ProblemAnswer,
    PurposeNeeded,
    describe,
)
from cencomm.node.api.room import Room
from cencomm.node.api.route import Answer, AnyRoute, Call, Cookies, Door
from cencomm.node.api.sending import send_download
from cencomm.site.bearer import read_bearer
from cencomm.site.body import read_document
from cencomm.site.cookies import (
    SESSION_COOKIE,
    SOURCE_COOKIE,
    SOURCE_SECONDS,
    drop_cookie,
    read_cookie,
    set_cookie,
)
from cencomm.site.origin import require_own_origin
from cencomm.site.people.consultation import MAX_ASKED_CHARACTERS, Consultation, Purpose, Via
from cencomm.site.people.desk import require_open
from cencomm.site.people.person import SessionKind
from cencomm.site.people.queries.consultations import append
from cencomm.site.people.queries.sessions import Session
from cencomm.site.refusals import NoSession
from cencomm.wire.document import encode_document
from cencomm.wire.errors import TooLarge

MAX_BODY_BYTES = 4096  # of a sign-in, about 100 are used
BODY_SECONDS = 10.0  # a body that comes more slowly is not waited for
PURPOSE_HEADER = "Cencomm-Purpose"
WITH_BODY = frozenset({"POST", "PUT"})

_log = structlog.get_logger()


def mounted(room: Room, route: AnyRoute) -> web.RouteDef:
    """The route as aiohttp wants it."""

    async def handle(request: web.Request) -> web.StreamResponse:
        answer = await _answer(room, route, request)
        return await _respond(request, answer)

    return web.route(route.method, route.path, handle)


def answer_errors(room: Room) -> Callable[..., Awaitable[web.StreamResponse]]:
    """The middleware by which every error has one shape, in the language of whoever asked."""

    @web.middleware
    async def one_shape(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        words = room.words_for(request.headers.get("Accept-Language"))
        try:
            return await handler(request)
        except CencommError as error:
            return _problem(error, words)
        except web.HTTPException as error:  # of aiohttp itself: no such path or method, too large
            return _problem(TooLarge("the request") if error.status == 413 else NotHere(), words)  # noqa: PLR2004 (RFC 9110 section 15.5.14)
        except Exception:  # noqa: BLE001 (the connection's loop: a defect of ours is logged and shows nothing of itself)
            _log.exception("request_broke", route=_pattern(request))
            problem = Problem(code="defect", message=words.say("The server has a defect here; it was logged."))
            return _json(ProblemAnswer(error=problem), status=500)

    return one_shape


async def _answer(room: Room, route: AnyRoute, request: web.Request) -> Answer:
    now = room.clock()
    session = await _session(room, route, request, now=now)
    if route.needs is not None and (session is None or not session.may(route.needs)):
        raise NotYours(route.needs.value)
    call = Call(
        room=room,
        words=room.words_for(request.headers.get("Accept-Language")),
        now=now,
        session=session,
        purpose=_purpose(room, route, request.headers),
        source=read_cookie(request, SOURCE_COOKIE),
    )
    asked = await _asked(route, request)
    answer = await route.handler(call, asked)
    try:
        await _note(call, route, asked, answer)
    except BaseException:
        if answer.download is not None:
            answer.download.path.unlink(missing_ok=True)
        raise
    return answer


async def _session(room: Room, route: AnyRoute, request: web.Request, *, now: int) -> Session | None:
    """Whoever asks: a program by its token, a browser by its cookie, which other sites must not make it send."""
    header = request.headers.get("Authorization")
    if header is None:
        require_own_origin(request.headers, method=request.method, host=request.host, secure=request.secure)
    if route.door is Door.OPEN:
        return None
    token = read_cookie(request, SESSION_COOKIE) if header is None else read_bearer(header)
    if token is None:
        raise NoSession
    session = await room.desk.session_of(token, program=header is not None, now=now)
    if session.kind is SessionKind.SETUP and route.door is not Door.SETUP:
        raise AuthenticatorNeeded
    return session


def _purpose(room: Room, route: AnyRoute, headers: Mapping[str, str]) -> Purpose | None:
    text = headers.get(PURPOSE_HEADER)
    if text is None:
        if room.kind.nominal and route.nominal:
            raise PurposeNeeded
        return None
    try:
        return Purpose(text)
    except ValueError:
        raise MalformedError(f"a purpose is one of {', '.join(Purpose)}") from None


async def _asked(route: AnyRoute, request: web.Request) -> Struct:
    """The parameters, each once, none that we do not know."""
    if route.method in WITH_BODY:
        if request.content_type != "application/json":  # a form of another site's page cannot say this
            raise MalformedError("the body is application/json")
        try:
            async with asyncio.timeout(BODY_SECONDS):
                document: Struct = await read_document(request, route.asked, most=MAX_BODY_BYTES)
        except TimeoutError:
            raise MalformedError(f"the body did not come within {BODY_SECONDS:g} s") from None
        return document
    return read_parameters(route.asked, [*request.match_info.items(), *request.query.items()])


def read_parameters(shape: type[Struct], given: list[tuple[str, str]]) -> Struct:
    """The parameters of that shape which `given` writes.

    Raises:
        MalformedError: one that is unknown, twice there, missing, or of another type or length.
    """
    named = dict(given)
    if len(named) != len(given):
        raise MalformedError("a parameter is there twice")
    try:
        return msgspec.convert(named, shape, strict=False)
    except msgspec.ValidationError as error:
        raise MalformedError(f"not parameters of this request: {error}") from None


async def _note(call: Call, route: AnyRoute, asked: Struct, answer: Answer) -> None:
    """Write the consultation down.

    Raises:
        Unavailable: it cannot be, and then nothing is shown.
        NoSession: whoever asked was shut out while the answer was made: an export takes minutes.
    """
    if route.deed is None:
        return
    session = call.signed_in
    values = {name: value for name, value in msgspec.to_builtins(asked).items() if value is not None}
    consultation = Consultation(
        at=call.now,
        person=session.name,
        via=Via.PROGRAM if session.kind is SessionKind.PROGRAM else Via.BROWSER,
        deed=route.deed,
        purpose=call.purpose,
        asked=msgspec.json.encode(values, order="sorted").decode()[:MAX_ASKED_CHARACTERS],
        found=answer.found,
        recipient=values.get("recipient"),
    )

    async def note(connection: AsyncConnection) -> None:
        await require_open(connection, session)
        await append(connection, call.room.log_key, consultation)

    await call.room.database.transact(note)


async def _respond(request: web.Request, answer: Answer) -> web.StreamResponse:
    if answer.download is not None:
        return await send_download(request, answer.download)
    response = web.Response(status=204) if answer.document is None else _json(answer.document)
    _give(response, answer.cookies)
    return response


def _give(response: web.Response, cookies: Cookies) -> None:
    if cookies.sign_out:
        drop_cookie(response, SESSION_COOKIE)
    if cookies.session is not None:
        set_cookie(response, SESSION_COOKIE, cookies.session)
    if cookies.source is not None:
        set_cookie(response, SOURCE_COOKIE, cookies.source, seconds=SOURCE_SECONDS)


def _json(document: Struct, *, status: int = 200) -> web.Response:
    return web.Response(body=encode_document(document), status=status, content_type="application/json")


def _problem(error: CencommError, words: Words) -> web.Response:
    status, document = describe(error, words)
    response = _json(document, status=status)
    if document.error.details.retry_after is not None:
        response.headers["Retry-After"] = str(document.error.details.retry_after)
    return response


def _pattern(request: web.Request) -> str:
    """The pattern, never the path: that has identifiers in it."""
    resource = request.match_info.route.resource
    return "none" if resource is None else resource.canonical
