"""What is said in the channel after Vera came in: honest messages, and all that an insider may try (C1, S4, S7, S8).

Vera holds the whole ledger from the beginning, also what comes later in the story, so she marks those who left (C12).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cencomm.forms.acknowledgement import Acknowledgement
from cencomm.forms.control import HEARTBEAT_BODY, ControlKind
from cencomm.ids import NO_HASH, BlobId, ChannelId, MessageId, OperationId
from cencomm.ledger.log import LogKind
from cencomm.mls.group import Group, StagedCommit, join_group
from tests.vectors.channel.crew import Actor, Change, Crew, assemble

ILL_FORMED = "wrong"
"""A report with a value of this name does not answer its form; all others do."""
LATER_THAN_ALL = 7258118400


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays. `vera` is the reader; her group is what a second holder of her keys would have (C10)."""

    crew: Crew
    carla: Actor
    ana: Actor
    otto: Actor
    zoe: Actor
    vera: Actor
    entry: StagedCommit | None = None  # the Commit that adds Vera, in the log

    @property
    def added(self) -> StagedCommit:
        assert self.entry is not None
        return self.entry

    @property
    def entered(self) -> int:
        """Where it stands in the log."""
        return 2


def gather() -> Cast:
    """The channel before Vera's entry."""
    crew, people = assemble()
    carla, ana, otto, zoe, vera = [crew.actor(people[name]) for name in ("carla", "ana", "otto", "zoe", "vera")]
    crew.found(carla, ana, otto)
    return Cast(crew, carla, ana, otto, zoe, vera)


def begin() -> Cast:
    """The channel up to Vera's entry."""
    cast = gather()
    added = cast.crew.commit(cast.ana, adds=[cast.vera.bundle.key_package])
    cast.crew.carry(cast.ana, added)
    return replace(cast, entry=added)


def copy_of_vera(cast: Cast) -> Group:
    """What a second holder of her key package would have."""
    assert cast.added.welcome is not None
    return join_group(cast.added.welcome, key_package=cast.vera.bundle, ratchet_tree=cast.added.ratchet_tree).group


def tell(cast: Cast) -> Iterator[str]:
    """Plays on; each step puts one entry into the log and says what it is."""
    crew, ana, otto, carla = cast.crew, cast.ana, cast.otto, cast.carla
    first = crew.envelope(ana, weight=1)
    opening = crew.seal(ana, crew.sign(ana, first))
    crew.say(ana, opening)
    yield "an honest message"
    crew.say(ana, crew.seal(ana, crew.sign(ana, first)))
    yield "S4 the same signed bytes again"
    crew.say(ana, crew.seal(ana, crew.sign(ana, replace(first, body=replace(first.body, values={"weight": 2})))))
    yield "S4 other bytes under the same id"
    crew.say(otto, crew.seal(otto, crew.sign(otto, replace(crew.envelope(otto), message=first.message))))
    yield "another author's message under an id that was used"
    crew.say(ana, opening)
    yield "the same ciphertext again"
    crew.append(LogKind.APPLICATION, b"no MLSMessage", epoch=2)
    yield "bytes that are nothing"
    yield from _anchors(cast)
    yield from _contents(cast)
    yield from _authors(cast)
    yield from _forms(cast)
    yield from _controls(cast, first.message)
    old = crew.seal(otto, crew.sign(otto, crew.envelope(otto)))
    crew.carry(carla, crew.commit(carla))
    yield "a Commit that renews keys"
    crew.say(otto, old)
    yield "a message of the epoch before"
    crew.append(LogKind.APPLICATION, crew.commit(ana).message, epoch=ana.inside.epoch)
    yield "C2 a Commit under the kind of a message"
    yield from _membership(cast)


