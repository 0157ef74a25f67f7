"""Who gets in at a server's desk, who does not, and who has to wait. Rule D6 and domain.md E15."""

import asyncio
import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from cencomm.errors import CencommError, UsageError
from cencomm.node.database import Database
from cencomm.site.pace import FREE_TRIES, KNOWN_SOURCE, UNKNOWN_SOURCE
from cencomm.site.people.accounts import (
    add_person,
    add_token,
    end_person,
    end_token,
    list_people,
    reset_person,
    token_id,
)
from cencomm.site.people.desk import IDLE_SECONDS, SESSION_SECONDS, SETUP_SECONDS, Desk, Inactive
from cencomm.site.people.letters import Letters, read_digits, read_letters
from cencomm.site.people.person import DAY_SECONDS, GRANTS, Permission, Role, SessionKind, read_name
from cencomm.site.people.tries import Locked
from cencomm.site.refusals import CodeNeeded, NoSession, WrongSignIn
from tests.unit.site.visitor import NOW, WRONG, Visitor


@pytest.fixture
async def ana(desk: Desk) -> Visitor:
    """Has an authenticator; her computer is known. Half a minute has passed, so that her next code is a new one."""
    visitor = await Visitor(desk).is_added()
    await visitor.sets_up()
    visitor.now += 30
    return visitor


async def locks(visitor: Visitor) -> list[type[CencommError]]:
    found: list[type[CencommError]] = []
    for _ in range(FREE_TRIES + 1):
        try:
            await visitor.tries(WRONG)
        except CencommError as error:
            found.append(type(error))
    return found


async def test_whoever_has_password_and_code_gets_in(ana: Visitor) -> None:
    begun = await ana.tries()

    session = await ana.desk.session_of(begun.token, program=False, now=ana.now)
    assert (session.name, session.role, session.kind) == ("ana", Role.ANALYST, SessionKind.BROWSER)


async def test_the_name_and_the_password_are_forgiven_case_spaces_and_lookalikes(ana: Visitor) -> None:
    ana.name = " ANA "
    typed = ana.password.lower().replace("0", "o").replace("1", "l").replace("-", " ")

    assert (await ana.tries(typed)).session.name == "ana"


@pytest.mark.parametrize("password", [WRONG, "", "x" * 5000, "motdepasse", "\x00"])
async def test_a_wrong_password_gets_nobody_in(ana: Visitor, password: str) -> None:
    with pytest.raises(WrongSignIn):
        await ana.tries(password)


async def test_a_right_password_without_the_code_gets_nobody_in(ana: Visitor) -> None:
    with pytest.raises(CodeNeeded):
        await ana.tries(code=None)


@pytest.mark.parametrize("code", ["000000", "", "1234567", WRONG])
async def test_a_wrong_code_gets_nobody_in(ana: Visitor, code: str) -> None:
    with pytest.raises(WrongSignIn):
        await ana.tries(code=code or "-")


async def test_a_code_counts_once(ana: Visitor) -> None:
    await ana.tries()

    with pytest.raises(WrongSignIn):
        await ana.tries()


async def test_a_recovery_code_stands_for_a_code_once(ana: Visitor) -> None:
    code = ana.recovery[3].text()
    await ana.tries(code=code)

    with pytest.raises(WrongSignIn):
        await ana.tries(code=code)


async def test_without_an_authenticator_the_only_thing_to_do_is_to_set_one_up(desk: Desk) -> None:
    bob = await Visitor(desk, name="bob").is_added()

    begun = await bob.tries(code=None)

    assert begun.session.kind is SessionKind.SETUP
    assert begun.source_key is None  # a computer is known after a completed sign-in alone (D6)
    assert begun.session.expires == NOW + SETUP_SECONDS


async def test_setting_up_takes_a_code_of_the_secret(desk: Desk) -> None:
    bob = await Visitor(desk, name="bob").is_added()
    session = (await bob.tries(code=None)).session

    with pytest.raises(WrongSignIn):
        await desk.set_authenticator(session, "000000", now=NOW)
    assert (await bob.tries(code=None)).session.kind is SessionKind.SETUP


async def test_a_session_that_may_work_sets_up_no_other_authenticator(ana: Visitor) -> None:
    begun = await ana.tries()

    with pytest.raises(NoSession):
        await ana.desk.set_authenticator(begun.session, ana.code(), now=ana.now)


