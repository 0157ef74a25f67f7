"""`release approve`: the owner of a seizure sees what stays and what goes, looks at every doubtful word, and agrees."""

import asyncio
from dataclasses import replace

import click

from cencomm.client import inbox as inboxes
from cencomm.client.account.account import keep_pins
from cencomm.client.attachments.outgoing import attach_all
from cencomm.client.attachments.source import Source
from cencomm.client.channel.posting import Draft, send, waiting
from cencomm.client.commands.choosing import release_channel
from cencomm.client.commands.presenter import load_presenter
from cencomm.client.commands.synchronising import synchronise
from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.client.desk import Desk, open_desk
from cencomm.client.events import MessageDelivered
from cencomm.client.operation.operation import Operation
from cencomm.client.presenting import Presenter
from cencomm.client.releases.pictures import chosen_pictures, fetch_bare, pictures_of
from cencomm.client.releases.preparing import Prepared, Suspect, Unseen, prepare
from cencomm.client.releases.rules import RELEASE
from cencomm.client.releases.standing import Act, Releases
from cencomm.client.terminal import Terminal, columns
from cencomm.errors import UsageError
from cencomm.forms.envelope import Body, Tlp
from cencomm.forms.personal_traces import Trace
from cencomm.forms.reading import read
from cencomm.ids import BlobId

TRACES = {  # as sentences of the catalogue
    Trace.NAME: "looks like a name",
    Trace.NUMBER: "is a number that the report gives a person or company",
    Trace.EMAIL: "looks like an e-mail address",
    Trace.PHONE: "looks like a telephone number",
    Trace.DOCUMENT: "looks like the number of a document",
    Trace.MRZ: "looks like a line of a passport",
    Trace.PLATE: "looks like a number plate",
}


