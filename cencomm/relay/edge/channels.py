"""Logs, Welcomes and rejections of a channel."""

import asyncio

from aiohttp import web
from sqlalchemy import Connection

from cencomm.errors import AccessDenied, CencommError
from cencomm.ids import AccountId
from cencomm.ledger.log import LogKind
from cencomm.relay.announcement import RejectionKept
from cencomm.relay.channel_log import Tip
from cencomm.relay.devices import own_device
from cencomm.relay.edge.answer import describe
from cencomm.relay.edge.long_answer import answer_long, send_long
from cencomm.relay.edge.request import (
    Place,
    account_of,
    answer,
    device_of,
    hash_in_query,
    no_content,
    number_in_path,
    number_in_query,
    place_of,
)
from cencomm.relay.entitlement import require_acquaintance, require_entitled
from cencomm.relay.errors import NotFound
from cencomm.relay.keys import CLOCK, DATABASE, LOG_PAGES, METRICS, NOTARY, PACING, PUBLISHES, PUBLISHING, STATE, WRITER
from cencomm.relay.loading import load_tip
from cencomm.relay.queries.welcomes import forget_welcome, newest_rejections, welcomes_for
from cencomm.relay.reading import log_page
from cencomm.relay.rejections import reject
from cencomm.relay.state import Draft
from cencomm.relay.submission import Submission
from cencomm.site.body import read_document
from cencomm.wire.limits import (
    KIB,
    LARGE_BYTES,
    LOG_PAGE_ENTRIES,
    MAX_BODY_BYTES,
    MAX_COUNTER,
    MAX_REJECTIONS,
    RETRY_BODY_BYTES,
)
from cencomm.wire.log import Publish, Published, TurnReserved
from cencomm.wire.welcomes import Reject, Rejections, Welcomes

REJECTION_BODY_BYTES = 4 * KIB


async def post_log(request: web.Request) -> web.Response:
    account, place = await account_of(request), place_of(request)
    most = MAX_BODY_BYTES if may_publish(request.app, account, place) else RETRY_BODY_BYTES
    asked = await read_document(request, Publish, most=most)
    return answer(Published(receipt=await publish(request.app, account, place, asked)))


def may_publish(app: web.Application, account: AccountId, place: Place) -> bool:
    """Whether the account is entitled to the channel now. It costs nothing, so it is asked before anything is read.

    Raises:
        NotFound: it never was a member, or there is no such channel.
    """
    ledger = app[STATE].ledger(place.operation)
    require_acquaintance(ledger, account)
    app[STATE].tip(place.operation, place.channel)
    try:
        require_entitled(ledger, account, place.channel, now=app[CLOCK]())
    except AccessDenied:
        return False
    return True


async def publish(app: web.Application, account: AccountId, place: Place, asked: Publish) -> bytes:
    """The receipt, whichever way the message came.

    Raises:
        TooMany: the account's publishes of this minute.
    """
    kind = LogKind(asked.kind).name.lower()
    try:
        receipt = await _publish(app, account, place, asked)
    except CencommError as exc:
        app[METRICS].refuse_publish(kind, describe(exc))
        raise
    app[METRICS].published.labels(kind).inc()
    return receipt


async def _publish(app: web.Application, account: AccountId, place: Place, asked: Publish) -> bytes:
    app[PUBLISHES].spend(account, now=app[CLOCK]())
    where = (account, place.operation, place.channel, place.generation)
    if not may_publish(app, account, place):
        submission = Submission.unread(*where, asked)
    elif len(asked.message) + len(asked.welcome or b"") > LARGE_BYTES:
        submission = await asyncio.to_thread(Submission.read, *where, asked)
    else:
        submission = Submission.read(*where, asked)
    if submission.publish.mailbox is not None:
        return await app[WRITER].write(
            lambda connection, draft: app[PUBLISHING].accept_with_mailbox(connection, draft, submission)
        )
    if submission.publish.kind == LogKind.APPLICATION:
        return await app[WRITER].publish(submission)
    return await app[WRITER].write(
        lambda connection, draft: app[PUBLISHING].accept_commit(connection, draft, submission)
    )


