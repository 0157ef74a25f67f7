"""A change of password at the relay: all of it or nothing (D2)."""

import sqlite3

import pytest

from cencomm.relay.config import RelayConfig
from cencomm.wire.accounts import AskSignInParameters, SignIn, SignInParameters
from cencomm.wire.errors import ErrorCode
from cencomm.wire.password import ChangePassword, PasswordChanged
from cencomm.wire.vault import PutVault, Vault
from tests.fakes.served_relay import Answer, Relay
from tests.unit.relay.account import RECOVERY, RIGHT, WRONG, Visitor

NEW = b"n" * 32


@pytest.fixture
async def owner(relay: Relay) -> Visitor:
    somebody = Visitor(relay)
    await somebody.open_account()
    return somebody


@pytest.fixture
async def token(owner: Visitor) -> str:
    """Of a session whose account has a vault."""
    token = (await owner.signs_in()).token
    await owner.relay.ask("PUT", "/v1/vault", PutVault(version=0, sealed=b"old"), token=token)
    return token


def asking(secret: bytes = RIGHT, code: str | None = None, version: int = 1) -> ChangePassword:
    return ChangePassword(
        sign_in_secret=secret,
        code=code,
        salt=b"t" * 16,
        profile=1,
        new_sign_in_secret=NEW,
        version=version,
        sealed=b"new",
    )


async def change(owner: Visitor, token: str, asked: ChangePassword) -> Answer:
    return await owner.relay.ask("POST", "/v1/account/password", asked, token=token)


async def signs_in(owner: Visitor, secret: bytes, source: bytes | None = None) -> Answer:
    asked = SignIn(handle=owner.handle, sign_in_secret=secret, source=source)
    return await owner.relay.ask("POST", "/v1/sign-in", asked)


async def test_the_new_password_counts_and_the_vault_is_the_new_one(owner: Visitor, token: str) -> None:
    """D2."""
    changed = (await change(owner, token, asking())).read(PasswordChanged)

    assert changed.version == 2
    assert (await owner.relay.ask("GET", "/v1/vault", token=token)).read(Vault) == Vault(version=2, sealed=b"new")
    given = await owner.relay.ask("POST", "/v1/sign-in/parameters", AskSignInParameters(handle=owner.handle))
    assert given.read(SignInParameters).salt == b"t" * 16
    assert (await signs_in(owner, RIGHT)).code == ErrorCode.WRONG_SIGN_IN
    assert (await signs_in(owner, NEW)).status == 200


async def test_old_sessions_end_and_no_other_computer_is_known(owner: Visitor, token: str) -> None:
    """D2, D6: whoever had the old password is a stranger."""
    thief = Visitor(owner.relay)
    stolen = await thief.signs_in()

    changed = (await change(owner, token, asking())).read(PasswordChanged)

    assert (await owner.relay.ask("GET", "/v1/vault", token=stolen.token)).code == ErrorCode.NO_SESSION
    for _ in range(3):
        await signs_in(owner, WRONG, source=stolen.source)
    assert (await signs_in(owner, NEW, source=stolen.source)).code == ErrorCode.LOCKED
    assert (await signs_in(owner, NEW, source=owner.source)).code == ErrorCode.LOCKED
    assert (await signs_in(owner, NEW, source=changed.source)).status == 200


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (asking(secret=WRONG), ErrorCode.WRONG_SIGN_IN),
        (asking(version=0), ErrorCode.STALE_VERSION),
        (asking(version=2), ErrorCode.STALE_VERSION),
    ],
)
async def test_what_is_refused_changes_nothing(
    owner: Visitor, token: str, asked: ChangePassword, code: ErrorCode
) -> None:
    """D2: the vault and what opens it change together; a session alone changes neither."""
    elsewhere = (await Visitor(owner.relay).signs_in()).token

    assert (await change(owner, token, asked)).code == code

    assert (await owner.relay.ask("GET", "/v1/vault", token=elsewhere)).read(Vault).sealed == b"old"
    assert (await signs_in(owner, NEW)).code == ErrorCode.WRONG_SIGN_IN
    assert (await signs_in(owner, RIGHT, source=owner.source)).status == 200


async def test_a_second_factor_is_asked_for_and_its_code_is_good_again_after_a_refusal(
    owner: Visitor, token: str
) -> None:
    """D2."""
    assert (await owner.switches_on(token)).status == 204

    assert (await change(owner, token, asking())).code == ErrorCode.CODE_NEEDED
    assert (await change(owner, token, asking(code=RECOVERY[0], version=9))).code == ErrorCode.STALE_VERSION
    assert (await change(owner, token, asking(code=RECOVERY[0]))).status == 200


async def test_guesses_in_a_session_are_counted_like_others(owner: Visitor, token: str) -> None:
    """A stolen token is no place to guess the password from."""
    for _ in range(3):
        assert (await change(owner, token, asking(secret=WRONG))).code == ErrorCode.WRONG_SIGN_IN

    assert (await change(owner, token, asking())).code == ErrorCode.LOCKED


async def test_nothing_of_the_old_verifier_stays(owner: Visitor, token: str, config: RelayConfig) -> None:
    with sqlite3.connect(config.database) as connection:
        (before,) = connection.execute("SELECT verifier FROM accounts").fetchone()

    await change(owner, token, asking())

    with sqlite3.connect(config.database) as connection:
        assert connection.execute("SELECT count(*) FROM accounts WHERE verifier = ?", (before,)).fetchone() == (0,)
    connection.close()
