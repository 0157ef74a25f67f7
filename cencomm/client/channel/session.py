"""A device's place in one channel: the MLS group, how far the log was processed, what is on its way.

Immutable: receiving, sending and enacting (in their own modules) return a new ChannelSession, and the shell adopts it
once its writes are on disk. A failure leaves the session as it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from hashlib import sha256
from types import MappingProxyType
from typing import TypeAlias

from cencomm import codec
from cencomm.client.channel.leaves import leaf_views
from cencomm.client.channel.outbox import Attempt, OutboxRow, decode_outbox_row
from cencomm.client.vault.state_store import Writes
from cencomm.codec import Reader
from cencomm.errors import MalformedError
from cencomm.ids import HASH_BYTES, ChannelId, OperationId, SendId
from cencomm.ledger.views import LeafView
from cencomm.mls.group import Group, restore_group
from cencomm.primitives.signatures import SigningKey

ChannelKey: TypeAlias = tuple[OperationId, ChannelId]

PREFIX = "channel/"
MUST_COMMIT = "must-commit"  # the row is there while it is so
NO_ROWS: Mapping[bytes, OutboxRow] = MappingProxyType({})


class Standing(IntEnum):
    """What this device can still do in the channel."""

    LIVE = 1
    REMOVED = 2  # our leaf is gone
    STALLED = 3  # the next Commit breaks a rule: the unit restarts the channel (C11)
    ENDED = 4  # a restart ended the group: a Welcome to the next generation's is waited for (C11)
    STRANDED = 5  # our own leaf committed and we did not, so our state is dead: the members add us again (C10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A Commit of ours that was saved and may have left; it takes effect when the log shows it (S3).

    Kept whole, Welcome and tree included, until the epoch is over: a retry sends the same bytes, and a Commit that we
    forgot but the relay accepted would end our state (C10).
    """

    send_id: SendId
    group: Group
    message: bytes
    welcome: bytes | None
    ratchet_tree: bytes | None
    ledger_sequence: int  # the head that it enacts
    restored: bool = False  # read from a store: somebody may have sent in its epoch already (D5)

    @property
    def message_hash(self) -> bytes:
        return sha256(self.message).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSession:
    """State after log entry `sequence`, whose chain hash is `log_hash`.

    `epoch_began_at` is the log sequence of the Commit that began the epoch (0: nobody committed yet), `judged_at` the
    ledger sequence that this Commit enacts: the head at which the epoch's members were entitled (C12). `must_commit`:
    nothing is encrypted before a Commit of ours that was made since the mailbox was opened (D5, `Opening`). A
    store keeps it for those that outlast their opening.
    """

    operation: OperationId
    channel: ChannelId
    generation: int
    group: Group
    sequence: int
    log_hash: bytes
    epoch_began_at: int
    judged_at: int
    standing: Standing = Standing.LIVE
    staged: Staged | None = None
    outbox: Mapping[bytes, OutboxRow] = field(default_factory=lambda: NO_ROWS)  # pending rows by message hash
    must_commit: bool = False

    def leaves(self) -> tuple[LeafView, ...]:
        """The group's leaves as the ledger's rules look at them."""
        return tuple(leaf_views(self.group))

    def after(self, sequence: int, log_hash: bytes) -> "ChannelSession":
        return replace(self, sequence=sequence, log_hash=log_hash)

    def without_staged(self) -> "ChannelSession":
        return replace(self, staged=None)


# How a session lies in a state store: small values that change with every message apart from large ones that change
# with Commits only, so that a message costs one small write whatever the size of the group.


def prefix(operation: OperationId, channel: ChannelId, generation: int) -> str:
    return f"{PREFIX}{operation.hex()}/{channel.hex()}/{generation}/"


def log_hash_key(session: ChannelSession, sequence: int) -> str:
    """Where a store keeps our chain hash at one entry of the current epoch."""
    return f"{prefix(session.operation, session.channel, session.generation)}hash/{sequence}"


def log_head_key(session: ChannelSession) -> str:
    """Where a store keeps the newest log head that the relay signed, and under it the evidence of a contradiction."""
    return f"{prefix(session.operation, session.channel, session.generation)}head"


