"""The unit sees waves of wrong tries at its members, and lifts them (D6)."""

from aiohttp import web

from cencomm.relay.edge.request import account_in_path, account_of, answer, no_content, operation_of
from cencomm.relay.entitlement import members_now, require_coordinator, require_member
from cencomm.relay.keys import CLOCK, DATABASE, STATE, WRITER
from cencomm.relay.queries.tries import forget_tries_of
from cencomm.relay.tries import waves
from cencomm.wire.locks import MAX_LOCKS, Lock, Locks


async def get_locks(request: web.Request) -> web.Response:
    asking, now = await account_of(request), request.app[CLOCK]()
    ledger = request.app[STATE].ledger(operation_of(request))
    require_coordinator(ledger, asking, now=now)
    members = members_now(ledger, now=now)
    found = await request.app[DATABASE].read(lambda connection: waves(connection, members, now=now, most=MAX_LOCKS))
    return answer(
        Locks(
            locks=tuple(
                Lock(account=tries.account, tries=tries.count, since=tries.since, until=tries.until)
                for tries in found
                if tries.account is not None
            )
        )
    )


async def delete_lock(request: web.Request) -> web.Response:
    """Unknown and known sources of the account may try again; nobody is signed in by it."""
    asking, now = await account_of(request), request.app[CLOCK]()
    ledger = request.app[STATE].ledger(operation_of(request))
    require_coordinator(ledger, asking, now=now)
    account = require_member(ledger, account_in_path(request), now=now).account
    await request.app[WRITER].write(lambda connection, _: forget_tries_of(connection, account))
    return no_content()
