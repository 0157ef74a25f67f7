"""A channel before Vera came to it, and what servers of history may say of it: honest, or not (H1, H2).

What insiders put into the log against the rules stands there too. Members set it aside, and so does an honest server; a
dishonest one may give it as if it were a message.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cencomm import codec
from cencomm.client.history.attendance import Span
from cencomm.client.history.request import Asked
from cencomm.forms.acknowledgement import Acknowledgement
from cencomm.forms.control import Control, ControlKind
from cencomm.forms.envelope import Envelope
from cencomm.forms.payload import Signed, commitment, encode_payload
from cencomm.ids import AccountId, ChannelId, DeviceId, RequestId
from cencomm.ledger import labels
from cencomm.ledger.bodies import FormBody
from cencomm.ledger.history_chunk import ChunkHeader, make_chunk
from cencomm.ledger.history_items import Absent, Item, Missing, Opened
from cencomm.ledger.kinds import Role
from cencomm.ledger.log import LogKind
from cencomm.primitives.signatures import sign_with_label
from cencomm.primitives.x25519 import generate_key_pair
from tests.unit.ledger.people import CountingEntropy, Device, found
from tests.vectors.channel.crew import Actor, Change, Crew, unchanged

ILL_FORMED = "wrong"
"""A report with a value of this name does not answer its form; all others do."""
BEYOND_EVERY_LOG = 1 << 60

Rewrite = Callable[[Item], Item]


@dataclass(slots=True)
class World:
    """`opened`: what each application entry commits to, by its name; `honest`: what an honest server says of each."""

    crew: Crew
    carla: Actor
    dora: Actor
    ana: Actor
    otto: Actor
    archive: Actor
    vera: Actor
    entropy: CountingEntropy
    opened: dict[str, Opened] = field(default_factory=dict)
    set_aside: dict[int, str] = field(default_factory=dict)
    entered: int = 0

    def say(self, name: str, actor: Actor, said: Envelope | Control, *, signer: Actor | None = None) -> None:
        """Into the log, from `actor`'s leaf; signed by another if somebody lies."""
        self.seal(name, actor, self.crew.sign(signer or actor, said), (signer or actor).device)

    def seal(self, name: str, actor: Actor, signed: Signed, device: Device, anchored: Change = unchanged) -> None:
        crew, salt = self.crew, self.entropy(32)
        anchor = replace(crew.anchor(LogKind.APPLICATION), commitment=commitment(salt, signed))
        actor.group, message = actor.inside.encrypt(
            encode_payload(salt, signed), authenticated_data=anchored(anchor).encode(), entropy=self.entropy
        )
        entry = crew.say(actor, message)
        self.opened[name] = Opened(
            sequence=entry.sequence, certificate=device.certificate.encoded, salt=salt, signed=signed.encode()
        )

    def aside(self, name: str, reason: str) -> None:
        """Members set the entry of that name aside, for this reason."""
        self.set_aside[self.opened[name].sequence] = reason

    @property
    def honest(self) -> list[Item]:
        return [
            Absent(item.sequence, Missing.SET_ASIDE, self.set_aside[item.sequence])
            if item.sequence in self.set_aside
            else item
            for item in self.opened.values()
        ]


def gather() -> World:
    """The log up to the Commit by which Vera comes in."""
    unit = found(seed="history")
    ana, otto = unit.admit(), unit.admit()
    archive, stranger = unit.admit(Role.ARCHIVE), unit.person()
    channel, definition = unit.declare(roles=(Role.COORDINATOR, Role.OFFICER, Role.ARCHIVE)), unit.blob()
    unit.append(unit.sign(FormBody(definition=definition, version=1)))
    crew = Crew(unit, channel, definition.blob)
    later = unit.person()
    world = World(
        crew,
        carla=crew.actor(unit.creator),
        dora=crew.actor(unit.others[0]),
        ana=crew.actor(ana),
        otto=crew.actor(otto),
        archive=crew.actor(archive),
        vera=crew.actor(later),
        entropy=CountingEntropy("history log"),
    )
    crew.found(world.carla, world.dora, world.ana, world.otto, world.archive)
    _before_vera(world, crew.actor(stranger))
    unit.append(unit.sign(unit.admission(later)))
    crew.carry(world.carla, crew.commit(world.carla))
    world.say("after her admission", world.otto, crew.envelope(world.otto, weight=5))
    unit.revoke(otto)
    crew.actors.remove(world.otto)
    crew.carry(world.ana, crew.commit(world.ana, removes=[world.otto.inside.own_leaf]))
    world.say("C12 words of who was revoked", world.ana, crew.envelope(world.otto), signer=world.otto)
    world.aside("C12 words of who was revoked", "not_the_author")
    world.say("the last before she came", world.ana, crew.envelope(world.ana, weight=6))
    added = crew.commit(world.ana, adds=[world.vera.bundle.key_package])
    world.entered = crew.carry(world.ana, added, world.vera).sequence
    return world


