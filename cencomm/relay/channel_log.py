"""Where a channel's log ends, and what one more entry makes of it (docs/protocol.md section 4)."""

import hashlib
from dataclasses import dataclass, replace

from cencomm.ids import NO_HASH, ChannelId, OperationId
from cencomm.ledger.channel import Generation
from cencomm.ledger.log import LogKind, chain_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """An entry's place in a log: what its receipt says."""

    generation: int
    sequence: int
    epoch: int
    hash: bytes
    message_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Tip:
    """The end of one channel's log in its current generation, and the epoch that its Commits have reached."""

    row: int  # of the channel in the database
    operation: OperationId
    channel: ChannelId
    generation: int
    group_id: bytes
    epoch: int = 0
    epoch_began_at: int = 0  # sequence of the Commit that began the epoch; 0 before the first
    sequence: int = 0
    hash: bytes = NO_HASH
    owes_removal: bool = False  # somebody was revoked since the last Commit: the next one carries it out (C4)
    paused_at: int = 0  # seconds; for `pause` seconds from there on nobody commits who revokes nobody (C7)
    pause: int = 0

    @classmethod
    def empty(cls, row: int, operation: OperationId, channel: ChannelId, generation: Generation) -> "Tip":
        return cls(
            row=row, operation=operation, channel=channel, generation=generation.number, group_id=generation.group_id
        )

    def append(self, kind: LogKind, message: bytes) -> tuple["Tip", Logged]:
        """The log with `message`, whose epoch is the current one, and its place. A Commit ends the epoch."""
        sequence = self.sequence + 1
        message_hash = hashlib.sha256(message).digest()
        digest = chain_hash(self.channel, self.generation, self.hash, sequence, kind, message_hash)
        logged = Logged(
            generation=self.generation,
            sequence=sequence,
            epoch=self.epoch,
            hash=digest,
            message_hash=message_hash,
        )
        tip = replace(self, sequence=sequence, hash=digest)
        if kind is LogKind.COMMIT:
            tip = replace(tip, epoch=self.epoch + 1, epoch_began_at=sequence)
        return tip, logged
