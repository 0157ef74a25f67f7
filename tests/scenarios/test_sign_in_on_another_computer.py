"""An officer makes an account, and recovers who they are on another computer, from a real relay over a real socket."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from cencomm.client.account import sign_in
from cencomm.client.account.remote_vault import RemoteVault, open_remote_vault
from cencomm.client.account.sign_in import SignInKeys, SignInParameters
from cencomm.client.errors import WrongPassword
from cencomm.client.transport.calls import SessionToken
from cencomm.client.transport.errors import NoSession, StaleVersion, Taken, WrongSignIn
from cencomm.client.transport.relay_client import RelayClient, open_relay
from cencomm.client.transport.stream import Connected
from cencomm.clock import system_clock
from cencomm.ids import AccountId
from cencomm.primitives.signatures import SigningKey
from cencomm.primitives.x25519 import PrivateKey
from cencomm.relay.app import build_app
from cencomm.relay.config import RelayConfig
from cencomm.secret import system_entropy
from cencomm.wire.accounts import AskSignInParameters, CreateAccount, SignIn
from cencomm.wire.vault import PutVault

NAME, PASSWORD = "Ana Silva", "correct horse battery staple"


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[RelayClient]:
    config = RelayConfig(data=tmp_path / "relay", name="relay.example", port=0, synchronous="OFF")
    app = build_app(config, clock=system_clock, entropy=system_entropy)
    async with TestServer(app) as server, open_relay(str(server.make_url("/"))) as client:
        yield client


async def make_account(relay: RelayClient) -> tuple[AccountId, SignInKeys]:
    relay_name = (await relay.about()).name
    parameters = SignInParameters.choose(relay_name=relay_name, name=NAME, entropy=system_entropy)
    password = sign_in.new_password(PASSWORD, name=NAME, relay_name=relay_name)
    keys = sign_in.derive(password, parameters)
    account = await relay.create_account(
        CreateAccount(
            handle=parameters.handle,
            salt=parameters.salt,
            profile=parameters.profile,
            sign_in_secret=keys.sign_in_secret.expose(),
        )
    )
    return account, keys


async def signed_in(relay: RelayClient, name: str, password: str) -> tuple[RelayClient, AccountId, SignInKeys]:
    """What a computer does that knows the relay's address, a name and a password, and nothing else."""
    relay_name = (await relay.about()).name
    handle = sign_in.sign_in_handle(relay_name, name)
    given = await relay.sign_in_parameters(AskSignInParameters(handle=handle))
    parameters = SignInParameters(relay_name=relay_name, handle=handle, salt=given.salt, profile=given.profile)
    keys = sign_in.derive(sign_in.typed_password(password), parameters)
    session = await relay.sign_in(SignIn(handle=handle, sign_in_secret=keys.sign_in_secret.expose()))
    return relay.signed_in(SessionToken(session.token.encode())), session.account, keys


async def test_name_and_password_recover_the_identity_on_another_computer(relay: RelayClient) -> None:
    account, _ = await make_account(relay)
    here, _, keys = await signed_in(relay, NAME, PASSWORD)
    mine = RemoteVault(identity_key=SigningKey.generate(system_entropy), exchange_key=PrivateKey(system_entropy(32)))
    sealed = mine.seal(account=account, version=1, wrapping_key=keys.wrapping_key, entropy=system_entropy)
    assert (await here.put_vault(PutVault(version=0, sealed=sealed))).version == 1

    there, same_account, same_keys = await signed_in(relay, "ANA SILVA", PASSWORD)
    stored = await there.vault()
    recovered = open_remote_vault(
        stored.sealed, account=same_account, version=stored.version, wrapping_key=same_keys.wrapping_key
    )

    assert same_account == account
    assert recovered == mine


async def test_a_vault_is_replaced_only_by_who_saw_the_newest(relay: RelayClient) -> None:
    await make_account(relay)
    here, _, _ = await signed_in(relay, NAME, PASSWORD)
    await here.put_vault(PutVault(version=0, sealed=b"first"))

    with pytest.raises(StaleVersion) as stale:
        await here.put_vault(PutVault(version=0, sealed=b"second"))

    assert stale.value.details.version == 1
    assert (await here.vault()).sealed == b"first"


@pytest.mark.parametrize(("name", "password"), [(NAME, PASSWORD + "!"), ("Nobody Here", PASSWORD)])
async def test_a_wrong_name_and_a_wrong_password_have_one_answer(relay: RelayClient, name: str, password: str) -> None:
    await make_account(relay)

    with pytest.raises(WrongSignIn) as wrong:
        await signed_in(relay, name, password)

    assert NAME not in str(wrong.value)


async def test_the_sign_in_secret_opens_no_vault(relay: RelayClient) -> None:
    """What the relay sees at sign-in is not what its copy of the vault is sealed under."""
    account, keys = await make_account(relay)
    mine = RemoteVault(identity_key=SigningKey.generate(system_entropy), exchange_key=PrivateKey(system_entropy(32)))
    sealed = mine.seal(account=account, version=1, wrapping_key=keys.wrapping_key, entropy=system_entropy)

    seen_by_the_relay = sign_in.WrappingKey(keys.sign_in_secret.expose())

    with pytest.raises(WrongPassword):
        open_remote_vault(sealed, account=account, version=1, wrapping_key=seen_by_the_relay)


async def test_a_name_is_taken_once(relay: RelayClient) -> None:
    await make_account(relay)

    with pytest.raises(Taken):
        await make_account(relay)


async def test_after_signing_out_the_session_opens_nothing(relay: RelayClient) -> None:
    await make_account(relay)
    here, _, _ = await signed_in(relay, NAME, PASSWORD)
    async with here.stream(entropy=system_entropy) as wakes:
        assert await anext(wakes) == Connected()

        await here.sign_out()

        with pytest.raises(NoSession):
            await anext(wakes)
    with pytest.raises(NoSession):
        await here.vault()
