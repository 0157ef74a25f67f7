"""Answers to history requests."""

from collections.abc import Callable

from aiohttp import web
from sqlalchemy import Connection

from cencomm.ids import ACCOUNT_ID_BYTES, REQUEST_ID_BYTES, AccountId, RequestId, from_hex
from cencomm.ledger.replay import Ledger
from cencomm.relay import history
from cencomm.relay.edge.long_answer import send_long
from cencomm.relay.edge.request import (
    account_in_path,
    account_of,
    answer,
    no_content,
    number_in_query,
    operation_of,
)
from cencomm.relay.entitlement import require_member
from cencomm.relay.keys import CLOCK, DATABASE, STATE, WRITER
from cencomm.relay.queries.history import RequestKey
from cencomm.relay.state import Draft
from cencomm.site.body import read_document
from cencomm.wire.document import encode_document
from cencomm.wire.history import HistoryState, HistoryTaken, PutHistoryChunk
from cencomm.wire.limits import KIB, MAX_HISTORY_CHUNK_BYTES

CHUNK_BODY_BYTES = 4 * (MAX_HISTORY_CHUNK_BYTES // 3) + 4 * KIB  # in base64, with its JSON around


async def post_chunk(request: web.Request) -> web.Response:
    account, operation, asked, now = await account_of(request), operation_of(request), _request(request), _now(request)
    require_member(request.app[STATE].ledger(operation), account, now=now)  # before a mebibyte is read
    put = await read_document(request, PutHistoryChunk, most=CHUNK_BODY_BYTES)

    def keep(connection: Connection, draft: Draft) -> HistoryState:
        return history.keep_chunk(connection, draft, account, operation, asked, put.chunk, now=now)

    return answer(await request.app[WRITER].write(keep))


async def get_state(request: web.Request) -> web.Response:
    account, now = await account_of(request), _now(request)
    asker = request.query.get("account")
    who = account if asker is None else AccountId(from_hex(asker, length=ACCOUNT_ID_BYTES))
    key, after = _key(request, who), number_in_query(request, "after", default=0, least=0)
    ledger = request.app[STATE].ledger(key.operation)
    state = await request.app[DATABASE].read(
        lambda connection: history.answer_state(connection, ledger, account, key, after=after, now=now)
    )
    return answer(state)


async def get_chunks(request: web.Request) -> web.StreamResponse:
    account, now = await account_of(request), _now(request)
    key = _key(request, account)
    ledger = request.app[STATE].ledger(key.operation)
    first = number_in_query(request, "first", default=1, least=1)
    chunks = await request.app[DATABASE].read_long(
        lambda connection: encode_document(history.chunks_for(connection, ledger, key, first=first, now=now))
    )
    return await send_long(request, account, chunks)


async def post_taken(request: web.Request) -> web.Response:
    key, now = _key(request, await account_of(request)), _now(request)
    taken = await read_document(request, HistoryTaken, most=KIB)
    return await _note(
        request,
        key,
        lambda connection, draft, ledger: history.take(connection, draft, ledger, key, taken.last, now=now),
    )


async def delete_answer(request: web.Request) -> web.Response:
    key, server, now = _key(request, await account_of(request)), account_in_path(request), _now(request)
    return await _note(
        request, key, lambda connection, draft, ledger: history.refuse(connection, draft, ledger, key, server, now=now)
    )


async def delete_request(request: web.Request) -> web.Response:
    key, now = _key(request, await account_of(request)), _now(request)
    return await _note(
        request, key, lambda connection, draft, ledger: history.end(connection, draft, ledger, key, now=now)
    )


async def _note(
    request: web.Request, key: RequestKey, note: Callable[[Connection, Draft, Ledger], None]
) -> web.Response:
    """What who asked says of their own request."""
    await request.app[WRITER].write(lambda connection, draft: note(connection, draft, draft.ledger(key.operation)))
    return no_content()


def _key(request: web.Request, account: AccountId) -> RequestKey:
    return RequestKey(operation_of(request), _request(request), account)


def _request(request: web.Request) -> RequestId:
    return RequestId(from_hex(request.match_info["request"], length=REQUEST_ID_BYTES))


def _now(request: web.Request) -> int:
    return request.app[CLOCK]()