async def post_turn(request: web.Request) -> web.Response:
    account, _ = await _reader(request)
    place, now, pacing = place_of(request), request.app[CLOCK](), request.app[PACING]

    def reserve(_: Connection, draft: Draft) -> int:
        return pacing.reserve(draft.tip(place.operation, place.channel), account, now=now)

    return answer(TurnReserved(seconds=await request.app[WRITER].write(reserve)))


async def get_log(request: web.Request) -> web.StreamResponse:
    account, tip = await _reader_of_any(request)
    after = number_in_query(request, "after", default=0, least=0)
    limit = number_in_query(request, "limit", default=LOG_PAGE_ENTRIES, least=1)
    hash_, app, now = hash_in_query(request, "hash"), request.app, request.app[CLOCK]()
    is_long = tip.sequence - after >= LOG_PAGE_ENTRIES  # somebody was away; a short one is what a push woke up for
    read = app[DATABASE].read_long if is_long else app[DATABASE].read
    page = await read(
        lambda one: log_page(one, tip, app[NOTARY], app[LOG_PAGES], after=after, hash_=hash_, limit=limit, now=now)
    )
    return await send_long(request, account, *page)


async def get_welcomes(request: web.Request) -> web.StreamResponse:
    account, tip = await _reader_of_any(request)

    def find(connection: Connection) -> Welcomes:
        return Welcomes(welcomes=tuple(welcomes_for(connection, tip.row, tip.generation, account, up_to=tip.sequence)))

    return await answer_long(request, account, find)


async def delete_welcome(request: web.Request) -> web.Response:
    account, tip = await _reader_of_any(request)
    device, sequence = device_of(request), number_in_path(request, "sequence", most=MAX_COUNTER)

    def forget(connection: Connection, _: Draft) -> None:
        own_device(connection, account, device)
        forget_welcome(connection, tip.row, tip.generation, device, sequence)

    await request.app[WRITER].write(forget)
    return no_content()


async def post_rejection(request: web.Request) -> web.Response:
    account, _ = await _reader(request)
    place, asked = place_of(request), await read_document(request, Reject, most=REJECTION_BODY_BYTES)

    def store(connection: Connection, draft: Draft) -> None:
        ledger, tip = draft.ledger(place.operation), draft.tip(place.operation, place.channel)
        if reject(connection, ledger, tip, account, asked.rejection):
            draft.announcements.append(RejectionKept(place.operation, place.channel, tip.generation))

    await request.app[WRITER].write(store)
    return no_content()


async def get_rejections(request: web.Request) -> web.Response:
    _, tip = await _reader_of_any(request)
    found = await request.app[DATABASE].read(
        lambda connection: newest_rejections(connection, tip.row, tip.generation, most=MAX_REJECTIONS)
    )
    return answer(Rejections(rejections=tuple(found)))


async def _reader(request: web.Request) -> tuple[AccountId, Tip]:
    """Who asks, being entitled to the channel that the path names, and where the log of its current generation ends.

    Raises:
        NotFound, AccessDenied: they are not, or there is no such channel, or another generation is current.
    """
    account, tip = await _reader_of_any(request)
    if place_of(request).generation != request.app[STATE].tip(tip.operation, tip.channel).generation:
        raise NotFound
    return account, tip


async def _reader_of_any(request: web.Request) -> tuple[AccountId, Tip]:
    """As `_reader`, also where the log of an ended generation ends (C11): nothing is added to it any more.

    Raises:
        NotFound, AccessDenied: they are not entitled, or there is no such channel or generation.
    """
    account, place, state = await account_of(request), place_of(request), request.app[STATE]
    ledger = state.ledger(place.operation)
    require_entitled(ledger, account, place.channel, now=request.app[CLOCK]())
    tip = state.tip(place.operation, place.channel)
    if place.generation == tip.generation:
        return account, tip
    ended = ledger.channels[place.channel].numbered(place.generation)
    if ended is None:
        raise NotFound
    found = await request.app[DATABASE].read(
        lambda connection: load_tip(connection, tip.row, place.operation, place.channel, ended)
    )
    return account, found
