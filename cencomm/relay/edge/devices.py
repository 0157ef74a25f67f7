"""Devices, key packages and claims."""

from aiohttp import web
from sqlalchemy import Connection

from cencomm.relay.devices import (
    announce_first_device,
    claim_key_packages,
    further_devices,
    has_key_packages,
    put_key_packages,
    register_device,
    waiting_key_packages,
)
from cencomm.relay.edge.request import account_of, answer, channel_of, device_of, no_content, operation_of, session_of
from cencomm.relay.keys import CLAIMS, CLOCK, DATABASE, STATE, WRITER
from cencomm.relay.queries.sessions import link_source
from cencomm.relay.state import Draft
from cencomm.site.body import read_document
from cencomm.wire.devices import (
    ClaimedKeyPackage,
    ClaimedKeyPackages,
    ClaimKeyPackages,
    KeyPackagesStored,
    PutKeyPackages,
    RegisterDevice,
)
from cencomm.wire.limits import KIB

DEVICE_BODY_BYTES = 4 * KIB
KEY_PACKAGES_BODY_BYTES = 600 * KIB  # a hundred packages at their limit, in base64
CLAIM_BODY_BYTES = 16 * KIB


async def post_device(request: web.Request) -> web.Response:
    session, now = await session_of(request), request.app[CLOCK]()
    asked = await read_document(request, RegisterDevice, most=DEVICE_BODY_BYTES)

    def register(connection: Connection, _: Draft) -> None:
        device = register_device(connection, session.account, asked.certificate, now=now)
        link_source(connection, session.source, device)

    await request.app[WRITER].write(register)
    return no_content()


async def post_key_packages(request: web.Request) -> web.Response:
    account, device, now = await account_of(request), device_of(request), request.app[CLOCK]()
    put = await read_document(request, PutKeyPackages, most=KEY_PACKAGES_BODY_BYTES)

    def store(connection: Connection, draft: Draft) -> int:
        is_first = not has_key_packages(connection, device)
        remaining = put_key_packages(connection, account, device, put, now=now)
        if is_first:  # not with each refill: whoever is in already needs nobody
            announce_first_device(draft, account)
        return remaining

    return answer(KeyPackagesStored(remaining=await request.app[WRITER].write(store)))


async def get_key_packages(request: web.Request) -> web.Response:
    account, device, now = await account_of(request), device_of(request), request.app[CLOCK]()
    waiting = await request.app[DATABASE].read(
        lambda connection: waiting_key_packages(connection, account, device, now=now)
    )
    return answer(waiting)


async def get_further_devices(request: web.Request) -> web.Response:
    account, now = await account_of(request), request.app[CLOCK]()
    ledger = request.app[STATE].ledger(operation_of(request))
    found = await request.app[DATABASE].read(lambda connection: further_devices(connection, ledger, account, now=now))
    return answer(found)


async def post_claim(request: web.Request) -> web.Response:
    account, operation, channel = await account_of(request), operation_of(request), channel_of(request)
    asked = await read_document(request, ClaimKeyPackages, most=CLAIM_BODY_BYTES)
    now = request.app[CLOCK]()
    request.app[CLAIMS].spend(account, now=now, amount=len(asked.accounts))

    def claim(connection: Connection, draft: Draft) -> tuple[ClaimedKeyPackage, ...]:
        ledger = draft.ledger(operation)
        return claim_key_packages(connection, draft, ledger, channel, account, asked.accounts, now=now)

    return answer(ClaimedKeyPackages(packages=await request.app[WRITER].write(claim)))
