"""Rule D2: password and a code that counts once, then the vault."""

import asyncio
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.relay.config import RelayConfig
from cencomm.site.one_time_code import NEVER, matching_step
from cencomm.site.refusals import WrongSignIn
from cencomm.wire.accounts import SignIn
from cencomm.wire.errors import ErrorCode
from cencomm.wire.second_factor import (
    RenewRecoveryCodes,
    SecondFactor,
    SwitchOffTotp,
    SwitchOnTotp,
    recovery_verifier,
)
from cencomm.wire.vault import PutVault
from tests.fakes.served_relay import Relay, StandingClock, running
from tests.unit.relay.account import RECOVERY, RIGHT, SECRET, WRONG, Visitor


@pytest.fixture
async def owner(relay: Relay) -> Visitor:
    somebody = Visitor(relay)
    await somebody.open_account()
    return somebody


@pytest.fixture
async def token(owner: Visitor) -> str:
    """Of the session in which the second factor was switched on."""
    token = (await owner.signs_in()).token
    assert (await owner.switches_on(token)).status == 204
    return token


RFC_6238_SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")],
)
def test_codes_are_those_of_rfc_6238_appendix_b(seconds: int, code: str) -> None:
    """The RFC prints eight digits; six are their end."""
    assert matching_step(RFC_6238_SECRET, code, now=seconds, after=NEVER) == seconds // 30