async def test_of_two_first_sign_ins_one_sets_up_the_authenticator(desk: Desk) -> None:
    bob = await Visitor(desk, name="bob").is_added()
    thief = (await bob.tries(code=None)).session
    await bob.sets_up()
    bob.secret = desk.authenticator_secret(thief)

    with pytest.raises(NoSession):
        await desk.set_authenticator(thief, bob.code(), now=NOW)


async def test_who_was_reset_while_setting_up_does_not_set_up_the_account_of_the_next(desk: Desk) -> None:
    """The session was looked up before a body came in, as slowly as whoever sent it wished."""
    bob = await Visitor(desk, name="bob").is_added()
    thief = (await bob.tries(code=None)).session
    bob.secret = desk.authenticator_secret(thief)
    bob.password = (await reset_person(desk, "bob", now=NOW)).text()

    with pytest.raises(NoSession):
        await desk.set_authenticator(thief, bob.code(), now=NOW)
    assert (await bob.tries(code=None)).session.kind is SessionKind.SETUP


async def test_session_fixation_what_was_shown_before_a_sign_in_is_worth_nothing_after_it(desk: Desk) -> None:
    """A token that somebody planted never becomes a session: each step up makes a new one and ends the old one."""
    bob = await Visitor(desk, name="bob").is_added()
    before = await bob.tries(code=None)
    bob.secret = desk.authenticator_secret(before.session)
    done = await desk.set_authenticator(before.session, bob.code(), now=NOW)

    assert done.signed_in.token != before.token
    with pytest.raises(NoSession):
        await desk.session_of(before.token, program=False, now=NOW)


async def test_d6_three_wrong_tries_lock_whoever_is_not_known(ana: Visitor) -> None:
    ana.source = None

    assert await locks(ana) == [WrongSignIn] * FREE_TRIES + [Locked]
    with pytest.raises(Locked):
        await ana.tries()
    ana.now += UNKNOWN_SOURCE.first_seconds
    assert (await ana.tries()).session.name == "ana"


async def test_d6_nobody_locks_out_the_analyst_at_a_computer_that_is_known(ana: Visitor) -> None:
    stranger = Visitor(ana.desk, now=ana.now)
    assert (await locks(stranger))[-1] is Locked

    assert (await ana.tries()).session.name == "ana"


async def test_d6_a_known_computer_goes_on_slowly(ana: Visitor) -> None:
    assert (await locks(ana))[-1] is Locked
    ana.now += KNOWN_SOURCE.first_seconds

    with pytest.raises(WrongSignIn):
        await ana.tries(WRONG)


async def test_d6_a_key_of_another_persons_computer_is_not_known(ana: Visitor, desk: Desk) -> None:
    eve = await Visitor(desk, name="eve").is_added()
    await eve.sets_up()
    thief = Visitor(desk, name="ana", source=eve.source, now=ana.now)
    stranger = Visitor(desk, name="ana", now=ana.now)
    assert (await locks(stranger))[-1] is Locked

    with pytest.raises(Locked):
        await thief.tries(WRONG)


async def test_d6_wrong_codes_count_and_a_missing_one_does_not(ana: Visitor) -> None:
    ana.source = None
    for _ in range(2 * FREE_TRIES):
        with pytest.raises(CodeNeeded):
            await ana.tries(code=None)
    for _ in range(FREE_TRIES):
        with pytest.raises(WrongSignIn):
            await ana.tries(code="000000")

    with pytest.raises(Locked):
        await ana.tries(code=None)


async def test_d6_whoever_knows_the_password_wipes_no_guess_at_the_code(ana: Visitor) -> None:
    ana.source = None
    for _ in range(FREE_TRIES - 1):
        with pytest.raises(WrongSignIn):
            await ana.tries(code="000000")
        with pytest.raises(CodeNeeded):
            await ana.tries(code=None)
    with pytest.raises(WrongSignIn):
        await ana.tries(code="000000")

    with pytest.raises(Locked):
        await ana.tries(code="000000")


async def test_d6_tries_at_the_same_moment_are_counted_each(ana: Visitor) -> None:
    ana.source = None

    outcomes = await asyncio.gather(*(ana.tries(WRONG) for _ in range(8)), return_exceptions=True)

    assert [type(one) for one in outcomes].count(WrongSignIn) == FREE_TRIES


async def test_enumeration_a_name_that_nobody_has_is_refused_counted_and_locked_like_one_that_somebody_has(
    ana: Visitor,
) -> None:
    ana.source = None
    nobody = Visitor(ana.desk, name="nobody", now=ana.now, password=WRONG)

    assert await locks(nobody) == await locks(ana)


