"""Answers to founding letters."""

from aiohttp import web

from cencomm.ids import from_hex
from cencomm.relay.edge.request import account_of, answer, no_content
from cencomm.relay.foundings import leave_answer, read_answer
from cencomm.relay.keys import CLOCK, DATABASE, WRITER
from cencomm.site.body import read_document
from cencomm.wire.foundings import SLOT_BYTES, FoundingAnswer
from cencomm.wire.limits import KIB

ANSWER_BODY_BYTES = 4 * KIB


async def put_founding_answer(request: web.Request) -> web.Response:
    account, slot, now = await account_of(request), _slot_of(request), request.app[CLOCK]()
    put = await read_document(request, FoundingAnswer, most=ANSWER_BODY_BYTES)
    await request.app[WRITER].write(lambda connection, _: leave_answer(connection, account, slot, put.answer, now=now))
    return no_content()


async def get_founding_answer(request: web.Request) -> web.Response:
    await account_of(request)
    slot, now = _slot_of(request), request.app[CLOCK]()
    found = await request.app[DATABASE].read(lambda connection: read_answer(connection, slot, now=now))
    return answer(FoundingAnswer(answer=found))


def _slot_of(request: web.Request) -> bytes:
    return from_hex(request.match_info["slot"], length=SLOT_BYTES)
