"""What may be handed to Vera as her way in: one Welcome is right, and every other one leads somewhere else (C9)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cencomm.ids import NO_HASH
from cencomm.ledger.log import LogKind
from cencomm.mls.group import StagedCommit, create_group
from cencomm.wire.log import LogEntry
from tests.vectors.channel.story import Cast


@dataclass(frozen=True, slots=True)
class Invitation:
    """A Welcome as the relay hands it out, and the log entry that it shows with it; `last_epoch` as in `join`."""

    name: str
    sequence: int
    welcome: bytes
    ratchet_tree: bytes
    entries: tuple[LogEntry, ...]
    last_epoch: int | None = None


def invitations(cast: Cast) -> Iterator[Invitation]:
    """The cast stands before Vera's entry; nobody follows any of these Commits."""
    crew, ana, vera = cast.crew, cast.ana, cast.vera.bundle.key_package

    def invited(name: str, staged: StagedCommit, **changed: object) -> Invitation:
        entry = LogEntry(sequence=2, kind=LogKind.COMMIT, epoch=1, message=staged.message)
        return replace(_of(name, staged, entry), **changed)  # type: ignore[arg-type]  # fields of an Invitation

    honest, other = crew.commit(ana, adds=[vera]), crew.commit(ana, adds=[vera])
    yield invited("the way in", honest)
    yield invited("the way in again, after having left before", honest, last_epoch=1)
    yield invited("C9 an epoch in which the reader was already", honest, last_epoch=2)
    yield invited("C9 another Commit in the log than the Welcome's", honest, entries=invited("", other).entries)
    yield invited("C9 nothing in the log", honest, entries=())
    yield invited("C9 a Commit that adds somebody else", honest, sequence=1, entries=(crew.log[0],))
    shown = replace_kind(invited("", honest).entries[0])
    yield invited("C9 the Commit shown as a message", honest, entries=(shown,))
    later = LogEntry(sequence=3, kind=LogKind.COMMIT, epoch=1, message=honest.message)
    yield invited("C9 the Commit shown at another place", honest, entries=(later,))
    yield invited("a ratchet tree of another epoch", honest, ratchet_tree=other.ratchet_tree)
    told = crew.commit(ana, adds=[vera], told=lambda anchor: replace(anchor, log_sequence=0, log_hash=NO_HASH))
    yield invited("C9 an anchor that is not the Commit's", told)
    foreign = crew.commit(ana, adds=[vera], anchored=lambda anchor: replace(anchor, ledger_hash=b"\x01" * 32))
    yield invited("C3 another ledger", foreign)
    before = crew.ledger.sequence - 1
    old = crew.commit(
        ana,
        adds=[vera],
        anchored=lambda anchor: replace(anchor, ledger_sequence=before, ledger_hash=crew.ledger.hashes[before]),
    )
    yield invited("C9 a ledger before the reader's admission", old)
    stranger = crew.key_package(crew.unit.person().device()).key_package
    yield invited("C5 an outsider in the tree", crew.commit(ana, adds=[vera, stranger]))
    yield invited("a Welcome for somebody else", crew.commit(ana, adds=[cast.zoe.bundle.key_package]))
    yield from _beside(cast)


def _beside(cast: Cast) -> Iterator[Invitation]:
    """A group beside the group: what an insider and the relay could show somebody together."""
    crew, carla = cast.crew, cast.carla
    group = create_group(
        group_id=crew.unit.entropy(32), key_package=crew.key_package(carla.device), entropy=crew.unit.entropy
    )
    beside = replace(carla, group=group)
    staged = crew.commit(beside, adds=[cast.vera.bundle.key_package])
    entry = LogEntry(sequence=2, kind=LogKind.COMMIT, epoch=0, message=staged.message)
    yield _of("C9 a group beside the group", staged, entry)


def replace_kind(entry: LogEntry) -> LogEntry:
    """The same bytes under the kind of a message."""
    return LogEntry(sequence=entry.sequence, kind=LogKind.APPLICATION, epoch=entry.epoch, message=entry.message)


def _of(name: str, staged: StagedCommit, entry: LogEntry) -> Invitation:
    assert staged.welcome is not None
    return Invitation(name, entry.sequence, staged.welcome, staged.ratchet_tree, (entry,))
