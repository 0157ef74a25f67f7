"""Signing up and in against a real relay, with a store that forgets."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from cencomm.client.account.account import keep_pins, settle, sign_in, sign_up
from cencomm.client.account.device import decode_device, decode_identity
from cencomm.client.account.session import TOKEN_KEY, Access, kept_token, resume_session, sign_out
from cencomm.client.account.sign_in import DeviceSecret
from cencomm.client.channel.errors import RolledBack
from cencomm.client.errors import WeakPassword, WrongPassword
from cencomm.client.mailbox import DEVICE_KEY, IDENTITY_KEY, Environment, Mailbox, open_mailbox
from cencomm.client.transport.calls import SessionToken
from cencomm.client.transport.errors import NoSession, Taken, WrongSignIn
from cencomm.client.transport.relay_client import RelayClient, open_relay
from cencomm.client.vault.journal import VaultJournal
from cencomm.client.vault.pins import first_pin
from cencomm.clock import system_clock
from cencomm.errors import UsageError
from cencomm.ids import OperationId
from cencomm.ledger.replay import Pin
from cencomm.secret import system_entropy
from cencomm.wire.document import encode_document
from cencomm.wire.errors import Error, ErrorAnswer, ErrorCode
from tests.fakes.loopback_relay import Handler, LoopbackRelay, loopback_relay
from tests.fakes.memory_store import MemoryStore

NAME, PASSWORD = "Ana Silva", "correct horse battery staple"
NOW = 1_800_000_000
OPERATION = OperationId(b"\x07" * 32)
ENVIRONMENT = Environment(clock=system_clock, entropy=system_entropy, judge_report=lambda _operation, _envelope: None)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LoopbackRelay]:
    async with loopback_relay(tmp_path / "relay") as one:
        yield one


@pytest.fixture
async def relay(server: LoopbackRelay) -> AsyncIterator[RelayClient]:
    async with open_relay(server.url) as client:
        yield client


@pytest.fixture
async def ana(relay: RelayClient) -> Access:
    return await sign_up(relay, name=NAME, password=PASSWORD, entropy=system_entropy)


async def settled(access: Access) -> MemoryStore:
    store = MemoryStore()
    await settle(store, access, now=NOW, entropy=system_entropy)
    return store


async def mailbox_of(access: Access) -> Mailbox:
    return await open_mailbox(VaultJournal(await settled(access)), access.relay, ENVIRONMENT)


async def test_another_computer_gets_the_same_identity_and_a_device_of_its_own(relay: RelayClient, ana: Access) -> None:
    here = await settled(ana)

    there = await settled(await sign_in(relay, name="ANA SILVA", password=PASSWORD))

    first, second = (decode_identity(store.values[IDENTITY_KEY]) for store in (here, there))
    assert first.encode() == second.encode()
    assert decode_device(here.values[DEVICE_KEY]).device != decode_device(there.values[DEVICE_KEY]).device


async def test_settling_twice_changes_no_key(ana: Access) -> None:
    store = await settled(ana)
    before = dict(store.values)

    await settle(store, ana, now=NOW + 1, entropy=system_entropy)

    assert store.values == before


async def test_signing_up_again_goes_on_where_it_was_interrupted(relay: RelayClient, ana: Access) -> None:
    again = await sign_up(relay, name=NAME, password=PASSWORD, entropy=system_entropy)

    assert again.account == ana.account
    assert (await settled(ana)).values[IDENTITY_KEY] == (await settled(again)).values[IDENTITY_KEY]


@pytest.mark.usefixtures("ana")
async def test_a_name_that_somebody_has_is_taken(relay: RelayClient) -> None:
    with pytest.raises(Taken):
        await sign_up(relay, name=NAME, password="another horse battery staple", entropy=system_entropy)


@pytest.mark.usefixtures("ana")
async def test_a_wrong_password_opens_no_session(relay: RelayClient) -> None:
    with pytest.raises(WrongSignIn):
        await sign_in(relay, name=NAME, password="wrong horse battery staple")


async def test_a_weak_password_is_refused_before_anything_is_sent(relay: RelayClient) -> None:
    with pytest.raises(WeakPassword):
        await sign_up(relay, name=NAME, password="password", entropy=system_entropy)

    with pytest.raises(WrongSignIn):
        await sign_in(relay, name=NAME, password="password")


async def test_the_password_alone_does_not_open_what_a_device_secret_seals(relay: RelayClient) -> None:
    secret = DeviceSecret(b"\x01" * 16)
    await sign_up(relay, name=NAME, password=PASSWORD, device_secret=secret, entropy=system_entropy)

    await settled(await sign_in(relay, name=NAME, password=PASSWORD, device_secret=secret))
    with pytest.raises(WrongPassword):
        await settled(await sign_in(relay, name=NAME, password=PASSWORD))


async def test_a_relay_that_hides_the_vault_makes_nobody_a_stranger(
    server: LoopbackRelay, relay: RelayClient, ana: Access
) -> None:
    await settled(ana)
    server.meddle = hide_the_vault

    with pytest.raises(RolledBack):
        await settled(await sign_in(relay, name=NAME, password=PASSWORD))


async def test_a_session_that_ended_is_renewed_and_the_call_repeated(relay: RelayClient, ana: Access) -> None:
    old = SessionToken(bytes([65]) * 43)
    access = resume_session(relay, ana.parameters, ana.keys, account=ana.account, token=old)

    await access.relay.operations()

    assert access.relay.token != old


async def test_without_the_keys_a_session_is_not_renewed(relay: RelayClient) -> None:
    client = relay.signed_in(SessionToken(bytes([65]) * 43))

    with pytest.raises(NoSession):
        await client.operations()
    with pytest.raises(NoSession):
        await client.renew_session()


async def test_the_session_is_kept_until_one_signs_out(ana: Access) -> None:
    store = await settled(ana)
    assert await kept_token(store) == ana.relay.token

    await sign_out(store, ana.relay)

    assert TOKEN_KEY not in store.values
    with pytest.raises(UsageError, match="sign in"):
        await kept_token(store)


async def test_signing_out_ends_the_session_at_the_relay(relay: RelayClient, ana: Access) -> None:
    store = await settled(ana)
    token = await kept_token(store)

    await sign_out(store, ana.relay)

    with pytest.raises(NoSession):
        await relay.signed_in(token).operations()


async def test_pins_follow_to_the_next_computer(relay: RelayClient, ana: Access) -> None:
    here = await mailbox_of(ana)
    async with here.lock:
        await here.write({}, pin=first_pin(OPERATION))

    await keep_pins(here, ana)

    there = await mailbox_of(await sign_in(relay, name=NAME, password=PASSWORD))
    assert dict(there.pins) == {OPERATION: first_pin(OPERATION)}


async def test_the_pin_that_says_more_stays(relay: RelayClient, ana: Access) -> None:
    here = await mailbox_of(ana)
    there_access = await sign_in(relay, name=NAME, password=PASSWORD)
    there = await mailbox_of(there_access)
    further = Pin(OPERATION, 9, b"\x09" * 32)
    await put_pin(here, further)
    await put_pin(there, first_pin(OPERATION))

    await keep_pins(here, ana)
    await keep_pins(there, there_access)

    assert there.pins[OPERATION] == further


async def test_two_computers_that_were_shown_different_ledgers_notice(relay: RelayClient, ana: Access) -> None:
    here = await mailbox_of(ana)
    there_access = await sign_in(relay, name=NAME, password=PASSWORD)
    there = await mailbox_of(there_access)
    await put_pin(here, Pin(OPERATION, 9, b"\x09" * 32))
    await put_pin(there, Pin(OPERATION, 9, b"\x08" * 32))

    await keep_pins(here, ana)

    with pytest.raises(RolledBack):
        await keep_pins(there, there_access)


async def test_an_older_vault_than_the_remembered_one_is_refused(
    server: LoopbackRelay, tmp_path: Path, ana: Access
) -> None:
    here = await mailbox_of(ana)
    await server.copy_to(tmp_path / "yesterday")
    await put_pin(here, first_pin(OPERATION))
    await keep_pins(here, ana)

    await server.put_back(tmp_path / "yesterday")

    with pytest.raises(RolledBack):
        await keep_pins(here, ana)


async def put_pin(mailbox: Mailbox, pin: Pin) -> None:
    async with mailbox.lock:
        await mailbox.write({}, pin=pin)


async def hide_the_vault(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.path != "/v1/vault":
        return await handler(request)
    error = ErrorAnswer(error=Error(code=ErrorCode.NOT_FOUND, message="nothing"))
    return web.Response(status=404, body=encode_document(error))