def _anchors(cast: Cast) -> Iterator[str]:
    crew, otto = cast.crew, cast.otto

    def anchored(change: Change, trailing: bytes = b"") -> None:
        signed = crew.sign(otto, crew.envelope(otto))
        crew.say(otto, crew.seal(otto, signed, anchored=change, trailing=trailing))

    anchored(lambda anchor: replace(anchor, operation=OperationId(b"\x01" * 32)))
    yield "C1 another operation's anchor"
    anchored(lambda anchor: replace(anchor, channel=ChannelId(b"\x02" * 16)))
    yield "C1 another channel's anchor"
    anchored(lambda anchor: replace(anchor, generation=2))
    yield "C1 another generation's anchor"
    anchored(lambda anchor: replace(anchor, kind=LogKind.COMMIT, commitment=NO_HASH))
    yield "C1 the anchor of a Commit"
    anchored(lambda anchor: anchor, b"\x00")
    yield "C1 bytes behind the anchor"
    anchored(lambda anchor: replace(anchor, log_sequence=1, log_hash=crew.hashes[1]))
    yield "C1 a log view before the epoch"
    anchored(lambda anchor: replace(anchor, log_sequence=anchor.log_sequence + 1))
    yield "C1 a log view of what is not said yet"
    anchored(lambda anchor: replace(anchor, ledger_sequence=1, ledger_hash=crew.ledger.hashes[1]))
    yield "C1 a ledger in which the channel does not exist"
    anchored(lambda anchor: replace(anchor, ledger_hash=b"\x03" * 32))
    yield "L4 another ledger"
    anchored(lambda anchor: replace(anchor, log_hash=b"\x04" * 32))
    yield "L4 another log"


def _contents(cast: Cast) -> Iterator[str]:
    crew, otto = cast.crew, cast.otto
    signed = crew.sign(otto, crew.envelope(otto))
    crew.say(otto, crew.seal(otto, signed, anchored=lambda anchor: replace(anchor, commitment=b"\x05" * 32)))
    yield "S7 a commitment to something else"
    crew.say(otto, crew.seal(otto, signed, payload=lambda plain: plain[:-1] + b"\x01"))
    yield "S7 something beside the envelope"
    crew.say(otto, crew.seal(otto, signed, payload=lambda plain: plain + bytes(len(plain))))
    yield "S7 padding that nobody writes"
    crew.say(otto, crew.seal(otto, signed, payload=lambda plain: b"\x02" + plain[1:]))
    yield "an envelope that calls itself a control message"


def _authors(cast: Cast) -> Iterator[str]:
    crew, otto, carla = cast.crew, cast.otto, cast.carla
    posing = replace(crew.envelope(otto), author=carla.device.certificate.hash)
    crew.say(otto, crew.seal(otto, crew.sign(otto, posing)))
    yield "S8 an insider who poses as a coordinator"
    crew.say(otto, crew.seal(otto, crew.sign(carla, crew.envelope(carla))))
    yield "S8 a coordinator's signed words from an insider's leaf"
    crew.say(otto, crew.seal(otto, crew.sign(otto, replace(crew.envelope(otto), channel=ChannelId(b"\x06" * 16)))))
    yield "S8 words for another channel"
    crew.say(otto, crew.seal(otto, crew.sign(otto, replace(crew.envelope(otto), ledger_hash=b"\x07" * 32))))
    yield "S8 words written on another ledger"
    crew.say(otto, crew.seal(otto, crew.sign(otto, replace(crew.envelope(otto), ledger_sequence=1 << 40))))
    yield "S8 words written on a ledger of the future"
    second = replace(cast.vera, group=copy_of_vera(cast))
    crew.say(second, crew.seal(second, crew.sign(second, crew.envelope(second))))
    yield "C10 words from the reader's own leaf that she did not say"


