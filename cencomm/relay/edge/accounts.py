"""Accounts, sign-in, sessions and the vault."""

from aiohttp import web

from cencomm.errors import CencommError
from cencomm.relay.edge.answer import describe
from cencomm.relay.edge.request import account_of, address_of, answer, no_content, session_of
from cencomm.relay.keys import CLOCK, DATABASE, DESK, METRICS, WRITER
from cencomm.relay.sessions import end_session
from cencomm.relay.vault import read_vault, replace_vault
from cencomm.site.bearer import write_token
from cencomm.site.body import read_document
from cencomm.wire.accounts import AccountCreated, AskSignInParameters, CreateAccount, SignedIn, SignIn
from cencomm.wire.limits import KIB, MAX_VAULT_BYTES
from cencomm.wire.vault import PutVault, Vault

SIGN_IN_BODY_BYTES = 4 * KIB  # whoever is not signed in gets little memory
VAULT_BODY_BYTES = 2 * MAX_VAULT_BYTES  # in base64, with its JSON around


async def create_account(request: web.Request) -> web.Response:
    asked = await read_document(request, CreateAccount, most=SIGN_IN_BODY_BYTES)
    account = await request.app[DESK].create(asked, address=address_of(request), now=request.app[CLOCK]())
    return answer(AccountCreated(account=account))


async def sign_in_parameters(request: web.Request) -> web.Response:
    asked = await read_document(request, AskSignInParameters, most=SIGN_IN_BODY_BYTES)
    return answer(await request.app[DESK].parameters(asked.handle))


async def sign_in(request: web.Request) -> web.Response:
    asked = await read_document(request, SignIn, most=SIGN_IN_BODY_BYTES)
    tried = request.app[METRICS].sign_ins
    try:
        begun = await request.app[DESK].sign_in(asked, address=address_of(request), now=request.app[CLOCK]())
    except CencommError as exc:
        tried.labels(describe(exc).code.value).inc()
        raise
    tried.labels("right").inc()
    session = begun.session
    return answer(
        SignedIn(
            account=session.account,
            token=write_token(begun.token),
            expires=session.expires,
            source=begun.source_key,
        )
    )


async def sign_out(request: web.Request) -> web.Response:
    session = await session_of(request)
    await request.app[WRITER].write(lambda connection, draft: end_session(connection, draft, session.token_hash))
    return no_content()


async def get_vault(request: web.Request) -> web.Response:
    account = await account_of(request)
    vault = await request.app[DATABASE].read(lambda connection: read_vault(connection, account))
    return answer(Vault(version=vault.version, sealed=vault.sealed))


async def put_vault(request: web.Request) -> web.Response:
    account = await account_of(request)
    put = await read_document(request, PutVault, most=VAULT_BODY_BYTES)
    vault = await request.app[WRITER].write(lambda connection, _: replace_vault(connection, account, put))
    return answer(Vault(version=vault.version, sealed=vault.sealed))
