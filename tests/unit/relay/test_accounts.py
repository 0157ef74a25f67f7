"""Accounts, sign-in, sessions, vaults: what a relay gives away to whoever guesses, and what it does not."""

import sqlite3
from pathlib import Path

from cencomm.relay.config import RelayConfig
from cencomm.secret import Secret
from cencomm.wire.accounts import AskSignInParameters, CreateAccount, SignedIn, SignIn, SignInParameters
from cencomm.wire.errors import ErrorCode
from cencomm.wire.limits import MAX_SESSIONS, MAX_VAULT_BYTES
from cencomm.wire.relay import RelayAnswer
from cencomm.wire.vault import PutVault, Vault
from tests.fakes.served_relay import Relay, StandingClock, config_for, running


def account(handle: bytes = b"h" * 16, *, code: str | None = None) -> CreateAccount:
    return CreateAccount(handle=handle, salt=b"s" * 16, profile=1, sign_in_secret=b"p" * 32, registration_code=code)


async def test_a_relay_says_who_it_is(relay: Relay) -> None:
    about = (await relay.ask("GET", "/v1/relay")).read(RelayAnswer)

    assert about.receipt_key == relay.receipt_key
    assert about.registration == "open"
    assert about.time == relay.clock.now


async def test_a_handle_is_taken_once(relay: Relay) -> None:
    assert (await relay.ask("POST", "/v1/accounts", account())).status == 200

    assert (await relay.ask("POST", "/v1/accounts", account())).code == ErrorCode.TAKEN


async def test_a_relay_with_a_registration_code_asks_for_it(tmp_path: Path) -> None:
    config = config_for(tmp_path, registration_code=Secret(b"let me in"))
    async with running(config, StandingClock()) as relay:
        without = await relay.ask("POST", "/v1/accounts", account())
        wrong = await relay.ask("POST", "/v1/accounts", account(code="let me"))
        right = await relay.ask("POST", "/v1/accounts", account(code="let me in"))

        assert without.code == wrong.code == ErrorCode.NOT_ENTITLED
        assert right.status == 200
        assert (await relay.ask("GET", "/v1/relay")).read(RelayAnswer).registration == "code"


async def test_unknown_handles_have_stable_salts_that_look_like_any(relay: Relay) -> None:
    asked = [AskSignInParameters(handle=bytes([number]) * 16) for number in (1, 1, 2)]

    answers = [(await relay.ask("POST", "/v1/sign-in/parameters", one)).read(SignInParameters) for one in asked]

    assert answers[0] == answers[1] != answers[2]
    assert all(answer.profile == 1 and len(answer.salt) == 16 for answer in answers)


async def test_a_known_handle_gets_its_own_salt(relay: Relay) -> None:
    await relay.ask("POST", "/v1/accounts", account())

    answer = await relay.ask("POST", "/v1/sign-in/parameters", AskSignInParameters(handle=b"h" * 16))

    assert answer.read(SignInParameters).salt == b"s" * 16


async def test_a_wrong_name_and_a_wrong_password_get_one_answer(relay: Relay) -> None:
    await relay.ask("POST", "/v1/accounts", account())

    password = await relay.ask("POST", "/v1/sign-in", SignIn(handle=b"h" * 16, sign_in_secret=b"x" * 32))
    name = await relay.ask("POST", "/v1/sign-in", SignIn(handle=b"n" * 16, sign_in_secret=b"p" * 32))

    assert password.code == ErrorCode.WRONG_SIGN_IN
    assert (password.status, password.body) == (name.status, name.body)


async def test_guessing_is_slowed_down_per_address(tmp_path: Path) -> None:
    async with running(config_for(tmp_path, failed_sign_ins_per_address=3), StandingClock()) as relay:
        codes = [
            (await relay.ask("POST", "/v1/sign-in", SignIn(handle=bytes([n]) * 16, sign_in_secret=b"x" * 32))).code
            for n in range(4)
        ]

    assert codes == [ErrorCode.WRONG_SIGN_IN] * 3 + [ErrorCode.TOO_MANY]


async def test_accounts_from_one_source_are_counted(tmp_path: Path) -> None:
    async with running(config_for(tmp_path, accounts_per_address=1), StandingClock()) as relay:
        await relay.ask("POST", "/v1/accounts", account())

        assert (await relay.ask("POST", "/v1/accounts", account(b"i" * 16))).code == ErrorCode.TOO_MANY


