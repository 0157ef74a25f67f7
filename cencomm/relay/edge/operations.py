"""Operations, ledgers, what is sealed beside them, enrolments."""

from aiohttp import web
from sqlalchemy import Connection

from cencomm.relay.edge.long_answer import answer_packed
from cencomm.relay.edge.request import account_of, answer, applicant_of, no_content, number_in_query, operation_of
from cencomm.relay.enrolments import ask_to_join
from cencomm.relay.entitlement import require_acquaintance, require_coordinator, require_member
from cencomm.relay.keys import CLOCK, DATABASE, NOTARY, REGISTRY, STATE, WRITER
from cencomm.relay.lost_entries import take_back
from cencomm.relay.operations import operations_of
from cencomm.relay.queries import operations as queries
from cencomm.relay.reading import ledger_page
from cencomm.relay.state import Draft
from cencomm.site.body import read_document
from cencomm.wire.enrolments import Enrol, Enrolments
from cencomm.wire.limits import FOUNDING_BODY_BYTES, KIB, MAX_BODY_BYTES
from cencomm.wire.operations import (
    AppendEntry,
    BlobsAnswer,
    CreateOperation,
    GiveBack,
    OperationHead,
    Operations,
    WrapsAnswer,
)

ENROLMENT_BODY_BYTES = 4 * KIB


async def post_operation(request: web.Request) -> web.Response:
    account, now = await account_of(request), request.app[CLOCK]()
    asked = await read_document(request, CreateOperation, most=FOUNDING_BODY_BYTES)
    ledger = await request.app[WRITER].write(
        lambda connection, draft: request.app[REGISTRY].found(connection, draft, account, asked, now=now)
    )
    return answer(OperationHead(operation=ledger.operation, head=request.app[NOTARY].ledger_head(ledger, now=now)))


async def get_operations(request: web.Request) -> web.Response:
    account, state, notary = await account_of(request), request.app[STATE], request.app[NOTARY]
    asked = await request.app[DATABASE].read(lambda connection: queries.enrolments_of(connection, account))
    return answer(Operations(operations=operations_of(state, notary, account, asked, now=request.app[CLOCK]())))


async def get_ledger(request: web.Request) -> web.StreamResponse:
    account, ledger = await account_of(request), request.app[STATE].ledger(operation_of(request))
    after = number_in_query(request, "after", default=-1, least=-1)
    notary, now = request.app[NOTARY], request.app[CLOCK]()
    return await answer_packed(
        request, account, lambda connection: ledger_page(connection, ledger, account, notary, after=after, now=now)
    )


async def post_ledger(request: web.Request) -> web.Response:
    account, operation, now = await account_of(request), operation_of(request), request.app[CLOCK]()
    require_coordinator(request.app[STATE].ledger(operation), account, now=now)  # before 32 MiB are read
    asked = await read_document(request, AppendEntry, most=MAX_BODY_BYTES)
    appended = await request.app[WRITER].write(
        lambda connection, draft: request.app[REGISTRY].append(connection, draft, account, operation, asked, now=now)
    )
    return answer(appended)


async def post_lost_entries(request: web.Request) -> web.Response:
    account, operation, now = await account_of(request), operation_of(request), request.app[CLOCK]()
    asked = await read_document(request, GiveBack, most=MAX_BODY_BYTES)
    ledger = await request.app[WRITER].write(
        lambda connection, draft: take_back(
            request.app[REGISTRY], connection, draft, account, operation, asked, now=now
        )
    )
    return answer(OperationHead(operation=operation, head=request.app[NOTARY].ledger_head(ledger, now=now)))


async def get_wraps(request: web.Request) -> web.Response:
    account, operation = await account_of(request), operation_of(request)
    require_acquaintance(request.app[STATE].ledger(operation), account)
    found = await request.app[DATABASE].read(lambda connection: queries.wraps_for(connection, operation, account))
    return answer(WrapsAnswer(wraps=tuple(found)))


async def get_blobs(request: web.Request) -> web.StreamResponse:
    account, operation = await account_of(request), operation_of(request)
    require_member(request.app[STATE].ledger(operation), account, now=request.app[CLOCK]())
    return await answer_packed(
        request, account, lambda connection: BlobsAnswer(blobs=tuple(queries.all_blobs(connection, operation)))
    )


async def post_enrolment(request: web.Request) -> web.Response:
    account, operation = await applicant_of(request), operation_of(request)
    asked = await read_document(request, Enrol, most=ENROLMENT_BODY_BYTES)

    def ask(connection: Connection, draft: Draft) -> None:
        ask_to_join(connection, draft, draft.ledger(operation), account, asked.request)

    await request.app[WRITER].write(ask)
    return no_content()


async def get_enrolments(request: web.Request) -> web.Response:
    account, operation = await account_of(request), operation_of(request)
    require_coordinator(request.app[STATE].ledger(operation), account, now=request.app[CLOCK]())
    found = await request.app[DATABASE].read(lambda connection: queries.all_enrolments(connection, operation))
    return answer(Enrolments(requests=tuple(found)))
