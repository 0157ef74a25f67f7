"""Who gets in at a server's desk, and with what (domain.md E15)."""

from pathlib import Path

import pytest

from cencomm.errors import UsageError
from cencomm.node.database import Database
from cencomm.site.people.accounts import (
    add_person,
    end_person,
    reset_person,
)
from cencomm.site.people.desk import SETUP_SECONDS, Desk, Inactive
from cencomm.site.people.letters import read_letters
from cencomm.site.people.person import DAY_SECONDS, Role, SessionKind
from cencomm.site.refusals import CodeNeeded, NoSession, WrongSignIn
from tests.unit.site.visitor import NOW, WRONG, Visitor


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
