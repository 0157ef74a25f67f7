"""What one owns: password, sessions, devices."""

from aiohttp import web

from cencomm.ids import from_hex
from cencomm.relay import own_devices, sessions
from cencomm.relay.edge.request import address_of, answer, device_of, no_content, session_of
from cencomm.relay.keys import CLOCK, DATABASE, DESK, ENTROPY, WRITER
from cencomm.relay.password import change_password
from cencomm.relay.sign_in import SOURCE_KEY_BYTES
from cencomm.site.body import read_document
from cencomm.wire.limits import KIB, MAX_VAULT_BYTES
from cencomm.wire.password import ChangePassword
from cencomm.wire.sessions import SESSION_ID_BYTES

PASSWORD_BODY_BYTES = 2 * MAX_VAULT_BYTES + 4 * KIB


async def post_password(request: web.Request) -> web.Response:
    session, now = await session_of(request), request.app[CLOCK]()
    asked = await read_document(request, ChangePassword, most=PASSWORD_BODY_BYTES)
    changed = await change_password(
        request.app[DESK].prover,
        session,
        asked,
        source_key=request.app[ENTROPY](SOURCE_KEY_BYTES),
        address=address_of(request),
        now=now,
    )
    return answer(changed)


async def get_sessions(request: web.Request) -> web.Response:
    session, now = await session_of(request), request.app[CLOCK]()
    return answer(
        await request.app[DATABASE].read(lambda connection: sessions.open_sessions(connection, session, now=now))
    )


async def delete_session(request: web.Request) -> web.Response:
    session, now = await session_of(request), request.app[CLOCK]()
    ended = from_hex(request.match_info["session"], length=SESSION_ID_BYTES)
    await request.app[WRITER].write(
        lambda connection, draft: sessions.end_own_session(connection, draft, session, ended, now=now)
    )
    return no_content()


async def delete_other_sessions(request: web.Request) -> web.Response:
    session, now = await session_of(request), request.app[CLOCK]()
    await request.app[WRITER].write(
        lambda connection, draft: sessions.end_other_sessions(connection, draft, session, now=now)
    )
    return no_content()


async def get_devices(request: web.Request) -> web.Response:
    session, now = await session_of(request), request.app[CLOCK]()
    return answer(
        await request.app[DATABASE].read(lambda connection: own_devices.list_devices(connection, session, now=now))
    )


async def delete_device(request: web.Request) -> web.Response:
    session, device, now = await session_of(request), device_of(request), request.app[CLOCK]()
    await request.app[WRITER].write(
        lambda connection, draft: own_devices.end_device(connection, draft, session, device, now=now)
    )
    return no_content()
