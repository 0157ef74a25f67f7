"""What the relay signs under the receipt key that the charter names, and when two such statements convict it (L4)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar, assert_never

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError
from cencomm.ids import (
    CHANNEL_ID_BYTES,
    HASH_BYTES,
    OPERATION_ID_BYTES,
    SEND_ID_BYTES,
    ChannelId,
    OperationId,
    SendId,
)
from cencomm.ledger import labels
from cencomm.ledger.relay_key import RelayKey
from cencomm.ledger.replay import Ledger
from cencomm.primitives import signatures

MAX_STATEMENT_BYTES = 512  # the longest of version 1, a signed receipt, has 254


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerHead:
    """The newest entry of an operation's ledger, as the relay says, at `time` in seconds."""

    operation: OperationId
    sequence: int
    hash: bytes
    time: int

    def encode(self) -> bytes:
        return (
            codec.fixed(self.operation, OPERATION_ID_BYTES)
            + codec.uint(self.sequence, 8)
            + codec.fixed(self.hash, HASH_BYTES)
            + codec.uint(self.time, 8)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LogHead:
    """The newest entry of a channel's log, as the relay says, at `time` in seconds."""

    operation: OperationId
    channel: ChannelId
    generation: int
    sequence: int
    hash: bytes
    time: int

    def encode(self) -> bytes:
        return (
            codec.fixed(self.operation, OPERATION_ID_BYTES)
            + codec.fixed(self.channel, CHANNEL_ID_BYTES)
            + codec.uint(self.generation, 4)
            + codec.uint(self.sequence, 8)
            + codec.fixed(self.hash, HASH_BYTES)
            + codec.uint(self.time, 8)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The relay has this message on disk, at this place, for ever. `epoch`: of the message, or that a Commit ends."""

    operation: OperationId
    channel: ChannelId
    generation: int
    epoch: int
    sequence: int
    hash: bytes
    send_id: SendId
    message_hash: bytes  # SHA-256 of the exact MLSMessage

    def encode(self) -> bytes:
        return (
            codec.fixed(self.operation, OPERATION_ID_BYTES)
            + codec.fixed(self.channel, CHANNEL_ID_BYTES)
            + codec.uint(self.generation, 4)
            + codec.uint(self.epoch, 8)
            + codec.uint(self.sequence, 8)
            + codec.fixed(self.hash, HASH_BYTES)
            + codec.fixed(self.send_id, SEND_ID_BYTES)
            + codec.fixed(self.message_hash, HASH_BYTES)
        )


Statement = LedgerHead | LogHead | Receipt
S_co = TypeVar("S_co", bound=Statement, covariant=True)
S = TypeVar("S", bound=Statement)


@dataclass(frozen=True, slots=True)
class Attested(Generic[S_co]):
    """A statement that verified under the relay's key, with the bytes that prove it to others."""

    statement: S_co
    relay_key: bytes
    encoded: bytes


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Evidence against a relay: freeze the operation, keep both, choose neither (L4)."""

    sentence: str
    first: Attested[Statement]
    second: Attested[Statement]


def sign_statement(key: RelayKey, statement: Statement) -> bytes:
    """SignedStatement, under the label of its kind."""
    content = statement.encode()
    match statement:
        case LedgerHead():
            label = labels.LEDGER_HEAD
        case LogHead():
            label = labels.LOG_HEAD
        case Receipt():
            label = labels.LOG_RECEIPT
        case _:
            assert_never(statement)
    return codec.opaque(content) + codec.opaque(signatures.sign_with_label(key, label, content))


def verify_ledger_head(encoded: bytes, relay_key: bytes) -> Attested[LedgerHead]:
    """The relay of `relay_key` says so; that it is true or the newest, nobody knows from this alone.

    Raises:
        MalformedError: not such a statement.
        BadSignature: this relay did not sign it, or not as a ledger head.
    """
    return _verify(encoded, relay_key, labels.LEDGER_HEAD, _read_ledger_head)


def verify_log_head(encoded: bytes, relay_key: bytes) -> Attested[LogHead]:
    """As `verify_ledger_head`, for the head of a channel's log."""
    return _verify(encoded, relay_key, labels.LOG_HEAD, _read_log_head)


def verify_receipt(encoded: bytes, relay_key: bytes) -> Attested[Receipt]:
    """As `verify_ledger_head`, for a receipt; compare its message hash with what was sent."""
    return _verify(encoded, relay_key, labels.LOG_RECEIPT, _read_receipt)


def contradiction(
    first: Attested[Statement], second: Attested[Statement], *, ledger: Ledger | None = None
) -> Contradiction | None:
    """Why the relay cannot have signed both honestly, or None.

    Only what the relay signed counts: that a coordinator signed an entry which lost the race for its place says
    nothing against anybody. With `ledger`, two ledger heads at different places convict too, when one lies on this
    verified chain and the other beside it.
    """
    a, b = first.statement, second.statement
    if first.relay_key != second.relay_key or a.operation != b.operation:
        return None
    if isinstance(a, LedgerHead) and isinstance(b, LedgerHead):
        sentence = _ledger_sentence(a, b, ledger)
    elif isinstance(a, LogHead | Receipt) and isinstance(b, LogHead | Receipt):
        sentence = _log_sentence(a, b)
    else:
        sentence = None
    return None if sentence is None else Contradiction(sentence, first, second)


def _ledger_sentence(a: LedgerHead, b: LedgerHead, ledger: Ledger | None) -> str | None:
    if a.sequence == b.sequence:
        return None if a.hash == b.hash else f"the relay signed two ledgers that differ at entry {a.sequence}"
    if ledger is None or ledger.operation != a.operation:
        return None
    places = [ledger.hash_at(head.sequence) for head in (a, b)]
    on_chain = [place == head.hash for place, head in zip(places, (a, b), strict=True)]
    if None in places or all(on_chain) or not any(on_chain):
        return None
    return f"the relay signed ledger entries {a.sequence} and {b.sequence} of two histories"


def _log_sentence(a: LogHead | Receipt, b: LogHead | Receipt) -> str | None:
    if (a.channel, a.generation, a.sequence) != (b.channel, b.generation, b.sequence):
        return None
    if a.hash != b.hash:
        return f"the relay signed two logs that differ at entry {a.sequence}"
    if isinstance(a, Receipt) and isinstance(b, Receipt) and a.message_hash != b.message_hash:
        return f"the relay gave receipts for two messages at log entry {a.sequence}"
    return None


def _verify(encoded: bytes, relay_key: bytes, label: bytes, read: Callable[[Reader], S]) -> Attested[S]:
    if len(encoded) > MAX_STATEMENT_BYTES:
        raise MalformedError(f"a statement has at most {MAX_STATEMENT_BYTES} bytes, not {len(encoded)}")
    reader = Reader(encoded)
    content, signature = reader.opaque(), reader.opaque()
    reader.end()
    signatures.verify_with_label(relay_key, label, content, signature)
    return Attested(codec.decode(content, read), relay_key, bytes(encoded))


def _read_ledger_head(reader: Reader) -> LedgerHead:
    return LedgerHead(
        operation=OperationId(reader.fixed(OPERATION_ID_BYTES)),
        sequence=reader.uint(8),
        hash=reader.fixed(HASH_BYTES),
        time=reader.uint(8),
    )


def _read_log_head(reader: Reader) -> LogHead:
    return LogHead(
        operation=OperationId(reader.fixed(OPERATION_ID_BYTES)),
        channel=ChannelId(reader.fixed(CHANNEL_ID_BYTES)),
        generation=reader.uint(4),
        sequence=reader.uint(8),
        hash=reader.fixed(HASH_BYTES),
        time=reader.uint(8),
    )


def _read_receipt(reader: Reader) -> Receipt:
    return Receipt(
        operation=OperationId(reader.fixed(OPERATION_ID_BYTES)),
        channel=ChannelId(reader.fixed(CHANNEL_ID_BYTES)),
        generation=reader.uint(4),
        epoch=reader.uint(8),
        sequence=reader.uint(8),
        hash=reader.fixed(HASH_BYTES),
        send_id=SendId(reader.fixed(SEND_ID_BYTES)),
        message_hash=reader.fixed(HASH_BYTES),
    )
