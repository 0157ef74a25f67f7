"""What a message asks, what settles it and how much time is left: pure, so every case is a line."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.client.answer_words import clock
from cencomm.client.answering import DAY, HOUR, MINUTE, Answering, answering, span
from cencomm.client.channel.acknowledgements import Acknowledged
from cencomm.client.channel.readership import Reader
from cencomm.client.operation.directory import Profile
from cencomm.client.vault.replies import Reply
from cencomm.client.words import load_words
from cencomm.forms.envelope import Addressee, Body
from cencomm.ids import AccountId, BlobId, MessageId
from cencomm.ledger.content_key import BlobRef
from cencomm.ledger.kinds import Role
from cencomm.ledger.membership import Member

NOW = 1_795_305_600
SHARED_CASES: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "answering" / "cases.json").read_text("utf-8")
)
FRANCE, KENYA, UNIT = Addressee(country="FR"), Addressee(country="KE"), Addressee(role="coordinator")


def member(name: str, role: Role, country: str | None = None) -> Reader:
    account = AccountId(name.encode().ljust(16, b"."))
    return Reader(
        Member(
            account=account,
            identity_key=account * 2,
            exchange_key=account * 2,
            mac=bytes(32),
            role=role,
            first_admitted_at=1,
            admitted_at=1,
            profile=BlobRef(BlobId(account), bytes(32)),
        ),
        Profile(name=name, organisation="Customs", country=country),
    )


CARLA, PARIS, LYON, NAIROBI, ARCHIVE = READERS = (
    member("carla", Role.COORDINATOR),
    member("paris", Role.OFFICER, "FR"),
    member("lyon", Role.OFFICER, "FR"),
    member("nairobi", Role.OFFICER, "KE"),
    member("archive", Role.ARCHIVE, "KE"),
)


def seen(somebody: Reader) -> Acknowledged:
    return Acknowledged(somebody.member.account, NOW)


def response(somebody: Reader) -> Reply:
    return Reply(
        number=2, account=somebody.member.account, message=MessageId(b"m" * 16), form=BlobId(b"f" * 16), at=NOW
    )


def asked(
    *to: Addressee,
    answer_by: int | None = NOW + HOUR,
    readers: tuple[Reader, ...] = READERS,
    acknowledged: tuple[Acknowledged, ...] = (),
    answers: tuple[Reply, ...] = (),
) -> Answering:
    """What carla's message asks."""
    return answering(
        Body(values={}, language="en", written_at=NOW, to=to, answer_by=answer_by),
        author=CARLA.member.account,
        readers=readers,
        acknowledged=acknowledged,
        answers=answers,
    )


def waiting_for(answer: Answering) -> set[Reader]:
    return {one for one in READERS if answer.waits_for(one.member.account)}


def test_a_message_to_nobody_asks_nothing_of_anybody() -> None:
    assert not asked().open
    assert asked(acknowledged=(seen(PARIS),)).acknowledged == (seen(PARIS),)


def test_a_country_is_everybody_there_but_machines_and_the_author() -> None:
    assert waiting_for(asked(FRANCE, KENYA, UNIT)) == {PARIS, LYON, NAIROBI}


def test_one_answer_is_enough_for_a_country_and_settles_no_other() -> None:
    answer = asked(FRANCE, KENYA, answers=(response(LYON),))

    assert waiting_for(answer) == {NAIROBI}
    assert [demand.addressee for demand in answer.open] == [KENYA]


def test_an_answer_stops_the_clock_of_an_account_that_gave_it_and_of_no_colleague() -> None:
    to_both = (Addressee(account=PARIS.member.account), Addressee(account=LYON.member.account))

    assert waiting_for(asked(*to_both, answers=(response(PARIS),))) == {LYON}


def test_an_acknowledgement_does_not_stop_a_clock() -> None:
    assert waiting_for(asked(FRANCE, acknowledged=(seen(PARIS),))) == {PARIS, LYON}


def test_where_no_time_was_set_an_acknowledgement_is_enough() -> None:
    assert waiting_for(asked(FRANCE, answer_by=None)) == {PARIS, LYON}
    assert not asked(FRANCE, answer_by=None, acknowledged=(seen(PARIS),)).open


