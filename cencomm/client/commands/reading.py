"""`inbox`, `show`, `ack`: what there is, what it asks, and saying that it was seen."""

import asyncio
from collections.abc import Sequence

import click

from cencomm.client import answer_words
from cencomm.client import inbox as inboxes
from cencomm.client.account.account import keep_pins
from cencomm.client.acknowledging import Answers, acknowledge
from cencomm.client.answering import Answering
from cencomm.client.channel.readership import members
from cencomm.client.commands.choosing import choose_operation, operation_option
from cencomm.client.commands.presenter import load_presenter
from cencomm.client.commands.staleness import warn_of_staleness
from cencomm.client.commands.synchronising import incomplete, synchronise
from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.client.desk import Desk, open_desk
from cencomm.client.events import Quarantined
from cencomm.client.inbox import Item
from cencomm.client.operation.operation import Operation
from cencomm.client.presenting import Presenter
from cencomm.client.terminal import Terminal, columns
from cencomm.errors import ProtocolError, Unavailable, UsageError
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.envelope import MAX_SECONDS
from cencomm.ids import AccountId, OperationId

SHOWN = 30  # messages of the inbox, unless more are asked for
Entry = tuple[Item, Answering]


@click.command(cls=TranslatedCommand)
@option("--all", "everything", is_flag=True, help="All messages, not the newest only.")
@option("--for-us", is_flag=True, help="Those that wait for you, the most pressing first.")
@option("--waiting", is_flag=True, help="Your own that wait for others, the most pressing first.")
@operation_option
@click.pass_obj
def inbox(terminal: Terminal, operation: str | None, *, everything: bool, for_us: bool, waiting: bool) -> None:
    """List messages, newest first; what is new is fetched before. `*`: not read, `h`: fetched as history."""
    if for_us and waiting:
        raise UsageError("--for-us lists what waits for you, --waiting what waits for others: give one of them")

    async def run() -> None:
        async with open_desk(terminal) as desk:
            mailbox = desk.mailbox
            chosen = None if operation is None else choose_operation(mailbox, operation)
            trouble = await synchronise(desk)
            presenter = load_presenter(terminal, desk.reports)
            if for_us or waiting:
                entries = await _pressing(desk, chosen, for_us=for_us)
                more = False
            else:
                entries, more = await _newest(desk, chosen, most=None if everything else SHOWN)
            now = terminal.clock()
            rows = [_row(presenter, _operation(desk, item), item, asked, desk, now) for item, asked in entries]
            documents = [_document(presenter, _operation(desk, item), item, asked) for item, asked in entries]
            aside = await inboxes.set_aside(mailbox)
            left = [one for one in mailbox.operations.values() if mailbox.identity.account not in _belonging(one)]
            await warn_of_staleness(terminal, desk, chosen)
        terminal.show(columns(rows) or _nothing(terminal, trouble, pressing=for_us or waiting), documents)
        if more:
            terminal.tell("There are more: cencomm inbox --all")
        for one in left:
            terminal.tell("Your membership has ended: {title}", title=presenter.title(one))
        for item_aside in aside:
            warn(terminal, item_aside)
        if trouble is not None:
            raise incomplete(terminal, trouble)

    asyncio.run(run())


