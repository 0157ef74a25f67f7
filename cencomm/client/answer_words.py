"""What a message asks and what became of it, in the reader's words: a cell of the inbox, lines of the message."""

from cencomm.client.answering import Answering, Span, span
from cencomm.client.channel.readership import reader
from cencomm.client.operation.operation import Operation
from cencomm.client.presenting import Presenter
from cencomm.client.words import Words
from cencomm.forms.canonical_json import JsonValue
from cencomm.ids import AccountId


def state(presenter: Presenter, asked: Answering, *, us: AccountId, now: int) -> str:
    """For a line of the inbox: whether it waits for us, how long there is, how many have seen it."""
    say, parts = presenter.words.say, []
    if asked.waits_for(us):
        parts.append(say("YOURS"))
    parts += [clock(presenter.words, asked, now=now)] if asked.answer_by is not None else []
    if asked.asked and asked.acknowledged:
        seen = {one.account for one in asked.acknowledged} & {*asked.asked}
        parts.append(say("seen by {count} of {asked}", count=len(seen), asked=len(asked.asked)))
    elif asked.acknowledged:
        parts.append(say("seen by {count}", count=len(asked.acknowledged)))
    return ", ".join(parts)


def clock(words: Words, asked: Answering, *, now: int) -> str:
    """How long there still is to answer, or how late it is; that all have answered; empty where no time was set."""
    if asked.answer_by is None:
        return ""
    if asked.demands and not asked.open:
        return words.say("answered")
    left = asked.answer_by - now
    sentence = "answer within {time}" if left >= 0 else "answer overdue by {time}"
    return words.say(sentence, time=_time(words, span(abs(left))))


def lines(presenter: Presenter, operation: Operation, asked: Answering, *, now: int) -> list[str]:
    """For the head of a message: its clock, who has seen it and who has not, who has answered and who has not."""
    say, found = presenter.words.say, []

    def person(account: AccountId) -> str:
        return presenter.person(reader(operation, account))

    if asked.answer_by is not None:
        found.append(clock(presenter.words, asked, now=now))
    if asked.acknowledged:
        seen = [f"{person(one.account)}, {presenter.instant(one.at)}" for one in asked.acknowledged]
        found.append(say("Seen: {people}", people="; ".join(seen)))
    done = {one.account for one in asked.acknowledged} | {one.account for one in asked.answers}
    unseen = [person(account) for account in asked.asked if account not in done]
    if unseen:
        found.append(say("Not seen yet: {people}", people="; ".join(unseen)))
    found += [
        say("Answered by {person}: message {number}", person=person(one.account), number=one.number)
        for one in asked.answers
    ]
    if asked.answer_by is not None and asked.open:
        missing = presenter.addressees(operation, [demand.addressee for demand in asked.open])
        found.append(say("No answer yet: {addressees}", addressees=missing))
    return found


def document(asked: Answering) -> dict[str, JsonValue]:
    """The same for programs: accounts, and whether anything is still to come."""
    return {
        "asked": [account.hex() for account in asked.asked],
        "acknowledged": [{"account": one.account.hex(), "at": one.at} for one in asked.acknowledged],
        "answers": [
            {"account": one.account.hex(), "message": one.message.hex(), "at": one.at} for one in asked.answers
        ],
        "waits_for": sorted({one.member.account.hex() for demand in asked.open for one in demand.people}),
    }


def _time(words: Words, length: Span) -> str:
    if length.days:
        return words.say("{days} d {hours} h", days=length.days, hours=length.hours)
    return f"{length.hours} h {length.minutes:02} min"
