"""Members of one channel with programs of their own, honest or not, and the log that they write into.

Everything is drawn from the unit's counting entropy, so the same story gives the same bytes in each run.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from cencomm.forms.control import Control, sign_control
from cencomm.forms.envelope import Body, Envelope, sign_envelope
from cencomm.forms.payload import Signed, commitment, encode_payload
from cencomm.ids import NO_HASH, BlobId, ChannelId, MessageId
from cencomm.ledger.anchor import GROUP_INFO_EXTENSION, Anchor
from cencomm.ledger.bodies import FormBody
from cencomm.ledger.kinds import Role
from cencomm.ledger.log import LogKind, log_hash
from cencomm.ledger.replay import Ledger
from cencomm.mls.cipher_suite import MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519 as SUITE
from cencomm.mls.extension import Extension
from cencomm.mls.group import Group, StagedCommit, create_group, join_group
from cencomm.mls.key_package import KeyPackage, KeyPackageBundle, create_key_package
from cencomm.mls.leaf_node import Capabilities
from cencomm.mls.proposal import Proposal
from cencomm.mls.tree_math import LeafIndex
from cencomm.wire.log import LogEntry
from tests.unit.ledger.people import NOT_AFTER, START, Device, Person, Unit, found

Change = Callable[[Anchor], Anchor]


def unchanged(anchor: Anchor) -> Anchor:
    return anchor


@dataclass(slots=True)
class Actor:
    """A member at its own keyboard."""

    person: Person
    device: Device
    bundle: KeyPackageBundle
    group: Group | None = None

    @property
    def inside(self) -> Group:
        assert self.group is not None
        return self.group


@dataclass(slots=True)
class Crew:
    """One channel of a unit: its log so far, and those who follow it."""

    unit: Unit
    channel: ChannelId
    form: BlobId
    log: list[LogEntry] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=lambda: [NO_HASH])
    actors: list[Actor] = field(default_factory=list)

    @property
    def ledger(self) -> Ledger:
        return self.unit.ledger

    @property
    def sequence(self) -> int:
        return len(self.log)

    def actor(self, person: Person, device: Device | None = None) -> Actor:
        own = device or person.device()
        return Actor(person, own, self.key_package(own))

    def key_package(self, device: Device) -> KeyPackageBundle:
        return create_key_package(
            credential=device.certificate.encoded,
            signing_key=device.key,
            cipher_suite=SUITE,
            lifetime=(START, NOT_AFTER),
            capabilities=Capabilities(cipher_suites=(SUITE,), extensions=(GROUP_INFO_EXTENSION,)),
            entropy=self.unit.entropy,
        )

    def found(self, founder: Actor, *others: Actor) -> None:
        """The group of the ledger, with its founder and these."""
        group_id = self.ledger.channels[self.channel].group_id
        founder.group = create_group(group_id=group_id, key_package=founder.bundle, entropy=self.unit.entropy)
        self.actors.append(founder)
        self.carry(founder, self.commit(founder, adds=[one.bundle.key_package for one in others]), *others)

    def carry(self, committer: Actor, staged: StagedCommit, *added: Actor) -> LogEntry:
        """The Commit into the log; everybody follows, and those whom it adds come in."""
        entry = self.append(LogKind.COMMIT, staged.message, epoch=committer.inside.epoch)
        for actor in self.actors:
            if actor is not committer:
                actor.group, _ = actor.inside.process(staged.message)
        committer.group = staged.group
        for actor in added:
            assert staged.welcome is not None
            joined = join_group(staged.welcome, key_package=actor.bundle, ratchet_tree=staged.ratchet_tree)
            actor.group = joined.group
            self.actors.append(actor)
        return entry

    def append(self, kind: LogKind, message: bytes, *, epoch: int) -> LogEntry:
        entry = LogEntry(sequence=self.sequence + 1, kind=kind, epoch=epoch, message=message)
        digest = log_hash(self.channel, 1, self.hashes[-1], entry.sequence, kind, message)
        self.log.append(entry)
        self.hashes.append(digest)
        return entry

    def say(self, actor: Actor, message: bytes) -> LogEntry:
        return self.append(LogKind.APPLICATION, message, epoch=actor.inside.epoch)

    def anchor(self, kind: LogKind, ledger: Ledger | None = None) -> Anchor:
        held = ledger or self.ledger
        return Anchor(
            kind=kind,
            operation=held.operation,
            channel=self.channel,
            generation=1,
            ledger_sequence=held.sequence,
            ledger_hash=held.head_hash,
            log_sequence=self.sequence,
            log_hash=self.hashes[-1],
        )

    def commit(
        self,
        actor: Actor,
        *,
        adds: Sequence[KeyPackage] = (),
        removes: Sequence[int] = (),
        proposals: Sequence[Proposal] = (),
        anchored: Change = unchanged,
        told: Change | None = None,
        ledger: Ledger | None = None,
    ) -> StagedCommit:
        """A Commit that nobody judged. `told`: what newcomers are told instead of the anchor in it."""
        anchor = self.anchor(LogKind.COMMIT, ledger)
        return actor.inside.commit(
            adds=tuple(adds),
            removes=tuple(LeafIndex(index) for index in removes),
            proposals=tuple(proposals),
            authenticated_data=anchored(anchor).encode(),
            group_info_extensions=(Extension(GROUP_INFO_EXTENSION, (told or anchored)(anchor).encode()),),
            entropy=self.unit.entropy,
        )

    def envelope(self, actor: Actor, **values: int) -> Envelope:
        """An honest one; break it with `replace`."""
        ledger = self.ledger
        return Envelope(
            message=MessageId(self.unit.entropy(16)),
            operation=ledger.operation,
            channel=self.channel,
            author=actor.device.certificate.hash,
            ledger_sequence=ledger.sequence,
            ledger_hash=ledger.head_hash,
            form=self.form,
            form_hash=ledger.forms[self.form].definition.hash,
            reply_to=None,
            body=Body(values=values, language="en", written_at=START),
        )

    def control(self, actor: Actor, kind: int, body: bytes) -> Control:
        ledger = self.ledger
        return Control(
            kind=kind,
            message=MessageId(self.unit.entropy(16)),
            operation=ledger.operation,
            channel=self.channel,
            author=actor.device.certificate.hash,
            ledger_sequence=ledger.sequence,
            ledger_hash=ledger.head_hash,
            written_at=START,
            body=body,
        )

    def sign(self, actor: Actor, said: Envelope | Control) -> Signed:
        key = actor.device.key
        return sign_control(said, key) if isinstance(said, Control) else sign_envelope(said, key)

    def seal(
        self,
        actor: Actor,
        signed: Signed,
        *,
        anchored: Change = unchanged,
        payload: Callable[[bytes], bytes] = bytes,
        trailing: bytes = b"",
    ) -> bytes:
        """What was signed, as an MLSMessage of the actor's leaf; `payload` and `trailing` change what is sealed."""
        salt = self.unit.entropy(32)
        anchor = replace(self.anchor(LogKind.APPLICATION), commitment=commitment(salt, signed))
        actor.group, message = actor.inside.encrypt(
            payload(encode_payload(salt, signed)),
            authenticated_data=anchored(anchor).encode() + trailing,
            entropy=self.unit.entropy,
        )
        return message


def assemble() -> tuple[Crew, dict[str, Person]]:
    """A founded operation whose channel nobody has committed in, and its people by name."""
    unit = found(seed="channel")
    people = {"carla": unit.creator, "dora": unit.others[0]}
    people |= {name: unit.admit() for name in ("ana", "otto", "zoe")}
    people["stranger"] = unit.person()
    channel, definition = unit.declare(roles=(Role.COORDINATOR, Role.OFFICER)), unit.blob()
    unit.append(unit.sign(FormBody(definition=definition, version=1)))
    people["vera"] = unit.admit()
    return Crew(unit, channel, definition.blob), people
