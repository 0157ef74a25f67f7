"""`send`, `watch`, `outbox`."""

import asyncio
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Never

import click

from cencomm.client import inbox as inboxes
from cencomm.client.account.account import keep_pins
from cencomm.client.attachments.outgoing import attach_all
from cencomm.client.channel.posting import Draft, discard_returned, resume, returned, waiting
from cencomm.client.channel.posting import send as post
from cencomm.client.channel.readership import judge_readers
from cencomm.client.commands.attachments import attachment_options, opened_sources, progress_shown
from cencomm.client.commands.choosing import choose_addressee, choose_channel, choose_operation, operation_option
from cencomm.client.commands.complaint import Complaint
from cencomm.client.commands.presenter import load_presenter
from cencomm.client.commands.reading import warn
from cencomm.client.commands.staleness import StalenessWatch
from cencomm.client.commands.synchronising import incomplete, synchronise
from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.client.commands.weighing import evaluation_of, expected_action, weighing_options
from cencomm.client.complaints import complaint
from cencomm.client.composing import name_files, read_values, set_values
from cencomm.client.desk import Desk, open_desk
from cencomm.client.duties import do_duties
from cencomm.client.events import ChannelStalled, Event, MessageDelivered, Quarantined
from cencomm.client.history.holdings import StoredHoldings
from cencomm.client.history.serving import HistoryServer
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.operation import Operation
from cencomm.client.presenting import Presenter
from cencomm.client.terminal import Terminal, read_text
from cencomm.client.watch import watch as take_part
from cencomm.errors import ProtocolError, Unavailable, UsageError
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.envelope import Body, Handling, Priority, Tlp
from cencomm.forms.form import Variant
from cencomm.forms.known_places import load_known_places, refuse_misplaced
from cencomm.forms.validation import MAX_REPORT_BYTES, InvalidReport
from cencomm.ids import ATTACHMENT_ID_BYTES, AttachmentId, ChannelId, OperationId

_SPAN = re.compile(r"(\d{1,4})\s*(min|h|d)")
_SECONDS = {"min": 60, "h": 3600, "d": 24 * 3600}