async def test_enumeration_a_name_that_nobody_has_costs_the_same_work(ana: Visitor, store: Database) -> None:
    """The slow hash is computed, and as many statements run: what is measured on the wire is the same."""
    ana.source = None
    counts = []
    for name in ("ana", "nobody"):
        visitor = Visitor(ana.desk, name=name, now=ana.now)
        before = await _tries_rows(store)
        with pytest.raises(WrongSignIn):
            await visitor.tries(WRONG)
        counts.append(await _tries_rows(store) - before)

    assert counts == [1, 1]


async def test_who_has_ended_is_like_nobody(ana: Visitor) -> None:
    begun = await ana.tries()
    await end_person(ana.desk.store, "ana", now=ana.now)
    ana.now += 30

    with pytest.raises(WrongSignIn):
        await ana.tries()
    with pytest.raises(NoSession):
        await ana.desk.session_of(begun.token, program=False, now=ana.now)


async def test_e15_an_account_that_was_not_used_for_25_days_has_to_be_reset(ana: Visitor) -> None:
    ana.now = NOW + 25 * DAY_SECONDS - 1
    assert (await ana.tries()).session.name == "ana"
    ana.now += 25 * DAY_SECONDS
    with pytest.raises(Inactive):
        await ana.tries()

    ana.password = (await reset_person(ana.desk, "ana", now=ana.now)).text()

    assert (await ana.tries(code=None)).session.kind is SessionKind.SETUP


async def test_that_an_account_is_inactive_is_said_to_whoever_has_its_password_and_code_alone(ana: Visitor) -> None:
    ana.now = NOW + 26 * DAY_SECONDS

    with pytest.raises(WrongSignIn):
        await ana.tries(WRONG)
    with pytest.raises(CodeNeeded):
        await ana.tries(code=None)


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


async def test_a_name_is_given_once(ana: Visitor) -> None:
    await end_person(ana.desk.store, "ana", now=ana.now)

    with pytest.raises(UsageError):
        await add_person(ana.desk, "Ana", Role.AUDITOR, now=ana.now)


async def test_no_password_code_token_or_key_lies_in_the_database(ana: Visitor, store: Database) -> None:
    """Whoever has the file alone signs in nowhere, and has nothing to guess against."""
    begun = await ana.tries()
    async with store.reading() as connection:
        path = str(connection.engine.url.database)
    await store.dispose()

    kept = b"".join(one.read_bytes() for one in sorted(Path(path).parent.glob("people.sqlite*")))

    letters = read_letters(ana.password)
    assert letters is not None
    assert ana.secret is not None
    shown = (begun.token, ana.source, ana.secret.expose(), letters.expose(), ana.recovery[0].expose())
    assert all(secret is not None and secret not in kept for secret in shown)
    assert b"$argon2id$" in kept  # the control: we looked where they would be


def test_each_role_may_what_it_is_for_and_nobody_reads_who_audits() -> None:
    may = {role: {one for one in Permission if one in GRANTS[role]} for role in Role}

    assert may == {
        Role.ANALYST: {Permission.READ},
        Role.EXPORTER: {Permission.READ, Permission.EXPORT},
        Role.AUDITOR: {Permission.AUDIT},
        Role.ADMINISTRATOR: {Permission.ADMINISTER},
    }


@given(st.text())
def test_any_name_is_read_or_refused(name: str) -> None:
    try:
        assert read_name(name) == name.strip().lower()
    except UsageError:
        return


@given(st.text(max_size=200))
def test_anything_typed_is_letters_digits_or_neither(typed: str) -> None:
    letters, digits = read_letters(typed), read_digits(typed)

    assert letters is None or read_letters(letters.text()) == letters
    assert digits is None or digits.isdigit()
    assert letters is None or digits is None


def test_what_is_generated_has_a_hundred_bits_and_is_read_again() -> None:
    letters = Letters.generate(lambda count: bytes(range(count)))

    assert len(letters) == 20
    assert read_letters(letters.text()) == letters
    assert "expose" not in repr(letters)
    assert letters.expose().decode() not in repr(letters)


def token_bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=")


async def _tries_rows(store: Database) -> int:
    async with store.reading() as connection:
        return int(await connection.scalar(text("SELECT total(wrong) FROM people_tries")) or 0)