@click.command(cls=TranslatedCommand)
@click.argument("number", type=int)
@click.pass_obj
def show(terminal: Terminal, number: int) -> None:
    """Show message NUMBER of the inbox whole, in your language, with what proves it."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            item = await inboxes.message(desk.mailbox, number)
            known = _operation(desk, item)
            presenter = load_presenter(terminal, desk.reports)
            answered = item.message.envelope.reply_to
            reply_to = None if answered is None else await inboxes.find_number(desk.mailbox, known.id, answered)
            asked = await Answers(desk.mailbox, desk.reports).of(item.message)
            lines = answer_words.lines(presenter, known, asked, now=terminal.clock())
            text = presenter.message(known, item.message, reply_to=reply_to, answering=lines)
            terminal.show(text, _document(presenter, known, item, asked))
            await warn_of_staleness(terminal, desk, known.id)
            await inboxes.mark_read(desk.mailbox, number)

    asyncio.run(run())


@click.command(cls=TranslatedCommand)
@click.argument("number", type=int)
@click.pass_obj
def ack(terminal: Terminal, number: int) -> None:
    """Tell everybody in its channel that you have seen message NUMBER."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            trouble = await synchronise(desk)
            item = await inboxes.message(desk.mailbox, number)
            done = trouble is None and await Answers(desk.mailbox, desk.reports).acknowledged_by_us(item.message)
            if not done:
                await acknowledge(desk.mailbox, item.message)
            await inboxes.mark_read(desk.mailbox, number)
            await keep_pins(desk.mailbox, desk.access)
        sentence = "You had acknowledged message {number} before." if done else "Acknowledged: message {number}."
        document: JsonValue = {"number": number, "message": item.message.envelope.message.hex(), "before": done}
        terminal.show(terminal.say(sentence, number=number), document)

    asyncio.run(run())


def warn(terminal: Terminal, event: Quarantined) -> None:
    """What was set aside, and whether somebody has to be told at once."""
    if event.alarm:
        sentence = "ALARM: log entry {sequence} was set aside: {detail}. Tell the coordination unit at once."
    else:
        sentence = "Log entry {sequence} was set aside: {detail}."
    terminal.tell(sentence, sequence=event.place.sequence, detail=event.detail)


async def _newest(desk: Desk, chosen: OperationId | None, *, most: int | None) -> tuple[list[Entry], bool]:
    answers = Answers(desk.mailbox, desk.reports)
    entries: list[Entry] = []
    async for item in inboxes.messages(desk.mailbox, chosen):
        if len(entries) == most:
            return entries, True
        entries.append((item, await answers.of(item.message)))
    return entries, False


async def _pressing(desk: Desk, chosen: OperationId | None, *, for_us: bool) -> Sequence[Entry]:
    """What waits for us, or for others; what has the least time left stands first, the newest before the older."""
    us, answers = desk.mailbox.identity.account, Answers(desk.mailbox, desk.reports)
    entries: list[Entry] = []
    async for item in inboxes.messages(desk.mailbox, chosen):
        if item.message.envelope.body.to and for_us != (item.message.account == us):
            asked = await answers.of(item.message)
            if asked.waits_for(us) if for_us else asked.open:
                entries.append((item, asked))
    return sorted(entries, key=lambda entry: MAX_SECONDS if entry[1].answer_by is None else entry[1].answer_by)


def _nothing(terminal: Terminal, trouble: ProtocolError | Unavailable | None, *, pressing: bool) -> str:
    if trouble is not None:
        return terminal.say("No messages that were fetched before.")
    return terminal.say("Nothing waits.") if pressing else terminal.say("No messages.")


def _operation(desk: Desk, item: Item) -> Operation:
    return desk.mailbox.operation(item.message.place.operation)


def _row(
    presenter: Presenter, operation: Operation, item: Item, asked: Answering, desk: Desk, now: int
) -> tuple[str, ...]:
    form, author, title = presenter.line(operation, item.message)
    body = item.message.envelope.body
    mark = "*" if item.unread else "h" if item.from_history else " "
    urgency, written = presenter.urgency(body), presenter.instant(body.written_at)
    state = answer_words.state(presenter, asked, us=desk.mailbox.identity.account, now=now)
    return f"{mark}{item.number}", urgency, written, form, author, title, state


def _belonging(operation: Operation) -> frozenset[AccountId]:
    return frozenset(one.member.account for one in members(operation))


def _document(presenter: Presenter, operation: Operation, item: Item, asked: Answering) -> JsonValue:
    message = presenter.message_document(operation, item.message)
    read = {"number": item.number, "unread": item.unread, "history": item.from_history}
    return {**read, **message, **answer_words.document(asked)}
