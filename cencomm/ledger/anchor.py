"""The anchor: where a message stands in the ledger and in the log, under the sender's MLS signature (rule C1).

It is the `authenticated_data` of each Commit and application message and the one GroupInfo extension, so members who
hold different ledgers or logs cannot read on without noticing.
"""

from dataclasses import dataclass

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError
from cencomm.ids import CHANNEL_ID_BYTES, HASH_BYTES, NO_HASH, OPERATION_ID_BYTES, ChannelId, OperationId
from cencomm.ledger.kinds import read_kind
from cencomm.ledger.log import LogKind

LABEL = b"cencomm anchor 1"
ANCHOR_BYTES = 181
GROUP_INFO_EXTENSION = 0xF0CE  # RFC 9420 section 17.3: 0xF000-0xFFFF are for private use


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """What a sender stood on. In a Commit `ledger_*` is the head that it enacts; else the newest that the sender held.

    `log_*` is the newest log entry that the sender had processed, 0 and zeros before the first. `commitment` is to
    the envelope of an application message (S7), zeros in Commits.
    """

    kind: LogKind
    operation: OperationId
    channel: ChannelId
    generation: int
    ledger_sequence: int
    ledger_hash: bytes
    log_sequence: int
    log_hash: bytes
    commitment: bytes = NO_HASH

    def encode(self) -> bytes:
        return (
            LABEL
            + codec.uint(self.kind, 1)
            + codec.fixed(self.operation, OPERATION_ID_BYTES)
            + codec.fixed(self.channel, CHANNEL_ID_BYTES)
            + codec.uint(self.generation, 4)
            + codec.uint(self.ledger_sequence, 8)
            + codec.fixed(self.ledger_hash, HASH_BYTES)
            + codec.uint(self.log_sequence, 8)
            + codec.fixed(self.log_hash, HASH_BYTES)
            + codec.fixed(self.commitment, HASH_BYTES)
        )


def decode_anchor(data: bytes) -> Anchor:
    """The anchor that exactly `data` encodes; whether it is right for its place is judged in `anchor_rules`.

    Raises:
        MalformedError: anything else, trailing bytes included.
    """
    reader = Reader(data)
    if reader.fixed(len(LABEL)) != LABEL:
        raise MalformedError("not an anchor of version 1")
    anchor = Anchor(
        kind=read_kind(reader, LogKind),
        operation=OperationId(reader.fixed(OPERATION_ID_BYTES)),
        channel=ChannelId(reader.fixed(CHANNEL_ID_BYTES)),
        generation=reader.uint(4),
        ledger_sequence=reader.uint(8),
        ledger_hash=reader.fixed(HASH_BYTES),
        log_sequence=reader.uint(8),
        log_hash=reader.fixed(HASH_BYTES),
        commitment=reader.fixed(HASH_BYTES),
    )
    reader.end()
    if anchor.kind is LogKind.COMMIT and anchor.commitment != NO_HASH:
        raise MalformedError("a Commit commits to no envelope")
    if anchor.log_sequence == 0 and anchor.log_hash != NO_HASH:
        raise MalformedError("before the first log entry there is no hash")
    return anchor
