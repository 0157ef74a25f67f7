"""Changing the password of an account against a real relay (D2), also one that lies."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cencomm.client.account.account import fetch_vault, keep_pins, mailbox_keys, settle, sign_in, sign_up
from cencomm.client.account.new_password import Changed, change_password
from cencomm.client.account.remote_vault import MAX_MAILBOX_KEYS, open_remote_vault
from cencomm.client.account.session import UNNAMED, Access
from cencomm.client.account.sign_in import DeviceSecret, typed_password
from cencomm.client.channel.errors import RolledBack
from cencomm.client.errors import MailboxLeftUnopened, PasswordChangedElsewhere, WrongPassword
from cencomm.client.mailbox import Environment, open_mailbox
from cencomm.client.transport.errors import NoSession, WrongSignIn
from cencomm.client.transport.relay_client import RelayClient, open_relay
from cencomm.client.vault.journal import VaultJournal
from cencomm.clock import system_clock
from cencomm.secret import system_entropy
from cencomm.wire.vault import PutVault
from tests.fakes.loopback_relay import LoopbackRelay, loopback_relay
from tests.fakes.memory_store import MemoryStore

NAME, PASSWORD, NEW = "Ana Silva", "correct horse battery staple", "another horse battery staple"
SECRET = DeviceSecret(b"\x05" * 16)
NOW = 1_800_000_000


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


async def changed(
    access: Access, *, password: str = NEW, secret: DeviceSecret | None = None, remembered: int = 0
) -> Changed:
    return await change_password(
        access,
        typed_password(password),
        device_secret=secret,
        code=None,
        remembered_version=remembered,
        computer=UNNAMED,
        entropy=system_entropy,
    )


async def test_the_same_identity_opens_to_the_new_password_and_no_longer_to_the_old(
    relay: RelayClient, ana: Access
) -> None:
    """D2."""
    _, before = await fetch_vault(ana)

    after = await changed(ana)

    version, now = await fetch_vault(await sign_in(relay, name=NAME, password=NEW))
    assert await fetch_vault(after.access) == (version, now)
    assert version == 2
    assert before is not None
    assert now is not None
    assert (now.identity_key, now.exchange_key, now.pins) == (before.identity_key, before.exchange_key, before.pins)
    with pytest.raises(WrongSignIn):
        await sign_in(relay, name=NAME, password=PASSWORD)


async def test_the_mailbox_that_roams_gets_a_new_key(ana: Access) -> None:
    """D2: new random keys; the old one stays until everything is sealed again."""
    keys = await mailbox_keys(ana, system_entropy)

    after = await changed(ana)

    now = await mailbox_keys(after.access, system_entropy)
    assert now[:-1] == keys
    assert now[-1] not in keys


async def test_a_mailbox_that_nobody_opens_keeps_the_key_under_which_its_rows_lie(
    relay: RelayClient, ana: Access
) -> None:
    """D2: the change that would drop it is refused; password, vault and sessions stay as they are."""
    await mailbox_keys(ana, system_entropy)
    version, vault = await fetch_vault(ana)
    assert vault is not None
    while len(vault.mailbox_keys) < MAX_MAILBOX_KEYS:  # what so many changes leave
        vault = vault.with_new_mailbox_key(system_entropy)
    keys = ana.keys.wrapping_key
    sealed = vault.seal(account=ana.account, version=version + 1, wrapping_key=keys, entropy=system_entropy)
    await ana.relay.put_vault(PutVault(version=version, sealed=sealed))

    with pytest.raises(MailboxLeftUnopened):
        await changed(ana)

    assert await fetch_vault(ana) == (version + 1, vault)
    assert await fetch_vault(await sign_in(relay, name=NAME, password=PASSWORD)) == (version + 1, vault)


async def test_an_old_session_gets_nothing_after_a_change_of_password(relay: RelayClient, ana: Access) -> None:
    """D2: whoever signed in with the old password is out, and cannot sign in again."""
    thief = await sign_in(relay, name=NAME, password=PASSWORD)

    await changed(ana)

    with pytest.raises(WrongSignIn):  # the session has ended, and the renewal fails
        await thief.relay.vault()
    token = thief.relay.token
    assert token is not None
    with pytest.raises(NoSession):
        await relay.signed_in(token).vault()


async def test_the_old_keys_open_no_vault_that_is_written_later(ana: Access) -> None:
    """D2: new random keys, sealed under the new password alone."""
    after = await changed(ana)
    sealed = await after.access.relay.vault()

    with pytest.raises(WrongPassword):
        open_remote_vault(
            sealed.sealed, account=ana.account, version=sealed.version, wrapping_key=ana.keys.wrapping_key
        )


async def test_a_vault_that_is_older_than_the_remembered_one_stops_the_change(
    server: LoopbackRelay, tmp_path: Path, relay: RelayClient, ana: Access
) -> None:
    """L2, D2: the relay swaps the sealed vault for yesterday's just now; what it lacks would be lost for good."""
    await server.copy_to(tmp_path / "yesterday")
    store = MemoryStore()
    await settle(store, ana, now=NOW, entropy=system_entropy)
    (version, _) = await fetch_vault(ana)
    await server.put_back(tmp_path / "yesterday")

    with pytest.raises(RolledBack):
        await changed(ana, remembered=version)

    assert (await sign_in(relay, name=NAME, password=PASSWORD)).account == ana.account


async def test_a_device_secret_is_added_with_the_password(relay: RelayClient, ana: Access) -> None:
    """D3: from then on the password alone opens nothing of what lies at the relay."""
    await changed(ana, secret=SECRET)

    with pytest.raises(WrongPassword):
        await fetch_vault(await sign_in(relay, name=NAME, password=NEW))
    assert (await fetch_vault(await sign_in(relay, name=NAME, password=NEW, device_secret=SECRET)))[0] == 2


async def test_a_mailbox_under_the_old_password_says_what_to_do(relay: RelayClient, ana: Access) -> None:
    """Its session ends; a relay that let it go on would not get its vault opened either."""
    store = MemoryStore()
    await settle(store, ana, now=NOW, entropy=system_entropy)
    environment = Environment(clock=system_clock, entropy=system_entropy, judge_report=lambda _op, _envelope: None)
    after = await changed(await sign_in(relay, name=NAME, password=PASSWORD))
    token = after.access.relay.token
    assert token is not None
    stale = Access(account=ana.account, parameters=ana.parameters, keys=ana.keys, relay=relay.signed_in(token))
    mailbox = await open_mailbox(VaultJournal(store), stale.relay, environment)

    with pytest.raises(PasswordChangedElsewhere):
        await keep_pins(mailbox, stale)