def test_the_authors_own_answer_and_acknowledgement_count_for_nothing() -> None:
    answer = asked(UNIT, answer_by=None, acknowledged=(seen(CARLA),), answers=(response(CARLA),))

    assert (answer.acknowledged, answer.answers) == ((), ())


def test_somebody_who_was_not_asked_settles_nothing() -> None:
    assert waiting_for(asked(FRANCE, acknowledged=(seen(NAIROBI),), answers=(response(NAIROBI),))) == {PARIS, LYON}


def test_nobody_waits_for_who_has_left_and_what_they_answered_counts() -> None:
    gone = Reader(replace(NAIROBI.member, revoked_at=9), NAIROBI.profile)
    readers = (CARLA, PARIS, gone)

    assert not asked(KENYA, readers=readers).open
    assert not asked(KENYA, readers=readers, answers=(response(gone),)).open


@pytest.mark.parametrize(
    ("left", "english", "french"),
    [
        (2 * HOUR + 10 * MINUTE, "answer within 2 h 10 min", "réponse sous 2 h 10 min"),
        (0, "answer within 0 h 00 min", "réponse sous 0 h 00 min"),
        (-1, "answer overdue by 0 h 00 min", "réponse en retard de 0 h 00 min"),
        (-3 * HOUR, "answer overdue by 3 h 00 min", "réponse en retard de 3 h 00 min"),
        (47 * HOUR + 59 * MINUTE, "answer within 47 h 59 min", "réponse sous 47 h 59 min"),
        (3 * DAY + 4 * HOUR, "answer within 3 d 4 h", "réponse sous 3 j 4 h"),
    ],
)
def test_the_clock_speaks_the_readers_language(left: int, english: str, french: str) -> None:
    answer = asked(FRANCE, answer_by=NOW + left)

    assert clock(load_words("en"), answer, now=NOW) == english
    assert clock(load_words("fr"), answer, now=NOW) == french


def test_the_clock_stops_when_everybody_has_answered() -> None:
    assert clock(load_words("en"), asked(FRANCE, answers=(response(PARIS),)), now=NOW + DAY) == "answered"
    assert clock(load_words("en"), asked(FRANCE, answer_by=None), now=NOW) == ""


@given(st.integers(min_value=-1, max_value=1 << 40))
def test_a_span_never_tells_more_time_than_there_is(seconds: int) -> None:
    length = span(seconds)

    assert length.days * DAY + length.hours * HOUR + length.minutes * MINUTE <= max(seconds, 0)
    assert length.minutes < HOUR // MINUTE


def shared_member(found: dict[str, Any]) -> Reader:
    one = member(found["name"], Role[found["role"].upper()], found["country"])
    entries = {"first_admitted_at": found["admitted_at"], "admitted_at": found["admitted_at"]}
    return replace(one, member=replace(one.member, **entries, revoked_at=found["revoked_at"]))


@pytest.mark.parametrize("case", SHARED_CASES["cases"], ids=lambda case: case["name"])
def test_python_and_the_browser_wait_for_the_same_people(case: dict[str, Any]) -> None:
    everybody = {found["name"]: shared_member(found) for found in SHARED_CASES["members"]}
    accounts = {name: one.member.account for name, one in everybody.items()}
    to = tuple(Addressee(**({"account": accounts[one["account"]]} if "account" in one else one)) for one in case["to"])

    answer = answering(
        Body(values={}, language="en", written_at=0, to=to, answer_by=case["answer_by"]),
        author=accounts[case["author"]],
        readers=[one for one in everybody.values() if one.member.belongs(at=case["at"])],
        acknowledged=[seen(everybody[name]) for name in case["acknowledged"]],
        answers=[response(everybody[name]) for name in case["answers"]],
    )

    assert [to.index(demand.addressee) for demand in answer.open] == case["open"]
    assert [name for name, account in accounts.items() if answer.waits_for(account)] == case["waits_for"]


@pytest.mark.parametrize(("seconds", "days", "hours", "minutes"), SHARED_CASES["spans"])
def test_python_and_the_browser_tell_time_alike(seconds: int, days: int, hours: int, minutes: int) -> None:
    length = span(seconds)

    assert (length.days, length.hours, length.minutes) == (days, hours, minutes)