def _before_vera(world: World, stranger: Actor) -> None:
    crew, ana, otto = world.crew, world.ana, world.otto
    first = crew.envelope(ana, weight=1)
    world.say("an honest message", ana, first)
    world.say("another's", otto, crew.envelope(otto, weight=2))
    world.say("S4 the same again", ana, first)
    seen = Acknowledgement(ana.person.identity.public_key, first.message).encode()
    world.say("an acknowledgement", otto, crew.control(otto, ControlKind.ACKNOWLEDGEMENT, seen))
    world.say("values that do not answer the form", otto, crew.envelope(otto, **{ILL_FORMED: 1}))
    world.say("S4 other bytes under the same id", ana, replace(first, body=replace(first.body, values={"weight": 3})))
    world.say("C12 words of a stranger", otto, crew.envelope(stranger), signer=stranger)
    world.aside("C12 words of a stranger", "not_the_author")
    world.say("S8 words for another channel", otto, replace(crew.envelope(otto), channel=ChannelId(b"\x06" * 16)))
    world.aside("S8 words for another channel", "wrong_channel")
    world.say("L4 words written on another ledger", otto, replace(crew.envelope(otto), ledger_hash=b"\x07" * 32))
    world.aside("L4 words written on another ledger", "foreign_ledger")
    posing = replace(crew.envelope(otto), author=world.carla.device.certificate.hash)
    world.say("S8 words in another's name", otto, posing)
    world.aside("S8 words in another's name", "not_the_author")
    signed = crew.sign(otto, crew.envelope(otto))
    world.seal("L4 another log", otto, signed, otto.device, lambda anchor: replace(anchor, log_hash=b"\x04" * 32))
    world.aside("L4 another log", "foreign_log")


def asked_by(world: World) -> Asked:
    """Everything before she came."""
    one_time = generate_key_pair(CountingEntropy("one-time"))
    said = sorted(item.sequence for item in world.opened.values())
    return Asked(
        request=RequestId(b"r" * 16),
        operation=world.crew.ledger.operation,
        channel=world.crew.channel,
        generation=1,
        span=Span(said[0], world.entered - 1),
        private_key=one_time.private_key,
        sent=True,
        taken=0,
        following=said[0],
        messages=0,
        wrong=0,
        missing=0,
    )


@dataclass(slots=True)
class Servers:
    """Chunks as they may be signed for the request."""

    world: World
    asked: Asked

    def header(self, **changed: object) -> ChunkHeader:
        reader = self.world.vera.device.certificate
        honest = ChunkHeader(
            operation=self.asked.operation,
            channel=self.asked.channel,
            generation=self.asked.generation,
            request=self.asked.request,
            account=reader.account,
            device=reader.device,
            number=0,
            first=self.asked.span.first,
            last=self.asked.span.last,
            is_last=True,
        )
        return replace(honest, **changed)  # type: ignore[arg-type]  # fields by name

    def chunk(
        self,
        header: ChunkHeader | None = None,
        items: Sequence[Item] | None = None,
        *,
        by: Actor | None = None,
        key: bytes | None = None,
    ) -> bytes:
        """Honest but for what is given."""
        head = header or self.header()
        given = self.world.honest if items is None else items
        device = (by or self.world.archive).device
        return make_chunk(
            head,
            [item for item in given if head.first <= item.sequence <= head.last],
            public_key=key or self.asked.private_key.public_key(),
            certificate=device.certificate,
            device=device.key,
            entropy=CountingEntropy("chunk"),
        )

    def with_item(self, name: str, **changed: object) -> bytes:
        """The entry of that name given as if it were a message, or with other fields."""
        item = replace(self.world.opened[name], **changed)  # type: ignore[arg-type]  # fields by name
        before = [one for one in self.world.honest if one.sequence < item.sequence]
        return self.chunk(self.part(item.sequence), [*before, item])

    def part(self, last: int | None = None, **changed: object) -> ChunkHeader:
        """Of the first entry, or up to `last`; small, as most of them need no more to be wrong."""
        end = self.asked.span.first if last is None else last
        return self.header(**{"last": end, "is_last": end == self.asked.span.last, **changed})

    def under_another_header(self) -> bytes:
        """Sealed for number 1 of an answer, signed as number 0."""
        device = self.world.archive.device
        header = self.part().encode()
        sealed = codec.Reader(self.chunk(self.part(number=1)))
        content = codec.Reader(sealed.opaque())
        content.fixed(len(header))
        moved = header + b"".join(codec.opaque(content.opaque()) for _ in range(3))
        return codec.opaque(moved) + codec.opaque(sign_with_label(device.key, labels.HISTORY_CHUNK, moved))


