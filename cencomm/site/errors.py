"""Every error leaves a server in one shape (docs/protocol.md section 8), whoever raised it."""

from collections.abc import Callable

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from cencomm.errors import CencommError
from cencomm.wire.document import encode_document
from cencomm.wire.errors import STATUS, Error, ErrorAnswer, ErrorCode

_log = structlog.get_logger()

_CODES = {404: ErrorCode.NOT_FOUND, 405: ErrorCode.NOT_FOUND, 413: ErrorCode.TOO_LARGE, 503: ErrorCode.UNAVAILABLE}


def error_answer(error: Error) -> web.Response:
    headers = {} if error.details.retry_after is None else {"Retry-After": str(error.details.retry_after)}
    return web.Response(
        body=encode_document(ErrorAnswer(error=error)),
        status=STATUS[error.code],
        content_type="application/json",
        headers=headers,
    )


def one_shape(describe: Callable[[CencommError], Error]) -> Middleware:
    """Answers what handlers raise. `describe` is the server's one table from types to codes."""

    @web.middleware
    async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except CencommError as exc:
            return error_answer(describe(exc))
        except web.HTTPException as exc:
            code = _CODES.get(exc.status, ErrorCode.MALFORMED)
            return error_answer(Error(code=code, message=exc.reason))
        except Exception:  # noqa: BLE001 (the connection's loop: a defect of ours is logged and shows nothing of itself)
            _log.exception("request_broke", route=route_of(request))
            return error_answer(
                Error(code=ErrorCode.UNAVAILABLE, message="the server has a defect here; it was logged")
            )

    return answer_errors


def route_of(request: web.Request) -> str:
    """The pattern, never the path: that has identifiers in it."""
    resource = request.match_info.route.resource
    return "none" if resource is None else resource.canonical
