"""A member who breaks rules, and a relay that shows a victim what it likes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from cencomm.client.channel.session import ChannelSession
from cencomm.client.channel.taking import take
from cencomm.client.events import Event
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.control import Control, sign_control
from cencomm.forms.envelope import Body, Envelope, sign_envelope
from cencomm.forms.payload import commitment, encode_payload
from cencomm.ids import MessageId
from cencomm.ledger.anchor import GROUP_INFO_EXTENSION, Anchor
from cencomm.ledger.log import LogKind
from cencomm.mls.extension import Extension
from cencomm.mls.group import Group, StagedCommit
from cencomm.mls.key_package import KeyPackage
from cencomm.mls.tree_math import LeafIndex
from cencomm.primitives.signatures import SigningKey
from cencomm.secret import system_entropy
from cencomm.wire.log import LogEntry
from tests.scenarios.people import NOW, Person, Place

SALT = b"s" * 32


@dataclass(slots=True)
class Insider:
    """Somebody with a member's keys and a program of their own."""

    person: Person
    place: Place
    _group: Group | None = None  # its next key; the person's own state stays as it was

    @property
    def session(self) -> ChannelSession:
        return self.person.mailbox.sessions[(self.place.operation, self.place.channel)]

    def envelope(self, values: Mapping[str, JsonValue]) -> Envelope:
        """An honest one; break it with `replace`."""
        mailbox = self.person.mailbox
        operation = mailbox.operation(self.place.operation)
        return Envelope(
            message=MessageId(system_entropy(16)),
            operation=self.place.operation,
            channel=self.place.channel,
            author=mailbox.device.certificate_hash,
            ledger_sequence=operation.ledger.sequence,
            ledger_hash=operation.ledger.head_hash,
            form=self.place.form,
            form_hash=operation.ledger.forms[self.place.form].definition.hash,
            reply_to=None,
            body=Body(values=values, language="en", written_at=NOW),
        )

    def control(self, kind: int, body: bytes) -> Control:
        """An honest one; break it with `replace`."""
        mailbox = self.person.mailbox
        ledger = mailbox.operation(self.place.operation).ledger
        return Control(
            kind=kind,
            message=MessageId(system_entropy(16)),
            operation=self.place.operation,
            channel=self.place.channel,
            author=mailbox.device.certificate_hash,
            ledger_sequence=ledger.sequence,
            ledger_hash=ledger.head_hash,
            written_at=NOW,
            body=body,
        )

    def anchor(self, kind: LogKind) -> Anchor:
        ledger = self.person.mailbox.operation(self.place.operation).ledger
        return Anchor(
            kind=kind,
            operation=self.place.operation,
            channel=self.place.channel,
            generation=1,
            ledger_sequence=ledger.sequence,
            ledger_hash=ledger.head_hash,
            log_sequence=self.session.sequence,
            log_hash=self.session.log_hash,
        )

    def message(
        self,
        said: Envelope | Control,
        *,
        anchored: Callable[[Anchor], Anchor] = lambda anchor: anchor,
        key: SigningKey | None = None,
    ) -> bytes:
        """What is said as an MLSMessage of the insider's own leaf."""
        signing_key = key or self.person.mailbox.device.signing_key
        signed = sign_control(said, signing_key) if isinstance(said, Control) else sign_envelope(said, signing_key)
        anchor = anchored(replace(self.anchor(LogKind.APPLICATION), commitment=commitment(SALT, signed)))
        if self._group is None or self._group.epoch != self.session.group.epoch:
            self._group = self.session.group
        self._group, message = self._group.encrypt(
            encode_payload(SALT, signed), authenticated_data=anchor.encode(), entropy=system_entropy
        )
        return message

    def commit(
        self,
        *,
        adds: tuple[KeyPackage, ...] = (),
        removes: tuple[LeafIndex, ...] = (),
        anchored: Callable[[Anchor], Anchor] = lambda anchor: anchor,
    ) -> StagedCommit:
        """A Commit that nobody judged before it leaves."""
        anchor = anchored(self.anchor(LogKind.COMMIT)).encode()
        return self.session.group.commit(
            adds=adds,
            removes=removes,
            authenticated_data=anchor,
            group_info_extensions=(Extension(GROUP_INFO_EXTENSION, anchor),),
            entropy=system_entropy,
        )

    def leaf_of(self, somebody: Person) -> LeafIndex:
        certificates = self.person.mailbox.certificates
        (index,) = [
            leaf.index
            for leaf in self.session.leaves()
            if certificates.verify(leaf.credential).account == somebody.account
        ]
        return LeafIndex(index)


async def show(victim: Person, place: Place, message: bytes, kind: LogKind = LogKind.APPLICATION) -> Event:
    """What the victim makes of a log entry that the relay shows next, past the checks of the page around it."""
    session = victim.mailbox.sessions[(place.operation, place.channel)]
    entry = LogEntry(sequence=session.sequence + 1, kind=kind, epoch=session.group.epoch, message=message)
    async with victim.mailbox.lock:
        await take(victim.mailbox, session, entry, None)
    return victim.events[-1]
