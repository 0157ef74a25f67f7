"""The second factor, switched by its owner: password and code again, a session alone does not do."""

from aiohttp import web
from sqlalchemy import Connection

from cencomm.relay.edge.request import account_of, address_of, answer, no_content, session_of
from cencomm.relay.errors import NotFound
from cencomm.relay.keys import CLOCK, DATABASE, DESK
from cencomm.relay.queries import second_factors as queries
from cencomm.relay.queries.accounts import Account
from cencomm.relay.second_factor import switch_on
from cencomm.relay.sessions import end_other_sessions
from cencomm.relay.state import Draft
from cencomm.site.body import read_document
from cencomm.wire.limits import KIB
from cencomm.wire.second_factor import RenewRecoveryCodes, SecondFactor, SwitchOffTotp, SwitchOnTotp

BODY_BYTES = 4 * KIB


async def get_totp(request: web.Request) -> web.Response:
    account = await account_of(request)

    def look(connection: Connection) -> SecondFactor:
        return SecondFactor(
            totp=queries.find_second_factor(connection, account) is not None,
            recovery_codes=queries.count_recovery_codes(connection, account),
        )

    return answer(await request.app[DATABASE].read(look))


async def post_totp(request: web.Request) -> web.Response:
    """Other sessions end: none goes on that never showed a code, and so none gets the vault without one (D2)."""
    session, prover, now = await session_of(request), request.app[DESK].prover, request.app[CLOCK]()
    asked = await read_document(request, SwitchOnTotp, most=BODY_BYTES)

    def switch(connection: Connection, draft: Draft, account: Account) -> None:
        switch_on(connection, account.id, asked.secret, asked.code, asked.recovery, now=now)
        end_other_sessions(connection, draft, session, now=now)

    attempt = await prover.attempt_of(session, asked.sign_in_secret, None, address=address_of(request))
    await prover.prove(attempt, switch, now=now)
    return no_content()


async def post_totp_off(request: web.Request) -> web.Response:
    session, prover, now = await session_of(request), request.app[DESK].prover, request.app[CLOCK]()
    asked = await read_document(request, SwitchOffTotp, most=BODY_BYTES)

    def switch(connection: Connection, _: Draft, account: Account) -> None:
        queries.remove_second_factor(connection, account.id)

    attempt = await prover.attempt_of(session, asked.sign_in_secret, asked.code, address=address_of(request))
    await prover.prove(attempt, switch, now=now)
    return no_content()


async def post_recovery_codes(request: web.Request) -> web.Response:
    session, prover, now = await session_of(request), request.app[DESK].prover, request.app[CLOCK]()
    asked = await read_document(request, RenewRecoveryCodes, most=BODY_BYTES)

    def renew(connection: Connection, _: Draft, account: Account) -> None:
        if queries.find_second_factor(connection, account.id) is None:
            raise NotFound
        queries.put_recovery_codes(connection, account.id, asked.recovery)

    attempt = await prover.attempt_of(session, asked.sign_in_secret, asked.code, address=address_of(request))
    await prover.prove(attempt, renew, now=now)
    return no_content()
