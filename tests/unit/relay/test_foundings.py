"""Answers to founding letters: small, few, for two weeks, and one account's (L5, D7)."""

from cencomm.wire.errors import ErrorCode
from cencomm.wire.foundings import FoundingAnswer
from cencomm.wire.limits import FOUNDING_ANSWER_SECONDS, MAX_ENROLMENT_BYTES, MAX_FOUNDING_ANSWERS
from tests.fakes.served_relay import Relay

SLOT = f"/v1/founding-answers/{'5' * 32}"


async def test_an_answer_is_there_for_whoever_names_the_slot(relay: Relay) -> None:
    second, creator = await relay.person("second"), await relay.person("creator")

    assert (await creator.ask("GET", SLOT)).code == ErrorCode.NOT_FOUND
    assert (await second.ask("PUT", SLOT, FoundingAnswer(answer=b"mistyped"))).status == 204
    assert (await second.ask("PUT", SLOT, FoundingAnswer(answer=b"answer"))).status == 204

    assert (await creator.ask("GET", SLOT)).read(FoundingAnswer).answer == b"answer"
    assert (await relay.ask("GET", SLOT)).code == ErrorCode.NO_SESSION


async def test_nobody_else_overwrites_it(relay: Relay) -> None:
    second, stranger = await relay.person("second"), await relay.person("stranger")
    await second.ask("PUT", SLOT, FoundingAnswer(answer=b"answer"))

    assert (await stranger.ask("PUT", SLOT, FoundingAnswer(answer=b"other"))).code == ErrorCode.TAKEN
    assert (await second.ask("GET", SLOT)).read(FoundingAnswer).answer == b"answer"


async def test_it_goes_after_two_weeks(relay: Relay) -> None:
    second = await relay.person("second")
    await second.ask("PUT", SLOT, FoundingAnswer(answer=b"answer"))

    relay.clock.now += FOUNDING_ANSWER_SECONDS + 1
    stranger = await relay.person("stranger")

    assert (await stranger.ask("GET", SLOT)).code == ErrorCode.NOT_FOUND
    assert (await stranger.ask("PUT", SLOT, FoundingAnswer(answer=b"other"))).status == 204


async def test_one_account_fills_a_few_slots(relay: Relay) -> None:
    somebody = await relay.person("somebody")
    answers = [
        await somebody.ask("PUT", f"/v1/founding-answers/{number:032x}", FoundingAnswer(answer=b"x"))
        for number in range(MAX_FOUNDING_ANSWERS + 1)
    ]

    assert [one.status for one in answers[:-1]] == [204] * MAX_FOUNDING_ANSWERS
    assert answers[-1].code == ErrorCode.TOO_MANY


async def test_neither_long_answers_nor_odd_slots(relay: Relay) -> None:
    somebody = await relay.person("somebody")
    long = b'{"answer": "' + b"A" * 4 * ((MAX_ENROLMENT_BYTES + 3) // 3) + b'"}'

    assert (await somebody.ask("PUT", SLOT, data=long)).code in {ErrorCode.TOO_LARGE, ErrorCode.MALFORMED}
    assert (await somebody.ask("GET", "/v1/founding-answers/55")).code == ErrorCode.MALFORMED