@click.command(cls=TranslatedCommand)
@click.argument("form")
@option("--file", type=click.Path(path_type=Path, dir_okay=False), help="Report as .toml or .json.")
@option("--set", "settings", multiple=True, metavar="FIELD=VALUE", help="A field: items[0].quantity.amount=12.5")
@option("--to", multiple=True, help="Who must act: a country (FR), a role (coordinator), a name. None: information.")
@option("--channel", help="Title of the channel; else the main one.")
@option("--answer-by", metavar="TIME", help="12h, 2d, or 2026-03-02T10:00Z.")
@option("--priority", type=click.Choice([one.value for one in Priority]), default="routine", show_default=True)
@option("--tlp", type=click.Choice([one.value for one in Tlp]), default="AMBER", show_default=True)
@option("--handling", type=click.Choice([one.value for one in Handling]), default="H0", show_default=True)
@weighing_options
@option("--reply-to", type=int, metavar="NUMBER", help="Number of the message that this answers.")
@option("--simplified", is_flag=True, help="The short variant of the form.")
@option("--yes", is_flag=True, help="Do not ask after naming the readers.")
@attachment_options
@operation_option
@click.pass_obj
def send(
    terminal: Terminal,
    form: str,
    file: Path | None,
    settings: tuple[str, ...],
    to: tuple[str, ...],
    channel: str | None,
    answer_by: str | None,
    priority: str,
    tlp: str,
    handling: str,
    evaluation: str | None,
    expect: str | None,
    reply_to: int | None,
    files: tuple[Path, ...],
    operation: str | None,
    *,
    as_is: bool,
    simplified: bool,
    yes: bool,
) -> None:
    """Send the report of FORM (alert, seizure, note …). Names all readers first."""
    now = terminal.clock()
    values = {} if file is None else read_values(read_text(file, most=2 * MAX_REPORT_BYTES), file)

    async def run() -> None:
        async with open_desk(terminal) as desk:
            mailbox = desk.mailbox
            answered = None if reply_to is None else (await inboxes.message(mailbox, reply_to)).message
            chosen = _operation_of(mailbox, operation, answered)
            trouble = await synchronise(desk)  # a relay that is away stops neither the checks nor the keeping
            if trouble is not None:
                terminal.tell("{complaint}", complaint=complaint(trouble, terminal.words))
            mailbox.membership(chosen)
            presenter, known = load_presenter(terminal, desk.reports), mailbox.operation(chosen)
            forms = desk.reports.newest(known)
            if form not in forms:
                raise UsageError(f"the operation has no form {form!r}; it has {', '.join(forms)}")
            definition = desk.reports.form(known, forms[form])
            place = _channel_of(known, mailbox.entitled_channels(chosen), channel, presenter, answered)
            ids = [AttachmentId(terminal.entropy(ATTACHMENT_ID_BYTES)) for _ in files]
            body = Body(
                values=name_files(set_values(values, settings, definition), definition, ids),
                language=terminal.words.language,
                written_at=now,
                to=tuple(choose_addressee(known, one) for one in to),
                answer_by=None if answer_by is None else _instant(answer_by, now=now),
                expected_action=expected_action(expect, desk.reports.lists),
                evaluation=evaluation_of(evaluation),
                priority=Priority(priority),
                handling=Handling(handling),
                tlp=Tlp(tlp),
                variant=Variant.SIMPLIFIED if simplified else Variant.LONG,
            )
            desk.reports.judge_place(known, place, definition, body)
            try:
                refuse_misplaced(desk.reports.report(known, forms[form], body), load_known_places())
            except InvalidReport as invalid:
                _refuse(terminal, presenter.faults(definition, invalid.faults), invalid)
            judge_readers(known, place, body, author=mailbox.identity.account)
            terminal.tell("{readers}", readers=presenter.audience(known, place))
            async with opened_sources(terminal, files, as_is=as_is) as sources:
                terminal.confirm("Send?", yes=yes, unattended=True)
                if sources:
                    kept = await waiting(mailbox)
                    body = replace(
                        body, attachments=await attach_all(mailbox, chosen, place, sources, ids=ids, waiting=kept)
                    )
            draft = Draft(form=forms[form], body=body, reply_to=None if answered is None else answered.envelope.message)
            with progress_shown(terminal, terminal.say("Sending files")) as progress:
                sent = await post(mailbox, chosen, place, draft, progress=progress if files else None)
            number = await inboxes.find_number(mailbox, chosen, sent.message)
            await keep_pins(mailbox, desk.access)
        terminal.show(
            terminal.say("Sent: message {number}.", number=number),
            {"message": sent.message.hex(), "number": number, "sequence": sent.sequence},
        )

    asyncio.run(run())


@click.command(cls=TranslatedCommand)
@click.pass_obj
def watch(terminal: Terminal) -> None:
    """Stay connected: show each message as it comes, carry out the ledger. Ctrl-C ends it."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            presenter = load_presenter(terminal, desk.reports)
            desk.mailbox.observe(lambda event: _announce(terminal, presenter, desk, event))
            terminal.tell("Connected. Ctrl-C ends it.")

            def on_trouble(error: ProtocolError) -> None:
                terminal.tell("{complaint}", complaint=complaint(error, terminal.words))

            server = HistoryServer(desk.mailbox, StoredHoldings(desk.mailbox.store))
            look = StalenessWatch(terminal, desk, presenter).look
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(do_duties(server, on_trouble=on_trouble, on_look=look))
                await take_part(
                    desk.mailbox,
                    on_enrolment=lambda _: terminal.tell("Somebody asks to be admitted."),
                    on_trouble=on_trouble,
                )

    try:
        asyncio.run(run())
    except KeyboardInterrupt:
        terminal.tell("Ended.")


@click.command(cls=TranslatedCommand)
@option("--discard", is_flag=True, help="Forget the messages that came back.")
@click.pass_obj
def outbox(terminal: Terminal, *, discard: bool) -> None:
    """Send what waits here, and show what came back."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            if discard:
                await discard_returned(desk.mailbox)
            before = {one.message for one in await waiting(desk.mailbox)}
            trouble = await synchronise(desk)  # which sends what has no files
            try:
                await resume(desk.mailbox)
            except (Unavailable, ProtocolError) as error:
                trouble = trouble or error  # what waits is listed all the same
            still, back = await waiting(desk.mailbox), await returned(desk.mailbox)
        sent = before - {one.message for one in still} - {one.envelope.message for one in back}
        lines = [terminal.say("Sent now: {count}", count=len(sent))]
        lines += [terminal.say("Still waiting: {count}", count=len(still))]
        lines += [terminal.say("Came back: {reason}", reason=one.reason) for one in back]
        terminal.show(
            "\n".join(lines),
            {"waiting": [one.message.hex() for one in still], "returned": [one.reason for one in back]},
        )
        if trouble is not None:
            raise incomplete(terminal, trouble)

    asyncio.run(run())


