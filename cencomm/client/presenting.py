"""Messages and people as a terminal shows them, in the reader's language whatever the writer's."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jinja2 import Template

from cencomm.client.attachments.listing import documents, lines
from cencomm.client.channel.readership import Reader, reader, readers
from cencomm.client.events import MessageDelivered
from cencomm.client.operation.directory import decode_labels, decode_purpose
from cencomm.client.operation.operation import Operation
from cencomm.client.reports import Reports
from cencomm.client.terminal import columns
from cencomm.client.words import Words
from cencomm.errors import MalformedError, ProtocolError, Unavailable
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.envelope import Addressee, Body, Priority
from cencomm.forms.fault import Fault, quoted
from cencomm.forms.form import Form
from cencomm.forms.language import pick
from cencomm.forms.plain_text import plain_text
from cencomm.forms.reading import Reading, read
from cencomm.forms.tongue import Tongue
from cencomm.forms.wording import Wording
from cencomm.ids import ChannelId, short
from cencomm.ledger import fingerprint
from cencomm.ledger.certificate import verify_certificate
from cencomm.ledger.kinds import Role

MAX_TITLE = 60  # letters of the line in the inbox

ROLE_WORDS = {  # as sentences of the catalogue
    Role.COORDINATOR: "coordinator",
    Role.OFFICER: "officer",
    Role.ANALYST: "analyst",
    Role.ARCHIVE: "archive",
    Role.NCEN: "national system (nCEN)",
    Role.CEN: "CEN",
}


@dataclass(frozen=True, slots=True)
class Presenter:
    """Everything that is needed to show things to one reader."""

    words: Words
    tongue: Tongue
    wording: Wording
    reports: Reports
    template: Template

    def title(self, operation: Operation) -> str:
        """What the unit calls the operation; its first words while that is not here."""
        content = operation.content(operation.ledger.charter.plan)
        if content is None:
            return " ".join(fingerprint.words(operation.id)[:3]) + " …"
        return pick(decode_purpose(content).title, self.words.language)

    def channel_title(self, operation: Operation, channel: ChannelId) -> str:
        content = operation.content(operation.ledger.channels[channel].title)
        try:
            return short(channel) if content is None else pick(decode_labels(content), self.words.language)
        except MalformedError:
            return short(channel)

    def person(self, one: Reader) -> str:
        country = f", {self.tongue.code('country', one.profile.country)}" if one.profile.country else ""
        node = f" [{self.words.say('node')}]" if one.is_node else ""
        return f"{one.profile.name} ({one.profile.organisation}{country}){node}"

    def message_document(self, operation: Operation, message: MessageDelivered) -> dict[str, JsonValue]:
        """A message for programs: codes as they travel, not labels. `form` is null while its definition is not here."""
        envelope, place = message.envelope, message.place
        weighed = envelope.body.evaluation
        try:
            form = self.reports.form(operation, envelope.form)
        except (ProtocolError, Unavailable):  # one that cannot be read keeps no other message from the list
            form = None
        return {
            "form": None if form is None else form.name,
            "form_version": None if form is None else form.version,
            "operation": place.operation.hex(),
            "channel": place.channel.hex(),
            "message": envelope.message.hex(),
            "author": message.account.hex(),
            "author_revoked": message.author_revoked,
            "own": message.own,
            "sequence": place.sequence,
            "log_hash": place.log_hash.hex(),
            "ledger_sequence": envelope.ledger_sequence,
            "reply_to": None if envelope.reply_to is None else envelope.reply_to.hex(),
            "written_at": envelope.body.written_at,
            "answer_by": envelope.body.answer_by,
            "priority": envelope.body.priority.value,
            "tlp": envelope.body.tlp.value,
            "handling": envelope.body.handling.value,
            "expected_action": envelope.body.expected_action,
            "evaluation": None if weighed is None else weighed.source + weighed.information,
            "language": envelope.body.language,
            "values": dict(envelope.body.values),
            "attachments": documents(envelope.body.attachments),
        }

    def audience(self, operation: Operation, channel: ChannelId) -> str:
        """Who will read what is sent in the channel now."""
        names = "\n".join(f"  {self.person(one)}" for one in readers(operation, channel))
        return self.words.say("Readers of {channel}:", channel=self.channel_title(operation, channel)) + "\n" + names

    def addressees(self, operation: Operation, to: Sequence[Addressee]) -> str:
        if not to:
            return self.words.say("all, for information")
        return self.tongue.several([self.addressee(operation, one) for one in to])

    def reading(self, operation: Operation, message: MessageDelivered) -> Reading:
        """Raises ProtocolError when the values do not answer the form (any more)."""
        envelope = message.envelope
        report = self.reports.report(operation, envelope.form, envelope.body)
        return read(report, self.tongue, written_in=envelope.body.language)

    def line(self, operation: Operation, message: MessageDelivered) -> tuple[str, str, str]:
        """Form, author and the one line that says most: for the inbox."""
        try:
            reading = self.reading(operation, message)
        except (ProtocolError, Unavailable) as error:
            return "?", self.author(operation, message), str(error)
        answers = [line for passage in reading.passages for line in passage.lines]
        own = [line for line in answers if line.own_words] or answers
        text = own[0].text.splitlines()[0] if own else ""
        title = text if len(text) <= MAX_TITLE else text[: MAX_TITLE - 1] + "…"
        if files := message.envelope.body.attachments:
            title = self.words.say("{title} [files: {count}]", title=title, count=len(files))
        return reading.title, self.author(operation, message), title

    def author(self, operation: Operation, message: MessageDelivered) -> str:
        return self.person(reader(operation, message.account))

    def message(
        self, operation: Operation, message: MessageDelivered, *, reply_to: int | None, answering: Sequence[str]
    ) -> str:
        """The whole message: how it is to be handled, what became of it, what it says, what proves it."""
        say, body, place = self.words.say, message.envelope.body, message.place
        head = [
            say("From: {author}", author=self.author(operation, message)),
            say("Written: {when}", when=self.instant(body.written_at)),
            say("Channel: {channel}", channel=self.channel_title(operation, place.channel)),
            say("To: {addressees}", addressees=self.addressees(operation, body.to)),
            say("Priority: {priority}", priority=say(body.priority.value)),
            say("TLP: {tlp}", tlp=body.tlp.value),
            say("Handling: {code}", code=self._handling(body)),
            *self._weighed(body),
        ]
        if reply_to is not None:
            head.append(say("Answers message {number}", number=reply_to))
        head += answering
        if message.author_revoked:
            head.append(say("CAUTION: the author has left the operation since."))
        text = plain_text(self.reading(operation, message), self.template, self.wording)
        files = ["", say("Files, to be saved with cencomm save:"), *lines(body.attachments, self.words)]
        shown = [*head, "", text.rstrip("\n"), *(files if body.attachments else ()), "", self.proof(message)]
        return "\n".join(shown)

    def _weighed(self, body: Body) -> Iterator[str]:
        """What is expected, and how sure it is. An action of no list of ours is quoted: it must not make lines here."""
        if body.expected_action is not None:
            action = quoted(self.tongue.code("requested_action", body.expected_action))
            yield self.words.say("Expected action: {action}", action=action)
        if body.evaluation is not None:
            source = self.tongue.code("source_evaluation", body.evaluation.source)
            information = self.tongue.code("information_evaluation", body.evaluation.information)
            yield self.words.say("Evaluation: {source}; {information}", source=source, information=information)

    def proof(self, message: MessageDelivered) -> str:
        """What was verified, in numbers that another member can compare."""
        certificate, place = verify_certificate(message.certificate), message.place
        return self.words.say(
            "Proof: device {device} of account {account}; log {sequence} {log}; ledger {ledger} {head}",
            device=short(certificate.device),
            account=short(certificate.account),
            sequence=place.sequence,
            log=place.log_hash.hex()[:16],
            ledger=message.envelope.ledger_sequence,
            head=message.envelope.ledger_hash.hex()[:16],
        )

    def urgency(self, body: Body) -> str:
        """What must be seen first, in capitals; empty for what can wait."""
        return "" if body.priority is Priority.ROUTINE else self.words.say(body.priority.value).upper()

    def instant(self, seconds: int) -> str:
        return self.tongue.instant(dt.datetime.fromtimestamp(seconds, dt.UTC))

    def faults(self, form: Form, faults: Sequence[Fault]) -> str:
        """Everything that is wrong with a report, each beside the label of its field."""
        labels = {path: pick(field.label, self.words.language) for path, field in form.all_fields()}
        labels |= {block.name: pick(block.label, self.words.language) for block in form.blocks}
        rows = []
        for fault in faults:
            path = "".join(part.partition("]")[2] for part in f"]{fault.path}".split("["))
            label = labels.get(path) or labels.get(path.rpartition(".")[0]) or ""
            rows.append((f"  {fault.path}", label, self.wording.explain(fault, self.words.language)))
        return columns(rows)

    def addressee(self, operation: Operation, to: Addressee) -> str:
        if to.account is not None:
            known = to.account in operation.ledger.members
            return self.person(reader(operation, to.account)) if known else short(to.account)
        if to.country is not None:
            return self.tongue.code("country", to.country)
        return self.words.say(
            ROLE_WORDS[Role[to.role.upper()]] if to.role and to.role.upper() in Role.__members__ else "?"
        )

    def _handling(self, body: Body) -> str:
        said = self.tongue.code("handling", body.handling.value)
        return f"{said} ({body.handling_text})" if body.handling_text else said
