"""The owner's side of D2 and D6: codes as they are typed, sessions that end, the key by which a relay knows us."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.client.account import second_factor
from cencomm.client.account.account import settle, sign_in, sign_up
from cencomm.client.account.label import open_label, seal_label
from cencomm.client.account.remote_vault import open_remote_vault
from cencomm.client.account.second_factor import TotpSecret, new_recovery_codes, read_code
from cencomm.client.account.session import Access, Computer, kept_source, resume_session, sign_out
from cencomm.client.account.sign_in import LabelKey, WrappingKey
from cencomm.client.errors import UnusableText, WrongPassword
from cencomm.client.transport.calls import SessionToken
from cencomm.client.transport.errors import CodeNeeded, Locked, WrongSignIn
from cencomm.client.transport.relay_client import RelayClient, open_relay
from cencomm.errors import MalformedError
from cencomm.secret import system_entropy
from cencomm.wire.accounts import SEALED_LABEL_BYTES
from tests.fakes.loopback_relay import LoopbackRelay, loopback_relay
from tests.fakes.memory_store import MemoryStore

NAME, PASSWORD = "Ana Silva", "correct horse battery staple"
NOW = 1_800_000_000
SECRET = TotpSecret(bytes(range(20)))
RECOVERY = new_recovery_codes(system_entropy)


class Wall:
    """A clock that a test moves."""

    now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Wall:
    return Wall()


@pytest.fixture
async def server(tmp_path: Path, clock: Wall) -> AsyncIterator[LoopbackRelay]:
    async with loopback_relay(tmp_path / "relay", clock=clock) as one:
        yield one


@pytest.fixture
async def relay(server: LoopbackRelay) -> AsyncIterator[RelayClient]:
    async with open_relay(server.url) as client:
        yield client


def shown(clock: Wall, steps: int = 0) -> str:
    return str(pyotp.TOTP(SECRET.text()).at(clock.now + 30 * steps))


@pytest.fixture
async def ana(relay: RelayClient, clock: Wall) -> Access:
    """Has a second factor."""
    access = await sign_up(relay, name=NAME, password=PASSWORD, entropy=system_entropy)
    await second_factor.switch_on(access, SECRET, shown(clock, -1), RECOVERY)
    return access


def typing(code: str) -> Computer:
    async def ask_code() -> str:
        await asyncio.sleep(0)
        return code

    return Computer(ask_code=ask_code)


async def test_whoever_is_asked_for_a_code_signs_in_with_it(relay: RelayClient, ana: Access, clock: Wall) -> None:
    access = await sign_in(relay, name=NAME, password=PASSWORD, computer=typing(shown(clock)))

    assert access.account == ana.account


async def test_a_recovery_code_does_for_a_code_once(relay: RelayClient, ana: Access) -> None:
    code = read_code(RECOVERY[0].text())
    assert (await sign_in(relay, name=NAME, password=PASSWORD, computer=typing(code))).account == ana.account

    with pytest.raises(WrongSignIn):
        await sign_in(relay, name=NAME, password=PASSWORD, computer=typing(code))


async def test_a_session_that_ended_is_not_renewed_without_a_code(relay: RelayClient, ana: Access, clock: Wall) -> None:
    """D2: what a program keeps is not enough to begin a session again."""
    ended = SessionToken(b"A" * 43)

    def resumed(computer: Computer) -> Access:
        return resume_session(relay, ana.parameters, ana.keys, account=ana.account, token=ended, computer=computer)

    with pytest.raises(CodeNeeded):
        await resumed(Computer()).relay.operations()
    asked = resumed(typing(shown(clock)))
    await asked.relay.operations()
    assert asked.relay.token != ended


async def test_switched_off_the_password_is_enough(relay: RelayClient, ana: Access, clock: Wall) -> None:
    await second_factor.switch_off(ana, shown(clock))

    assert (await sign_in(relay, name=NAME, password=PASSWORD)).account == ana.account
    assert not (await second_factor.second_factor_of(ana)).totp


async def test_a_relay_that_leaves_the_code_out_gets_what_the_password_gets_and_no_more(
    server: LoopbackRelay, relay: RelayClient, ana: Access
) -> None:
    """The check is the relay's own, so nobody can notice; what lies there opens to the wrapping key alone (D2)."""
    with sqlite3.connect(server.data / "relay.sqlite") as connection:
        connection.execute("DELETE FROM second_factors")
    connection.close()
    access = await sign_in(relay, name=NAME, password=PASSWORD)

    sealed = await access.relay.vault()

    guess = WrappingKey(SECRET.expose().ljust(32, b"\x00"))
    for key in (WrappingKey(ana.keys.sign_in_secret.expose()), guess):
        with pytest.raises(WrongPassword):
            open_remote_vault(sealed.sealed, account=ana.account, version=sealed.version, wrapping_key=key)


async def test_wrong_tries_of_others_do_not_keep_a_known_computer_out(relay: RelayClient) -> None:
    """D6: the key is kept in the store, also when one signs out."""
    access, store = await sign_up(relay, name=NAME, password=PASSWORD, entropy=system_entropy), MemoryStore()
    await settle(store, access, now=NOW, entropy=system_entropy)
    await sign_out(store, access.relay)
    for _ in range(3):
        with pytest.raises(WrongSignIn):
            await sign_in(relay, name=NAME, password="another horse battery staple")

    with pytest.raises(Locked):
        await sign_in(relay, name=NAME, password=PASSWORD)
    known = Computer(source=await kept_source(store))
    assert (await sign_in(relay, name=NAME, password=PASSWORD, computer=known)).account == access.account


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("123456", "123456"),
        (" 123 456 ", "123456"),
        ("abcde-fghjk-mnpqr-stvwx", "ABCDEFGHJKMNPQRSTVWX"),
        ("OIL00 11111 22222 33333", "01100111112222233333"),
    ],
)
def test_a_code_is_read_as_people_write_it(typed: str, code: str) -> None:
    assert read_code(typed) == code


@given(st.text(max_size=40))
def test_any_text_is_a_code_or_refused(text: str) -> None:
    try:
        code = read_code(text)
    except UnusableText:
        return
    assert read_code(code) == code


def test_recovery_codes_differ_and_show_in_no_repr() -> None:
    codes = new_recovery_codes(system_entropy)

    assert len({one.text() for one in codes}) == 10
    assert all(read_code(one.text()).encode() == one.expose() for one in codes)
    assert codes[0].text() not in repr(codes)
    assert SECRET.text() not in repr(SECRET)


def test_an_authenticator_gets_the_secret_and_both_names() -> None:
    uri = SECRET.uri(name=NAME, relay_name="relay.example")

    parsed = pyotp.parse_uri(uri)
    assert parsed.secret == SECRET.text()
    assert (parsed.name, parsed.issuer) == (NAME, "relay.example")


@given(st.text(max_size=80))
def test_names_of_computers_are_sealed_in_one_length(name: str) -> None:
    key, handle = LabelKey(bytes(32)), b"h" * 16
    sealed = seal_label(key, handle, name, system_entropy)

    assert len(sealed) == SEALED_LABEL_BYTES
    opened = open_label(key, handle, sealed)
    assert name.startswith(opened.rstrip("\ufffd").rstrip("\x00")) or not name
    with pytest.raises(MalformedError):
        open_label(key, b"g" * 16, sealed)
    with pytest.raises(MalformedError):
        open_label(LabelKey(bytes([1]) * 32), handle, sealed)
