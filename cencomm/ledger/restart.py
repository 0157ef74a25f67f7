"""A channel goes on in a new group after its old one failed (rule C11; docs/protocol.md section 3.2).

A relay cannot see that a Commit is faulty. Members that cannot follow it say so, a coordinator signs where the old log
is cut, and from that entry on the ledger names another group.
"""

from dataclasses import dataclass
from typing import ClassVar

from cencomm import codec
from cencomm.codec import Reader
from cencomm.ids import CHANNEL_ID_BYTES, HASH_BYTES, NO_HASH, ChannelId
from cencomm.ledger.kinds import EntryType, RestartReason, read_kind
from cencomm.ledger.refusal import LedgerRefused
from cencomm.primitives import signatures

GROUP_ID_BYTES = 32
MAX_REJECTERS = 32  # two are reason enough, more are for people to read; all rejections stay at the relay
MIN_REJECTERS = 2  # C11: so that nobody alone stops a channel
FOLLOWS_A_COMMIT = frozenset({RestartReason.DOES_NOT_PROCESS, RestartReason.REJECTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """The next generation of a channel. Whom it names is guilty of nothing: one of them saw what others did not.

    Entries of the old generation's log count up to `cut_sequence`, whose log hash is `cut_hash`; behind it their
    authors send their envelopes again.
    """

    type: ClassVar = EntryType.RESTART

    channel: ChannelId
    old_generation: int
    old_group_id: bytes
    cut_sequence: int
    cut_hash: bytes
    reason: RestartReason
    generation: int
    group_id: bytes
    committer: bytes | None  # identity key; None also when the Commit does not tell: its sender may be forged
    rejecters: tuple[bytes, ...]  # identity keys

    def encode(self) -> bytes:
        committer = None if self.committer is None else codec.fixed(self.committer, signatures.PUBLIC_KEY_BYTES)
        return (
            codec.fixed(self.channel, CHANNEL_ID_BYTES)
            + codec.uint(self.old_generation, 4)
            + codec.fixed(self.old_group_id, GROUP_ID_BYTES)
            + codec.uint(self.cut_sequence, 8)
            + codec.fixed(self.cut_hash, HASH_BYTES)
            + codec.uint(self.reason, 1)
            + codec.uint(self.generation, 4)
            + codec.fixed(self.group_id, GROUP_ID_BYTES)
            + codec.optional(committer)
            + codec.vector(codec.fixed(rejecter, signatures.PUBLIC_KEY_BYTES) for rejecter in self.rejecters)
        )

    @property
    def named(self) -> frozenset[bytes]:
        """The identity keys of everybody whom the entry names."""
        return frozenset(self.rejecters) | (frozenset() if self.committer is None else {self.committer})


def read_restart(reader: Reader) -> Restart:
    return Restart(
        channel=ChannelId(reader.fixed(CHANNEL_ID_BYTES)),
        old_generation=reader.uint(4),
        old_group_id=reader.fixed(GROUP_ID_BYTES),
        cut_sequence=reader.uint(8),
        cut_hash=reader.fixed(HASH_BYTES),
        reason=read_kind(reader, RestartReason),
        generation=reader.uint(4),
        group_id=reader.fixed(GROUP_ID_BYTES),
        committer=reader.optional(_read_identity_key),
        rejecters=reader.vector(_read_identity_key, most=MAX_REJECTERS * signatures.PUBLIC_KEY_BYTES),
    )


def judge_restart(body: Restart) -> None:
    """The entry agrees with itself; the channel and the people in it, the ledger knows.

    Raises:
        LedgerRefused: its cut is no place in a log, or it names people whom its reason has no part for.
    """
    if (body.cut_sequence == 0) != (body.cut_hash == NO_HASH):
        raise LedgerRefused("C11", "a cut has the hash of its log entry, and none before the first")
    if len(set(body.rejecters)) != len(body.rejecters):
        raise LedgerRefused("C11", "a rejecter stands twice in the restart")
    if body.reason not in FOLLOWS_A_COMMIT and body.named:
        raise LedgerRefused("C11", "a restart for which no Commit is the reason names nobody")
    if body.reason is RestartReason.REJECTED and len(body.rejecters) < MIN_REJECTERS:
        raise LedgerRefused("C11", f"a restart for rejections names at least {MIN_REJECTERS} who reject")


def _read_identity_key(reader: Reader) -> bytes:
    return reader.fixed(signatures.PUBLIC_KEY_BYTES)