@given(st.text("0123456789", min_size=6, max_size=6), st.integers(0, 1 << 40))
def test_any_code_is_of_a_step_near_by_or_wrong(code: str, now: int) -> None:
    try:
        step = matching_step(SECRET, code, now=now, after=NEVER)
    except WrongSignIn:
        return
    assert abs(step - now // 30) <= 1


async def test_a_sign_in_wants_password_and_code(owner: Visitor, token: str) -> None:
    """D2."""
    assert token

    assert (await owner.tries()).code == ErrorCode.CODE_NEEDED
    assert (await owner.tries(code=owner.code())).status == 200


async def test_a_wrong_password_is_told_apart_from_nothing_by_a_right_code(owner: Visitor, token: str) -> None:
    """D1: one answer, and the code is not used up by somebody who lacks the password."""
    assert token
    code = owner.code()

    wrong_password = await owner.tries(WRONG, code)
    wrong_code = await owner.tries(RIGHT, "000000" if code != "000000" else "000001")
    nobody = await Visitor(owner.relay, handle=b"n" * 16).tries(RIGHT, code)

    assert wrong_password.code == ErrorCode.WRONG_SIGN_IN
    assert wrong_password.body == wrong_code.body == nobody.body
    assert (await owner.tries(code=code)).status == 200


async def test_a_replayed_code_is_refused(owner: Visitor, token: str) -> None:
    """D2: each time step once, also that of the code which switched it on."""
    assert token
    code = owner.code()
    assert (await owner.tries(code=code)).status == 200

    assert (await owner.tries(code=code)).code == ErrorCode.WRONG_SIGN_IN
    assert (await owner.tries(code=owner.code(-1))).code == ErrorCode.WRONG_SIGN_IN


async def test_one_code_typed_twice_at_once_signs_in_once(owner: Visitor, token: str) -> None:
    """D2: the step is used up in the transaction that begins the session."""
    assert token
    code = owner.code()

    answers = await asyncio.gather(*(owner.tries(code=code) for _ in range(3)))

    assert sorted(answer.status for answer in answers) == [200, 401, 401]


async def test_a_code_that_was_used_before_a_restart_is_refused_after_it(config: RelayConfig) -> None:
    """D2."""
    clock = StandingClock()
    async with running(config, clock) as relay:
        owner = Visitor(relay)
        await owner.open_account()
        await owner.switches_on((await owner.signs_in()).token)
        code = owner.code()
        assert (await owner.tries(code=code)).status == 200
    async with running(config, clock, seed="again") as relay:
        assert (await Visitor(relay).tries(code=code)).code == ErrorCode.WRONG_SIGN_IN


@pytest.mark.parametrize(("steps", "status"), [(-2, 401), (0, 200), (1, 200), (2, 401)])
async def test_a_clock_may_be_one_step_off(owner: Visitor, token: str, steps: int, status: int) -> None:
    assert token

    assert (await owner.tries(code=owner.code(steps))).status == status


async def test_a_code_may_be_of_the_step_before(owner: Visitor, token: str) -> None:
    assert token
    code = owner.code()
    owner.relay.clock.now += 30

    assert (await owner.tries(code=code)).status == 200


async def test_guesses_at_the_code_are_wrong_tries_and_a_missing_code_is_none(owner: Visitor, token: str) -> None:
    """D6: a thief of the password gets three guesses, and wipes none of them by asking without a code."""
    assert token
    thief = Visitor(owner.relay)
    for _ in range(5):
        assert (await thief.tries()).code == ErrorCode.CODE_NEEDED
    for _ in range(3):
        assert (await thief.tries(code="123456")).code == ErrorCode.WRONG_SIGN_IN
        await thief.tries()

    assert (await thief.tries(code=owner.code())).code == ErrorCode.LOCKED
    assert (await owner.tries(code=owner.code())).status == 200  # D6: the known source


async def test_a_recovery_code_counts_once(owner: Visitor, token: str) -> None:
    """D2."""
    assert (await owner.tries(code=RECOVERY[3])).status == 200

    assert (await owner.tries(code=RECOVERY[3])).code == ErrorCode.WRONG_SIGN_IN
    left = (await owner.relay.ask("GET", "/v1/account/totp", token=token)).read(SecondFactor)
    assert left == SecondFactor(totp=True, recovery_codes=9)


async def test_recovery_codes_lie_at_the_relay_as_verifiers_only(
    owner: Visitor, token: str, config: RelayConfig
) -> None:
    assert token
    await owner.tries(code=RECOVERY[0])

    stored = b"".join(path.read_bytes() for path in config.data.iterdir())

    assert recovery_verifier(RECOVERY[1]) in stored
    assert not any(code.encode() in stored for code in RECOVERY)


async def test_switching_on_ends_the_sessions_that_never_showed_a_code(owner: Visitor) -> None:
    """D2: the vault is given out after both, so nobody goes on with one."""
    elsewhere = (await Visitor(owner.relay).signs_in()).token
    token = (await owner.signs_in()).token
    await owner.relay.ask("PUT", "/v1/vault", PutVault(version=0, sealed=b"sealed"), token=token)

    await owner.switches_on(token)

    assert (await owner.relay.ask("GET", "/v1/vault", token=elsewhere)).code == ErrorCode.NO_SESSION
    assert (await owner.relay.ask("GET", "/v1/vault", token=token)).status == 200


async def test_a_second_factor_is_switched_on_with_a_code_that_it_makes(owner: Visitor) -> None:
    """A secret that was copied wrongly locks nobody out."""
    token = (await owner.signs_in()).token
    asked = SwitchOnTotp(
        sign_in_secret=RIGHT, secret=SECRET, code="000000", recovery=tuple(map(recovery_verifier, RECOVERY))
    )

    assert (await owner.relay.ask("POST", "/v1/account/totp", asked, token=token)).code == ErrorCode.WRONG_SIGN_IN
    assert (await owner.tries()).status == 200


async def test_a_session_alone_switches_nothing(owner: Visitor, token: str) -> None:
    """A stolen token, a computer left open: password and code are asked for again."""
    recovery = tuple(map(recovery_verifier, RECOVERY))
    for path, asked in (
        ("/v1/account/totp/off", SwitchOffTotp(sign_in_secret=WRONG, code=owner.code())),
        ("/v1/account/totp/off", SwitchOffTotp(sign_in_secret=RIGHT, code="000000")),
        (
            "/v1/account/recovery-codes",
            RenewRecoveryCodes(sign_in_secret=RIGHT, code=owner.code(-1), recovery=recovery),
        ),
    ):
        assert (await owner.relay.ask("POST", path, asked, token=token)).code == ErrorCode.WRONG_SIGN_IN

    assert (await owner.tries()).code in {ErrorCode.CODE_NEEDED, ErrorCode.LOCKED}


async def test_switched_off_with_a_code_the_password_is_enough(owner: Visitor, token: str) -> None:
    asked = SwitchOffTotp(sign_in_secret=RIGHT, code=RECOVERY[0])

    assert (await owner.relay.ask("POST", "/v1/account/totp/off", asked, token=token)).status == 204

    assert (await owner.tries()).status == 200
    left = (await owner.relay.ask("GET", "/v1/account/totp", token=token)).read(SecondFactor)
    assert left == SecondFactor(totp=False, recovery_codes=0)


async def test_new_recovery_codes_end_the_old_ones(owner: Visitor, token: str) -> None:
    new = tuple(letter * 20 for letter in "ABCDEFGHJK")
    asked = RenewRecoveryCodes(sign_in_secret=RIGHT, code=owner.code(), recovery=tuple(map(recovery_verifier, new)))

    assert (await owner.relay.ask("POST", "/v1/account/recovery-codes", asked, token=token)).status == 204

    assert (await owner.tries(code=RECOVERY[0])).code == ErrorCode.WRONG_SIGN_IN
    assert (await owner.tries(code=new[0])).status == 200


async def test_a_code_of_another_shape_is_malformed(owner: Visitor) -> None:
    for code in ("12345", "1234567", "12345 ", "123456\n", "I" * 20, "a" * 20, "A" * 21, "١٢٣٤٥٦"):
        asked = SignIn(handle=owner.handle, sign_in_secret=RIGHT, code=code)
        assert (await owner.relay.ask("POST", "/v1/sign-in", asked)).code == ErrorCode.MALFORMED, code


async def test_an_ended_transaction_uses_up_no_code(owner: Visitor, token: str, config: RelayConfig) -> None:
    """What was refused for another reason can be asked for again with the same code."""
    code = owner.code()
    with sqlite3.connect(config.database) as connection:
        (before,) = connection.execute("SELECT last_step FROM second_factors").fetchone()
    await owner.tries(WRONG, code)

    with sqlite3.connect(config.database) as connection:
        assert connection.execute("SELECT last_step FROM second_factors").fetchone() == (before,)
    connection.close()
    assert token