@click.command("approve", cls=TranslatedCommand)
@click.argument("number", type=int)
@option("--channel", help="Title of the release channel; else the only one.")
@option("--text", "texts", multiple=True, metavar="FIELD=TEXT", help="Another text in its place; none takes it out.")
@option("--picture", "pictures", multiple=True, type=int, metavar="FILE", help="Number of a picture that goes too.")
@option("--yes", is_flag=True, help="Do not ask; refused while a text looks personal.")
@click.pass_obj
def approve(
    terminal: Terminal,
    number: int,
    channel: str | None,
    texts: tuple[str, ...],
    pictures: tuple[int, ...],
    *,
    yes: bool,
) -> None:
    """Release your seizure, message NUMBER, to CEN. Shows what is withheld and what goes, and what looks personal."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            mailbox, reports = desk.mailbox, desk.reports
            await synchronise(desk)
            message = (await inboxes.message(mailbox, number)).message
            known = mailbox.operation(message.place.operation)
            presenter = load_presenter(terminal, reports)
            own = await Releases(mailbox, reports, known.id).of(number)
            own.stands.after(Act.APPROVE)
            _judge_tlp(message)
            place = release_channel(mailbox, known, channel, presenter)
            blob = reports.newest(known).get(RELEASE)
            if blob is None:
                raise UsageError("the operation has no form 'release': the unit publishes it first")
            seizure = reports.report(known, message.envelope.form, message.envelope.body)
            prepared = prepare(seizure, reports.form(known, blob)).with_edits(texts)
            prepared = _looked_at(terminal, prepared, yes=yes)
            body = _body(terminal, message, prepared)
            _show(terminal, presenter, desk, known, blob, body, prepared)
            reports.judge_place(known, place, prepared.form, body)
            files = _agreed_pictures(terminal, message, pictures, yes=yes)
            terminal.tell("{readers}", readers=presenter.audience(known, place))
            terminal.confirm("Release it?", yes=yes)
            sources = await _bare(desk, message, files)
            if sources:
                kept = await waiting(mailbox)
                attached = await attach_all(mailbox, known.id, place, sources, waiting=kept)
                body = replace(body, attachments=attached)
            draft = Draft(form=blob, body=body, reply_to=message.envelope.message)
            sent = await send(mailbox, known.id, place, draft)
            released_as = await inboxes.find_number(mailbox, known.id, sent.message)
            await keep_pins(mailbox, desk.access)
        terminal.show(
            terminal.say("Released: message {number}.", number=released_as),
            {
                "message": sent.message.hex(),
                "number": released_as,
                "withheld": list(prepared.withheld),
                "pictures": len(sources),
            },
        )

    asyncio.run(run())


def _judge_tlp(message: MessageDelivered) -> None:
    tlp = message.envelope.body.tlp
    if tlp in {Tlp.RED, Tlp.AMBER_STRICT}:
        raise UsageError(f"TLP:{tlp.value} stays where it is: report it anew if that has changed")


def _looked_at(terminal: Terminal, prepared: Prepared, *, yes: bool) -> Prepared:
    """Every text that looks personal was confirmed, or written anew, by the person at the terminal.

    Raises:
        Unseen: there is nobody to look, whatever was agreed to beforehand.
    """
    while suspects := prepared.suspects():
        suspect = suspects[0]
        terminal.tell("{field}: {text}", field=suspect.path, text=suspect.text)
        if yes or not terminal.is_attended:
            _tell_findings(terminal, suspects)
            raise Unseen([one.path for one in suspects])
        if all(_is_nobody(terminal, suspect, place) for place in range(len(suspect.findings))):
            prepared = prepared.confirmed(suspect)
        else:
            prepared = prepared.edited(suspect.path, terminal.ask_text("Write it anew; nothing takes it out"))
    return prepared


def _is_nobody(terminal: Terminal, suspect: Suspect, place: int) -> bool:
    finding = suspect.findings[place]
    terminal.tell("  {found}: {trace}", found=finding.found, trace=terminal.say(TRACES[finding.trace]))
    return terminal.agrees("Does it say nothing of a person or company?", yes=False)


def _tell_findings(terminal: Terminal, suspects: tuple[Suspect, ...]) -> None:
    for suspect in suspects:
        for finding in suspect.findings:
            said = terminal.say(TRACES[finding.trace])
            terminal.tell("  {field}: {found}: {trace}", field=suspect.path, found=finding.found, trace=said)


def _body(terminal: Terminal, message: MessageDelivered, prepared: Prepared) -> Body:
    said = message.envelope.body
    return Body(
        values=prepared.values,
        language=said.language,
        written_at=terminal.clock(),
        handling=said.handling,
        tlp=said.tlp,
    )


def _show(
    terminal: Terminal,
    presenter: Presenter,
    desk: Desk,
    known: Operation,
    blob: BlobId,
    body: Body,
    prepared: Prepared,
) -> None:
    """Per field what stays and what goes.

    Raises:
        InvalidReport: what is left does not answer the operation's form.
    """
    for path in prepared.withheld:
        terminal.tell("withheld: {field}", field=path)
    reading = read(desk.reports.report(known, blob, body), presenter.tongue, written_in=body.language)
    rows = [(line.path, line.label, line.text) for passage in reading.passages for line in passage.lines]
    terminal.tell("What goes to CEN:")
    terminal.tell("{fields}", fields=columns(rows))
    terminal.tell("A name that nothing marks as one is not found: read the texts before you agree.")


def _agreed_pictures(
    terminal: Terminal, message: MessageDelivered, numbers: tuple[int, ...], *, yes: bool
) -> dict[int, None]:
    """Numbers of the pictures that the owner named, or says yes to one by one."""
    attachments = message.envelope.body.attachments
    chosen_pictures(attachments, numbers)
    agreed = dict.fromkeys(numbers)
    if yes or not terminal.is_attended or numbers:
        return agreed
    for number, picture in pictures_of(attachments).items():
        terminal.tell("Picture {number}: {name}. Look at it first: cencomm save.", number=number, name=picture.name)
        if terminal.agrees("Does it show no person, plate or document, and may go to CEN?", yes=False):
            agreed[number] = None
    return agreed


async def _bare(desk: Desk, message: MessageDelivered, numbers: dict[int, None]) -> list[Source]:
    at = message.place
    pictures = chosen_pictures(message.envelope.body.attachments, list(numbers))
    return [
        await fetch_bare(desk.mailbox.relay, at.operation, at.channel, one, number=place)
        for place, one in enumerate(pictures, 1)
    ]