def session_writes(before: ChannelSession | None, after: ChannelSession) -> Writes:
    """What a store must apply, in one transaction, to hold `after` where it held `before`."""
    at = prefix(after.operation, after.channel, after.generation)
    writes: dict[str, bytes | None] = {at + "position": _encode_position(after)}
    if before is None or before.group is not after.group:
        writes[at + "private"] = after.group.encode_private()
    if before is None or before.group.tree is not after.group.tree or before.group.epoch != after.group.epoch:
        writes[at + "public"] = after.group.encode_public()
    if after.must_commit != (before is not None and before.must_commit):
        writes[at + MUST_COMMIT] = b"" if after.must_commit else None
    if (before.staged if before else None) is not after.staged:
        writes[at + "staged"] = None if after.staged is None else _encode_staged(after.staged)
    known = before.outbox if before else NO_ROWS
    for message_hash, row in after.outbox.items():
        if message_hash not in known:
            writes[f"{at}outbox/{row.send_id.hex()}/{row.epoch}"] = row.encode()
    for message_hash, row in known.items():
        if message_hash not in after.outbox:  # settled: in the log, or dead
            writes[f"{at}outbox/{row.send_id.hex()}/{row.epoch}"] = None
    return writes


def restore_session(
    operation: OperationId,
    channel: ChannelId,
    generation: int,
    values: Mapping[str, bytes],
    signing_key: SigningKey,
) -> ChannelSession:
    """The session that lies in a store under `prefix`; the keys of `values` come without it.

    Raises:
        MalformedError: the store was written by something else; its seals are checked before we get here.
    """
    try:
        position, public, private = values["position"], values["public"], values["private"]
    except KeyError as error:
        raise MalformedError(f"the store lacks {error.args[0]!r} of a channel") from None
    group = restore_group(public, private, signing_key)
    sequence, log_hash, epoch_began_at, judged_at, standing = codec.decode(position, _position)
    rows = [decode_outbox_row(value) for key, value in values.items() if key.startswith("outbox/")]
    staged = values.get("staged")
    return ChannelSession(
        operation=operation,
        channel=channel,
        generation=generation,
        group=group,
        sequence=sequence,
        log_hash=log_hash,
        epoch_began_at=epoch_began_at,
        judged_at=judged_at,
        standing=standing,
        staged=None if staged is None else codec.decode(staged, lambda reader: _staged(reader, signing_key)),
        outbox={row.message_hash: row for row in rows if row.attempt is Attempt.PENDING},
        must_commit=MUST_COMMIT in values,
    )


def _encode_position(session: ChannelSession) -> bytes:
    return codec.concat(
        [
            codec.uint(session.sequence, 8),
            codec.fixed(session.log_hash, HASH_BYTES),
            codec.uint(session.epoch_began_at, 8),
            codec.uint(session.judged_at, 8),
            codec.uint(session.standing, 1),
        ]
    )


def _position(reader: Reader) -> tuple[int, bytes, int, int, Standing]:
    sequence, log_hash = reader.uint(8), reader.fixed(HASH_BYTES)
    epoch_began_at, judged_at, standing = reader.uint(8), reader.uint(8), reader.uint(1)
    if standing not in set(Standing):
        raise MalformedError(f"there is no standing {standing}")
    return sequence, log_hash, epoch_began_at, judged_at, Standing(standing)


def _encode_staged(staged: Staged) -> bytes:
    return codec.concat(
        [
            codec.fixed(staged.send_id, 16),
            codec.opaque(staged.group.encode_public()),
            codec.opaque(staged.group.encode_private()),
            codec.opaque(staged.message),
            codec.optional(None if staged.welcome is None else codec.opaque(staged.welcome)),
            codec.optional(None if staged.ratchet_tree is None else codec.opaque(staged.ratchet_tree)),
            codec.uint(staged.ledger_sequence, 8),
        ]
    )


def _staged(reader: Reader, signing_key: SigningKey) -> Staged:
    return Staged(
        send_id=SendId(reader.fixed(16)),
        group=restore_group(reader.opaque(), reader.opaque(), signing_key),
        message=reader.opaque(),
        welcome=reader.optional(Reader.opaque),
        ratchet_tree=reader.optional(Reader.opaque),
        ledger_sequence=reader.uint(8),
        restored=True,
    )