async def test_a_session_ends_when_signed_out(relay: Relay) -> None:
    person = await relay.person()

    assert (await person.ask("DELETE", "/v1/session")).status == 204

    assert (await person.ask("GET", "/v1/operations")).code == ErrorCode.NO_SESSION


async def test_a_session_ends_with_its_time(relay: Relay, config: RelayConfig) -> None:
    person = await relay.person()

    relay.clock.now += config.session_seconds

    assert (await person.ask("GET", "/v1/operations")).code == ErrorCode.NO_SESSION


async def test_only_a_token_of_ours_in_our_spelling_is_a_session(relay: Relay) -> None:
    person = await relay.person()
    for token in ("", "x", person.token + "A", person.token[:-1], person.token[:-1] + "=", "A" * 43):
        assert (await relay.ask("GET", "/v1/operations", token=token)).code == ErrorCode.NO_SESSION
    assert (await relay.ask("GET", "/v1/operations")).code == ErrorCode.NO_SESSION


async def test_neither_token_nor_secret_lies_in_the_data_folder(relay: Relay, config: RelayConfig) -> None:
    await relay.ask("POST", "/v1/accounts", account())
    signed_in = await relay.ask("POST", "/v1/sign-in", SignIn(handle=b"h" * 16, sign_in_secret=b"p" * 32))
    token = signed_in.read(SignedIn).token

    stored = b"".join(path.read_bytes() for path in config.data.iterdir())

    assert b"h" * 16 in stored
    assert b"p" * 32 not in stored
    assert token.encode() not in stored


async def test_ended_sessions_are_forgotten_on_disk(relay: Relay, config: RelayConfig) -> None:
    await relay.person("one")
    relay.clock.now += config.session_seconds

    await relay.person("two")

    with sqlite3.connect(config.database) as connection:
        assert connection.execute("SELECT count(*) FROM sessions").fetchone() == (1,)
    connection.close()


async def test_a_vault_is_replaced_only_by_whoever_saw_it(relay: Relay) -> None:
    person = await relay.person()
    assert (await person.ask("GET", "/v1/vault")).code == ErrorCode.NOT_FOUND

    first = await person.ask("PUT", "/v1/vault", PutVault(version=0, sealed=b"one"))
    stale = await person.ask("PUT", "/v1/vault", PutVault(version=0, sealed=b"two"))
    future = await person.ask("PUT", "/v1/vault", PutVault(version=2, sealed=b"two"))

    assert first.read(Vault).version == 1
    assert stale.code == future.code == ErrorCode.STALE_VERSION
    assert stale.error.details.version == 1
    assert (await person.ask("GET", "/v1/vault")).read(Vault) == Vault(version=1, sealed=b"one")


async def test_a_vault_is_seen_by_its_account_only(relay: Relay) -> None:
    person, other = await relay.person("one"), await relay.person("two")

    await person.ask("PUT", "/v1/vault", PutVault(version=0, sealed=b"one"))

    assert (await other.ask("GET", "/v1/vault")).code == ErrorCode.NOT_FOUND


async def test_an_oversized_vault_is_too_large(relay: Relay) -> None:
    person = await relay.person()
    data = b'{"version":0,"sealed":"%b"}' % (b"A" * ((MAX_VAULT_BYTES // 3 + 1) * 4))

    assert (await person.ask("PUT", "/v1/vault", data=data)).code == ErrorCode.TOO_LARGE


async def test_whoever_is_not_signed_in_gets_little_memory(relay: Relay) -> None:
    answer = await relay.ask("POST", "/v1/sign-in", data=b" " * 5000)

    assert answer.code == ErrorCode.TOO_LARGE


async def test_the_oldest_of_too_many_sessions_ends(relay: Relay) -> None:
    person = await relay.person()
    asked = SignIn(handle=person.handle, sign_in_secret=person.secret)
    relay.clock.now += 1
    signed_in = [await relay.ask("POST", "/v1/sign-in", asked) for _ in range(MAX_SESSIONS - 1)]
    assert (await person.ask("GET", "/v1/operations")).status == 200

    assert (await relay.ask("POST", "/v1/sign-in", asked)).status == 200

    assert (await person.ask("GET", "/v1/operations")).code == ErrorCode.NO_SESSION
    assert (await relay.ask("GET", "/v1/operations", token=signed_in[0].read(SignedIn).token)).status == 200