def honest_answers(servers: Servers) -> Iterable[tuple[str, list[bytes]]]:
    """What is taken."""
    world, span = servers.world, servers.asked.span
    yield "the archive's answer", [servers.chunk()]
    yield "a coordinator's answer", [servers.chunk(by=world.dora)]
    middle = world.opened["S4 the same again"].sequence
    first = servers.chunk(servers.header(last=middle, is_last=False))
    yield "the first part of an answer", [first]
    yield "an answer in two parts", [first, servers.chunk(servers.header(number=1, first=middle + 1))]
    overlapping = servers.chunk(servers.header(number=1, first=middle - 1), by=world.dora)
    yield "two servers' parts that overlap", [first, overlapping]
    control = world.opened["an acknowledgement"].sequence
    kept = [one for one in world.honest if one.sequence != control]
    lacking = sorted([*kept, Absent(control, Missing.NOT_HELD, "control_message")], key=lambda one: one.sequence)
    yield "a control message that is not held", [servers.chunk(items=lacking)]
    nothing = [Absent(one.sequence, Missing.NOT_HELD) for one in world.honest]
    yield "a server that holds nothing", [servers.chunk(items=nothing)]
    assert span.last == world.entered - 1


def hostile_answers(servers: Servers) -> Iterable[tuple[str, list[bytes]]]:
    """What its server signed, and what is no answer."""
    world = servers.world
    opened, honest = world.opened, world.honest
    words = opened["an honest message"]
    altered = words.signed.replace(b'"weight":1', b'"weight":9')
    assert altered != words.signed
    yield "H2 altered words", [servers.with_item("an honest message", signed=altered)]
    yield "H2 another salt", [servers.with_item("an honest message", salt=bytes(32))]
    other = opened["another's"]
    moved = {"certificate": other.certificate, "salt": other.salt, "signed": other.signed}
    yield "H2 another entry's message", [servers.with_item("an honest message", **moved)]
    yield "S8 another member's certificate", [servers.with_item("an honest message", certificate=other.certificate)]
    for name, item in opened.items():
        if item.sequence in world.set_aside:
            yield name, [servers.with_item(name)]
    yield "H2 bytes that nobody signed", [servers.with_item("an honest message", signed=b"?")]
    yield "H2 a certificate that is none", [servers.with_item("an honest message", certificate=b"?")]
    yield "H2 an entry left out", [servers.chunk(servers.part(), [])]
    commit = next(
        entry.sequence
        for entry in world.crew.log
        if entry.kind is LogKind.COMMIT and entry.sequence > servers.asked.span.first
    )
    added = [*(one for one in honest if one.sequence < commit), replace(words, sequence=commit)]
    yield "H2 a message in the place of a Commit", [servers.chunk(servers.part(commit), added)]
    stranger_key = generate_key_pair(CountingEntropy("nobody")).public_key
    yield "H2 noise", [servers.chunk(servers.part(), key=stranger_key)]
    yield "H2 sealed under another header", [servers.under_another_header()]
    yield "H2 an officer's answer", [servers.chunk(servers.part(), by=world.ana)]
    yield "H2 the answer of who was revoked", [servers.chunk(servers.part(), by=world.otto)]
    elsewhere: Mapping[str, Mapping[str, object]] = {
        "H2 for another channel": {"channel": ChannelId(b"x" * 16)},
        "H2 for another generation": {"generation": 2},
        "H2 for another device": {"device": DeviceId(b"x" * 16)},
        "H1 before what was asked for": {"first": 1},
        "H1 behind what was asked for": {"last": servers.asked.span.last + 1},
        "H1 beyond every log": {"last": BEYOND_EVERY_LOG},
        "H2 an end that is none": {"is_last": True},
        "H2 an end that is not said": {"last": servers.asked.span.last},
    }
    for name, changed in elsewhere.items():
        yield name, [servers.chunk(replace(servers.part(), **changed), [])]  # type: ignore[arg-type]  # fields by name


def relays_lies(servers: Servers) -> Iterable[tuple[str, list[bytes]]]:
    """What no server can have put there."""
    chunk, world = servers.chunk(servers.part()), servers.world
    yield "bytes that are no chunk", [b"no chunk"]
    yield "bytes behind a chunk", [chunk + b"\x00"]
    yield "a signature that does not verify", [chunk[:-1] + bytes([chunk[-1] ^ 1])]
    yield "an answer to another request", [servers.chunk(servers.part(request=RequestId(b"s" * 16)))]
    yield "an answer to another account", [servers.chunk(servers.part(account=AccountId(b"x" * 16)))]
    later = world.opened["another's"].sequence
    yield "another part than the next", [servers.chunk(servers.part(later, first=later))]
    unknown = world.crew.actor(world.crew.unit.person())
    yield "an answer of who never was a member", [servers.chunk(servers.part(), by=unknown)]
