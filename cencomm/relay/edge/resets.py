"""Resets of accounts: offered by a unit, asked for with its letter."""

from aiohttp import web

from cencomm.relay.edge.request import account_of, no_content, operation_of
from cencomm.relay.keys import CLOCK, DATABASE, DESK, WRITER
from cencomm.relay.resets import leave_credentials, offer_reset, read_ticket
from cencomm.site.body import read_document
from cencomm.wire.limits import KIB, MAX_RESET_VAULT_BYTES
from cencomm.wire.resets import AskReset, OfferReset

OFFER_BODY_BYTES = 4 * KIB
RESET_BODY_BYTES = 2 * MAX_RESET_VAULT_BYTES  # in base64, with its JSON around


async def post_offer(request: web.Request) -> web.Response:
    account, operation, now = await account_of(request), operation_of(request), request.app[CLOCK]()
    asked = await read_document(request, OfferReset, most=OFFER_BODY_BYTES)
    await request.app[WRITER].write(
        lambda connection, draft: offer_reset(connection, draft, account, operation, asked, now=now)
    )
    return no_content()


async def post_reset(request: web.Request) -> web.Response:
    """Without a session: whoever asks has lost it. The ticket is looked up before a hash is made."""
    now = request.app[CLOCK]()
    asked = await read_document(request, AskReset, most=RESET_BODY_BYTES)
    await request.app[DATABASE].read(lambda connection: read_ticket(connection, asked, now=now))
    verifier = await request.app[DESK].verifiers.make(asked.sign_in_secret)
    await request.app[WRITER].write(
        lambda connection, draft: leave_credentials(connection, draft, asked, verifier, now=now)
    )
    return no_content()
