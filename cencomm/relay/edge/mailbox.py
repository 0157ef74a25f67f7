"""The mailbox that roams: taking, reading, writing, giving back."""

from aiohttp import web

from cencomm.errors import MalformedError
from cencomm.relay import mailbox
from cencomm.relay.edge.long_answer import answer_packed
from cencomm.relay.edge.request import account_of, answer, hash_in_query, no_content, number_in_query, session_of
from cencomm.relay.entitlement import is_member_somewhere
from cencomm.relay.keys import CLOCK, PUBLISHES, STATE, WRITER
from cencomm.relay.queries.mailboxes import Stretch
from cencomm.site.body import read_document
from cencomm.wire.limits import KIB, MAX_BODY_BYTES, MAX_STRANGERS_MAILBOX_BYTES
from cencomm.wire.mailbox import AskRows, MailboxWritten, ReleaseMailbox, TakeMailbox, WriteMailbox

SMALL_BODY_BYTES = 1 * KIB
NAMES_BODY_BYTES = 64 * KIB
STRANGERS_BODY_BYTES = 2 * MAX_STRANGERS_MAILBOX_BYTES  # in base64, with its JSON around
SORTS = {None: None, "hot": False, "cold": True}  # of `only`, and whether such rows are cold


async def post_hold(request: web.Request) -> web.Response:
    session, now = await session_of(request), request.app[CLOCK]()
    asked = await read_document(request, TakeMailbox, most=SMALL_BODY_BYTES)
    return answer(
        await request.app[WRITER].write(
            lambda connection, draft: mailbox.take(connection, draft, session, asked, now=now)
        )
    )


async def get_mailbox(request: web.Request) -> web.StreamResponse:
    account = await account_of(request)
    holder = number_in_query(request, "holder", default=0, least=0)
    stretch = _stretch_of(request)
    return await answer_packed(
        request, account, lambda connection: mailbox.read_page(connection, account, holder, stretch)
    )


def _stretch_of(request: web.Request) -> Stretch:
    only = request.query.get("only")
    if only not in SORTS:
        raise MalformedError("the rows asked for are hot or cold")
    after, until = hash_in_query(request, "after"), hash_in_query(request, "until")
    longest = number_in_query(request, "longest", default=0, least=0) or None
    return Stretch(after=after or b"", until=until, cold=SORTS[only], longest=longest)


async def post_rows(request: web.Request) -> web.StreamResponse:
    account = await account_of(request)
    asked = await read_document(request, AskRows, most=NAMES_BODY_BYTES)
    return await answer_packed(request, account, lambda connection: mailbox.read_rows(connection, account, asked))


async def put_mailbox(request: web.Request) -> web.Response:
    account, now = await account_of(request), request.app[CLOCK]()
    request.app[PUBLISHES].spend(account, now=now)
    is_member = is_member_somewhere(request.app[STATE].ledgers.values(), account, now=now)
    asked = await read_document(request, WriteMailbox, most=MAX_BODY_BYTES if is_member else STRANGERS_BODY_BYTES)
    version = await request.app[WRITER].write(
        lambda connection, draft: mailbox.write(connection, draft, account, asked, now=now)
    )
    return answer(MailboxWritten(version=version))


async def post_release(request: web.Request) -> web.Response:
    account = await account_of(request)
    asked = await read_document(request, ReleaseMailbox, most=SMALL_BODY_BYTES)
    await request.app[WRITER].write(lambda connection, _: mailbox.release(connection, account, asked.holder))
    return no_content()
