"""How long a sign-in lasts at a server's desk, in a browser and for a program (domain.md E15)."""

import base64

import pytest

from cencomm.errors import UsageError
from cencomm.site.people.accounts import (
    add_token,
    end_token,
    list_people,
    reset_person,
    token_id,
)
from cencomm.site.people.desk import IDLE_SECONDS, SESSION_SECONDS, Desk, Inactive
from cencomm.site.people.person import DAY_SECONDS
from cencomm.site.refusals import NoSession, WrongSignIn
from tests.unit.site.visitor import NOW, Visitor


async def test_session_fixation_what_was_shown_before_a_sign_in_is_worth_nothing_after_it(desk: Desk) -> None:
    """A token that somebody planted never becomes a session: each step up makes a new one and ends the old one."""
    bob = await Visitor(desk, name="bob").is_added()
    before = await bob.tries(code=None)
    bob.secret = desk.authenticator_secret(before.session)
    done = await desk.set_authenticator(before.session, bob.code(), now=NOW)

    assert done.signed_in.token != before.token
    with pytest.raises(NoSession):
        await desk.session_of(before.token, program=False, now=NOW)


async def test_a_session_ends_when_idle_and_at_the_end_of_a_shift(ana: Visitor) -> None:
    begun = await ana.tries()
    moment = ana.now
    while moment + IDLE_SECONDS - 1 < ana.now + SESSION_SECONDS:
        moment += IDLE_SECONDS - 1
        await ana.desk.session_of(begun.token, program=False, now=moment)
    with pytest.raises(NoSession):
        await ana.desk.session_of(begun.token, program=False, now=ana.now + SESSION_SECONDS)

    ana.now += 30
    idle = await ana.tries()
    with pytest.raises(NoSession):
        await ana.desk.session_of(idle.token, program=False, now=ana.now + IDLE_SECONDS)


async def test_e15_a_programs_token_does_not_outlive_the_account_that_it_acts_for(ana: Visitor) -> None:
    program = token_bytes((await add_token(ana.desk, "ana", "nightly export", days=90, now=ana.now)).text)
    much_later = ana.now + 25 * DAY_SECONDS - 1
    with pytest.raises(Inactive):
        await ana.desk.session_of(program, program=True, now=much_later)

    await ana.tries()  # she signed in half a minute ago; now she does again

    assert (await ana.desk.session_of(program, program=True, now=much_later)).label == "nightly export"


async def test_signing_out_ends_the_session(ana: Visitor) -> None:
    begun = await ana.tries()
    await ana.desk.sign_out(begun.session)

    with pytest.raises(NoSession):
        await ana.desk.session_of(begun.token, program=False, now=ana.now)


async def test_a_reset_ends_everything_that_the_old_password_opened(ana: Visitor) -> None:
    begun = await ana.tries()
    token = await add_token(ana.desk, "ana", "nightly export", days=1, now=ana.now)
    await reset_person(ana.desk, "ana", now=ana.now)

    assert [one.sessions for one in await list_people(ana.desk.store)] == [()]
    with pytest.raises(NoSession):
        await ana.desk.session_of(begun.token, program=False, now=ana.now)
    assert token.expires == ana.now + DAY_SECONDS
    with pytest.raises(WrongSignIn):
        await ana.tries()


async def test_a_programs_token_is_no_cookie_and_a_browsers_no_bearer_token(ana: Visitor) -> None:
    begun = await ana.tries()
    token = await add_token(ana.desk, "ana", "nightly export", days=1, now=ana.now)
    program = token_bytes(token.text)

    assert (await ana.desk.session_of(program, program=True, now=ana.now)).label == "nightly export"
    with pytest.raises(NoSession):
        await ana.desk.session_of(program, program=False, now=ana.now)
    with pytest.raises(NoSession):
        await ana.desk.session_of(begun.token, program=True, now=ana.now)


async def test_a_programs_token_ends_with_its_days_and_when_it_is_ended(ana: Visitor) -> None:
    first = token_bytes((await add_token(ana.desk, "ana", "one", days=1, now=ana.now)).text)
    with pytest.raises(NoSession):
        await ana.desk.session_of(first, program=True, now=ana.now + DAY_SECONDS)
    session = await ana.desk.session_of(first, program=True, now=ana.now + IDLE_SECONDS)

    await end_token(ana.desk.store, "ana", token_id(session))

    with pytest.raises(NoSession):
        await ana.desk.session_of(first, program=True, now=ana.now)


@pytest.mark.parametrize("days", [0, -1, 367])
async def test_a_token_for_ever_is_refused(ana: Visitor, days: int) -> None:
    with pytest.raises(UsageError):
        await add_token(ana.desk, "ana", "one", days=days, now=ana.now)


def token_bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=")
