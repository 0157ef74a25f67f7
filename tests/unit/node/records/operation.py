"""An operation with people and forms, and messages as the member delivers them, without relay or MLS."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256

from cencomm.client.account.device import Identity, OwnDevice, new_device, new_identity
from cencomm.client.events import MessageDelivered, Place
from cencomm.client.operation.chartering import found_operation
from cencomm.client.operation.coordination import admit, publish_form
from cencomm.client.operation.decision import decide
from cencomm.client.operation.directory import Profile
from cencomm.client.operation.invitation import Invitation
from cencomm.client.operation.operation import Operation
from cencomm.forms.attachment import Attachment
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.envelope import Body, Envelope, Priority, SignedEnvelope, sign_envelope
from cencomm.forms.form import Form, Variant
from cencomm.forms.form_json import encode_form
from cencomm.ids import AccountId, BlobId, ChannelId, MessageId
from cencomm.ledger.bodies import Policy
from cencomm.ledger.enrolment import EnrolmentCode, request_enrolment
from cencomm.ledger.kinds import History, Role
from cencomm.primitives.signatures import SigningKey
from tests.fakes.counting_entropy import CountingEntropy

NOW = 1_795_305_600  # 2026-11-22T00:00:00Z
CHANNEL = ChannelId(b"\xc1" * 16)
Values = dict[str, JsonValue]
_POLICY = Policy(
    history=History.NONE,
    retention_days=30,
    update_interval_hours=24,
    heartbeat_seconds=300,
    two_signatures=(),
    exercise=True,
)


@dataclass(slots=True)
class Author:
    identity: Identity
    device: OwnDevice


@dataclass(slots=True)
class Desk:
    """Where an operation's messages come from. `sequence` is the place of the last one in the log."""

    operation: Operation
    officers: Mapping[str, Author]  # by country
    forms: Mapping[str, BlobId]
    entropy: CountingEntropy
    unit: Identity
    sequence: int = 0
    generation: int = 1
    _hash: bytes = field(default=bytes(32))

    def message(
        self,
        form: str,
        values: Values,
        *,
        country: str = "KE",
        written_at: int = NOW,
        language: str = "en",
        simplified: bool = False,
        priority: Priority = Priority.ROUTINE,
        author_revoked: bool = False,
        attachments: tuple[Attachment, ...] = (),
        reply_to: MessageId | None = None,
    ) -> MessageDelivered:
        """The next message of the log, signed by the officer of `country`."""
        author = self.officers[country]
        ledger = self.operation.ledger
        envelope = Envelope(
            message=MessageId(self.entropy(16)),
            operation=self.operation.id,
            channel=CHANNEL,
            author=author.device.certificate_hash,
            ledger_sequence=ledger.sequence,
            ledger_hash=ledger.head_hash,
            form=self.forms[form],
            form_hash=ledger.forms[self.forms[form]].definition.hash,
            reply_to=reply_to,
            body=Body(
                values=values,
                language=language,
                written_at=written_at,
                priority=priority,
                variant=Variant.SIMPLIFIED if simplified else Variant.LONG,
                attachments=attachments,
            ),
        )
        return self.deliver(envelope, sign_envelope(envelope, author.device.signing_key), author, author_revoked)

    def deliver(
        self,
        envelope: Envelope,
        signed: SignedEnvelope,
        author: Author,
        author_revoked: bool = False,  # noqa: FBT001, FBT002 (the event's own flag)
    ) -> MessageDelivered:
        return MessageDelivered(
            place=self.next_place(),
            account=author.identity.account,
            identity_key=author.identity.identity_key,
            certificate=author.device.certificate,
            salt=self.entropy(32),
            signed=signed,
            envelope=envelope,
            own=False,
            author_revoked=author_revoked,
        )

    def next_place(self) -> Place:
        self.sequence += 1
        self._hash = sha256(self._hash).digest()
        return Place(
            operation=self.operation.id,
            channel=CHANNEL,
            generation=self.generation,
            sequence=self.sequence,
            log_hash=self._hash,
            epoch=1,
        )

    def many(self, count: int, form: str, values: Values, **more: int) -> Iterator[MessageDelivered]:
        return (self.message(form, values, **more) for _ in range(count))  # type: ignore[arg-type]  # written_at only


def open_desk(forms: Mapping[str, Form], *, seed: str = "", countries: tuple[str, ...] = ("KE", "FR")) -> Desk:
    """An operation with the given forms and one officer of each country."""
    entropy = CountingEntropy(seed)
    unit = new_identity(AccountId(entropy(16)), entropy)
    operation = found_operation(
        unit,
        plan=b"plan",
        profile=Profile(name="Unit", organisation="Unit", country=None).encode(),
        relay_key=SigningKey.generate(entropy).public_key,
        relay_name="relay.example",
        policy=_POLICY,
        now=NOW,
        entropy=entropy,
    ).operation
    officers = {}
    for country in countries:
        author = new_identity(AccountId(entropy(16)), entropy)
        code = EnrolmentCode.generate(entropy)
        request = request_enrolment(
            operation.id, author.account, author.signing_key, author.exchange_key.public_key(), code
        )
        profile = Profile(name=f"Desk {country}", organisation=f"Customs of {country}", country=country).encode()
        invitation = Invitation(code=code, role=Role.OFFICER, profile=profile)
        admission = admit(operation, request, invitation, entropy=entropy)
        operation = decide(operation, unit, admission, now=NOW, entropy=entropy).operation
        officers[country] = Author(author, new_device(author, now=NOW, entropy=entropy))
    blobs = {}
    for name, form in forms.items():
        before = set(operation.ledger.forms)
        published = publish_form(encode_form(form), version=form.version, entropy=entropy)
        operation = decide(operation, unit, published, now=NOW, entropy=entropy).operation
        (blobs[name],) = set(operation.ledger.forms) - before
    return Desk(operation, officers, blobs, entropy, unit)


def without_names(desk: Desk) -> Desk:
    """As a member sees it to whom the relay gave no profile."""
    kept = {ref.definition.blob for ref in desk.operation.ledger.forms.values()}
    blobs = {blob: content for blob, content in desk.operation.blobs.items() if blob in kept}
    return replace(desk, operation=replace(desk.operation, blobs=blobs))
