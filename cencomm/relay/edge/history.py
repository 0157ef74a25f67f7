"""Answers to history requests."""

from aiohttp import web
from sqlalchemy import Connection

from cencomm.ids import from_hex
from cencomm.ledger.history_request import REQUEST_ID_BYTES, RequestId
from cencomm.relay.edge.request import account_of, answer, no_content, number_in_query, operation_of
from cencomm.relay.entitlement import require_member
from cencomm.relay.history import answer_state, chunks_for, drop_answer, keep_chunk
from cencomm.relay.keys import CLOCK, DATABASE, STATE, WRITER
from cencomm.relay.state import Draft
from cencomm.site.body import read_document
from cencomm.wire.history import HistoryState, PutHistoryChunk
from cencomm.wire.limits import KIB, MAX_HISTORY_CHUNK_BYTES

CHUNK_BODY_BYTES = 4 * (MAX_HISTORY_CHUNK_BYTES // 3) + 4 * KIB  # in base64, with its JSON around


async def post_chunk(request: web.Request) -> web.Response:
    account, operation, asked, now = await account_of(request), operation_of(request), _request(request), _now(request)
    require_member(request.app[STATE].ledger(operation), account, now=now)  # before a mebibyte is read
    put = await read_document(request, PutHistoryChunk, most=CHUNK_BODY_BYTES)

    def keep(connection: Connection, draft: Draft) -> HistoryState:
        return keep_chunk(connection, draft.ledger(operation), account, asked, put.chunk, now=now)

    return answer(await request.app[WRITER].write(keep))


async def get_state(request: web.Request) -> web.Response:
    account, asked, now = await account_of(request), _request(request), _now(request)
    ledger = request.app[STATE].ledger(operation_of(request))
    state = await request.app[DATABASE].read(
        lambda connection: answer_state(connection, ledger, account, asked, now=now)
    )
    return answer(state)


async def get_chunks(request: web.Request) -> web.Response:
    account, asked, now = await account_of(request), _request(request), _now(request)
    ledger = request.app[STATE].ledger(operation_of(request))
    after = number_in_query(request, "after", default=-1, least=-1)
    chunks = await request.app[DATABASE].read(
        lambda connection: chunks_for(connection, ledger, account, asked, after=after, now=now)
    )
    return answer(chunks)


async def delete_answer(request: web.Request) -> web.Response:
    account, operation, asked, now = await account_of(request), operation_of(request), _request(request), _now(request)

    def drop(connection: Connection, draft: Draft) -> None:
        drop_answer(connection, draft.ledger(operation), account, asked, now=now)

    await request.app[WRITER].write(drop)
    return no_content()


def _request(request: web.Request) -> RequestId:
    return RequestId(from_hex(request.match_info["request"], length=REQUEST_ID_BYTES))


def _now(request: web.Request) -> int:
    return request.app[CLOCK]()