def _announce(terminal: Terminal, presenter: Presenter, desk: Desk, event: Event) -> None:
    match event:
        case MessageDelivered() if not event.own:
            operation = desk.mailbox.operation(event.place.operation)
            body = event.envelope.body
            number = desk.journal.number_of(event.place)
            row = (
                str(number),
                presenter.urgency(body),
                presenter.instant(body.written_at),
                *presenter.line(operation, event),
            )
            document = presenter.message_document(operation, event)
            terminal.show("  ".join(cell for cell in row if cell), {"number": number, **document})
        case Quarantined():
            warn(terminal, event)
        case ChannelStalled():
            terminal.tell(
                "CAUTION: a Commit breaks rule {rule}: nothing more is read here until the unit restarts it.",
                rule=event.rule,
            )
        case _:
            pass


def _refuse(terminal: Terminal, faults: str, invalid: InvalidReport) -> Never:
    """All that is wrong at once, beside the fields; the exit code of a mistake of the caller."""
    terminal.tell("{faults}", faults=faults)
    found: list[JsonValue] = [{"path": fault.path, "fault": fault.code.value} for fault in invalid.faults]
    raise Complaint(
        terminal.say("Nothing was sent: put these right first."),
        "invalid_report",
        as_json=terminal.as_json,
        details={"faults": found},
    )


def _operation_of(mailbox: Mailbox, typed: str | None, answered: MessageDelivered | None) -> OperationId:
    """Raises UsageError when an answer would go to another operation than its question."""
    if answered is None:
        return choose_operation(mailbox, typed)
    if typed is not None and choose_operation(mailbox, typed) != answered.place.operation:
        raise UsageError("the message that this answers is of another operation")
    return answered.place.operation


def _channel_of(
    operation: Operation,
    mine: Sequence[ChannelId],
    typed: str | None,
    presenter: Presenter,
    answered: MessageDelivered | None,
) -> ChannelId:
    """Where the message goes: an answer to where its question stands, whose readers are others than the main channel's.

    Raises:
        UsageError: none fits, or an answer would go elsewhere.
    """
    if answered is None or (typed is not None and answered.place.channel not in mine):
        return choose_channel(operation, mine, typed, presenter)
    if typed is not None and choose_channel(operation, mine, typed, presenter) != answered.place.channel:
        title = presenter.channel_title(operation, answered.place.channel)
        raise UsageError(f"the message that this answers stands in {title!r}: leave --channel out")
    return answered.place.channel


def _instant(text: str, *, now: int) -> int:
    """Seconds since 1970 of a span from now (12h) or an instant with its zone.

    Raises:
        UsageError: neither, or an instant that has passed.
    """
    span = _SPAN.fullmatch(text)
    if span is not None:
        return now + int(span[1]) * _SECONDS[span[2]]
    try:
        instant = dt.datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no time: 12h, 2d, or 2026-03-02T10:00Z") from None
    if instant.tzinfo is None:
        raise UsageError(f"{text!r} has no zone: write 2026-03-02T10:00Z")
    seconds = int(instant.timestamp())
    if seconds <= now:
        raise UsageError(f"{text} has passed")
    return seconds