def _forms(cast: Cast) -> Iterator[str]:
    crew, ana = cast.crew, cast.ana
    honest = crew.envelope(ana)
    crew.say(ana, crew.seal(ana, crew.sign(ana, replace(honest, form=BlobId(b"\x08" * 16)))))
    yield "C12 a form that nobody published"
    crew.say(ana, crew.seal(ana, crew.sign(ana, replace(honest, form_hash=b"\x09" * 32))))
    yield "C12 another definition of the form"
    before = crew.ledger.forms[crew.form].sequence - 1
    early = replace(honest, ledger_sequence=before, ledger_hash=crew.ledger.hashes[before])
    crew.say(ana, crew.seal(ana, crew.sign(ana, early)))
    yield "C12 a form that was not published yet"
    crew.say(ana, crew.seal(ana, crew.sign(ana, crew.envelope(ana, **{ILL_FORMED: 1}))))
    yield "values that do not answer the form"


def _controls(cast: Cast, message: MessageId) -> Iterator[str]:
    crew, carla, otto = cast.crew, cast.carla, cast.otto
    seen = Acknowledgement(cast.ana.person.identity.public_key, message).encode()
    crew.say(carla, crew.seal(carla, crew.sign(carla, crew.control(carla, ControlKind.HEARTBEAT, HEARTBEAT_BODY))))
    yield "H3 a heartbeat"
    crew.say(carla, crew.seal(carla, crew.sign(carla, crew.control(carla, ControlKind.HEARTBEAT, b"\x00\x02"))))
    yield "H3 a heartbeat of another version"
    acknowledgement = crew.control(otto, ControlKind.ACKNOWLEDGEMENT, seen)
    crew.say(otto, crew.seal(otto, crew.sign(otto, acknowledgement)))
    yield "an acknowledgement"
    crew.say(otto, crew.seal(otto, crew.sign(otto, crew.control(otto, ControlKind.ACKNOWLEDGEMENT, seen[:-1]))))
    yield "an acknowledgement of no message"
    late = replace(crew.control(otto, ControlKind.ACKNOWLEDGEMENT, seen), written_at=LATER_THAN_ALL)
    crew.say(otto, crew.seal(otto, crew.sign(otto, late)))
    yield "an acknowledgement from after the last calendar"
    crew.say(otto, crew.seal(otto, crew.sign(otto, crew.control(otto, 99, b"anything"))))
    yield "a control message that only a newer program knows"
    crew.say(otto, crew.seal(otto, crew.sign(otto, replace(crew.envelope(otto), message=acknowledgement.message))))
    yield "S4 an envelope under the id of a control message"


def _membership(cast: Cast) -> Iterator[str]:
    crew, ana, carla = cast.crew, cast.ana, cast.carla
    crew.unit.revoke(cast.otto.person)
    crew.actors.remove(cast.otto)
    crew.carry(ana, crew.commit(ana, removes=[cast.otto.inside.own_leaf]))
    yield "C4 a Commit that removes who was revoked"
    crew.carry(ana, crew.commit(ana, adds=[cast.zoe.bundle.key_package]), cast.zoe)
    yield "C6 a Commit that adds who was admitted"
    crew.say(cast.zoe, crew.seal(cast.zoe, crew.sign(cast.zoe, crew.envelope(cast.zoe))))
    yield "a newcomer's message"
    renewed = crew.actor(cast.zoe.person)
    crew.actors.remove(cast.zoe)
    crew.carry(ana, crew.commit(ana, adds=[renewed.bundle.key_package], removes=[cast.zoe.inside.own_leaf]), renewed)
    yield "C6 a member removes and adds one device in one Commit"
    crew.carry(carla, crew.commit(carla, removes=[copy_of_vera(cast).own_leaf]))
    yield "C6 a coordinator removes the reader"


def restart_around(cast: Cast) -> int:
    """Three messages, and a restart of the channel behind the first of them (C11); the cut's place."""
    crew, ana = cast.crew, cast.ana
    for _ in range(3):
        crew.say(ana, crew.seal(ana, crew.sign(ana, crew.envelope(ana))))
    cut = cast.entered + 1
    body = replace(crew.unit.restart_body(crew.channel), cut_sequence=cut, cut_hash=crew.hashes[cut])
    crew.unit.append(crew.unit.sign(body))
    return cut
