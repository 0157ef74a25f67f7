"""Where a member writes down what it took in: its new state and what it learned, in one durable transaction.

An officer's journal keeps messages beside the state in the sealed vault. A node's journal is the node's database: the
consumer's record, the MLS state and the cursor are one transaction, so a crash can neither lose nor double a record.
"""

from collections.abc import Sequence
from typing import Protocol, TypeAlias

from cencomm import codec
from cencomm.client.events import ChannelStalled, ControlDelivered, Event, MessageDelivered, Place, Quarantined, Reason
from cencomm.client.vault.replies import reply_writes
from cencomm.client.vault.state_store import StateStore, Writes
from cencomm.codec import Reader
from cencomm.errors import MalformedError
from cencomm.forms.envelope import SignedEnvelope
from cencomm.forms.payload import SALT_BYTES
from cencomm.ids import (
    ACCOUNT_ID_BYTES,
    CHANNEL_ID_BYTES,
    HASH_BYTES,
    OPERATION_ID_BYTES,
    AccountId,
    ChannelId,
    OperationId,
)
from cencomm.ledger.certificate import verify_certificate

COUNT_KEY = "message-count"
NUMBER_PREFIX = "message-number/"
_FROM_HISTORY_PREFIX = "message-history/"


Fetched: TypeAlias = MessageDelivered | ControlDelivered | Quarantined
"""What is kept of history: messages, decisions about releases, and what a server gave for one that was none."""


class Journal(Protocol):
    """A state store that also takes events."""

    @property
    def store(self) -> StateStore: ...

    async def record(self, writes: Writes, *events: Event, expected_version: int) -> int:
        """State and events, in their order: all or nothing.

        Returns:
            The store's new version.

        Raises:
            StaleStore, Unavailable: nothing was changed; the same entries are taken again later.
        """
        ...

    async def record_history(self, writes: Writes, fetched: Sequence[Fetched], *, expected_version: int) -> int:
        """State and what a server of history gave, in the order of the log, all of it or nothing; else as `record`."""
        ...


class VaultJournal:
    """The officer's: delivered and set-aside messages become values of the same store."""

    def __init__(self, store: StateStore) -> None:
        self._store = store
        self._numbers: dict[Place, int] = {}

    @property
    def store(self) -> StateStore:
        return self._store

    def number_of(self, place: Place) -> int:
        """The number of a message that came in the transaction before: for whoever is told of it now."""
        return self._numbers[place]

    async def record(self, writes: Writes, *events: Event, expected_version: int) -> int:
        kept: dict[str, bytes | None] = dict(writes)
        messages = [event for event in events if isinstance(event, MessageDelivered)]
        number = int.from_bytes(await self._store.get(COUNT_KEY) or b"", "big") if messages else 0
        numbers: dict[Place, int] = {}
        for event in events:
            match event:
                case MessageDelivered():
                    number += 1
                    numbers[event.place] = number
                    kept[message_key(event.place)] = encode_message(event)
                    kept |= {**_number_writes(number, event.place), **reply_writes(event, number)}
                case Quarantined() | ChannelStalled():
                    kept[quarantine_key(event.place)] = encode_quarantined(event)
                case _:
                    pass
        version = await self._store.apply(kept, expected_version=expected_version)
        self._numbers = numbers
        return version

    async def record_history(self, writes: Writes, fetched: Sequence[Fetched], *, expected_version: int) -> int:
        """Numbered after what is here already, so that no number that somebody wrote down changes its meaning."""
        kept: dict[str, bytes | None] = dict(writes)
        number = int.from_bytes(await self._store.get(COUNT_KEY) or b"", "big")
        for one in fetched:
            if isinstance(one, Quarantined):
                kept[quarantine_key(one.place)] = encode_quarantined(one)
            if not isinstance(one, MessageDelivered):
                continue  # what a decision changes stands in `writes`
            number += 1
            kept |= {**_number_writes(number, one.place), from_history_key(number): b""}
            kept[message_key(one.place)] = encode_message(one)
        return await self._store.apply(kept, expected_version=expected_version)


def _number_writes(number: int, place: Place) -> Writes:
    """Messages count 1, 2, 3 … as this mailbox takes them in, whatever channel they come from."""
    return {COUNT_KEY: codec.uint(number, 8), number_key(number): message_key(place).encode()}


def message_prefix(operation: OperationId) -> str:
    return f"message/{operation.hex()}/"


def message_key(place: Place) -> str:
    """Sorts by channel, generation and place in the log."""
    return f"{message_prefix(place.operation)}{place.channel.hex()}/{place.generation:08d}/{place.sequence:016d}"


def from_history_key(number: int) -> str:
    """There for a message that came as history and not when it was said."""
    return f"{_FROM_HISTORY_PREFIX}{number:012d}"


def number_key(number: int) -> str:
    """Where a VaultJournal says under which `message_key` its message `number` lies."""
    return f"{NUMBER_PREFIX}{number:012d}"


def quarantine_key(place: Place) -> str:
    return "quarantine" + message_key(place).removeprefix("message")


def encode_message(event: MessageDelivered) -> bytes:
    """Everything that proves the message later: place in the log, certificate, salt, signed bytes."""
    return codec.concat(
        [
            _encode_place(event.place),
            codec.opaque(event.certificate),
            codec.fixed(event.salt, SALT_BYTES),
            codec.opaque(event.signed.encode()),
            codec.uint(event.own, 1),
            codec.uint(event.author_revoked, 1),
        ]
    )


def decode_message(data: bytes) -> MessageDelivered:
    """Raises ProtocolError for anything that `encode_message` does not write; signatures are verified again."""
    return codec.decode(data, _message)


def _message(reader: Reader) -> MessageDelivered:
    place, certificate_bytes = _place(reader), reader.opaque()
    salt, signed = reader.fixed(SALT_BYTES), SignedEnvelope.decode(reader.opaque())
    own, author_revoked = reader.uint(1), reader.uint(1)
    certificate = verify_certificate(certificate_bytes)
    return MessageDelivered(
        place=place,
        account=certificate.account,
        identity_key=certificate.identity_key,
        certificate=certificate_bytes,
        salt=salt,
        signed=signed,
        envelope=signed.verify(certificate.signature_key),
        own=bool(own),
        author_revoked=bool(author_revoked),
    )


def decode_quarantined(data: bytes) -> Quarantined:
    """Raises MalformedError for anything that a VaultJournal does not write."""

    def read(reader: Reader) -> Quarantined:
        place, reason, detail = _place(reader), reader.opaque().decode(), reader.opaque().decode()
        account = reader.optional(lambda inner: AccountId(inner.fixed(ACCOUNT_ID_BYTES)))
        return Quarantined(place=place, reason=Reason(reason), detail=detail, message=reader.opaque(), account=account)

    try:
        return codec.decode(data, read)
    except ValueError:
        raise MalformedError("not a message that was set aside") from None


def encode_quarantined(event: Quarantined | ChannelStalled) -> bytes:
    if isinstance(event, ChannelStalled):
        reason, account, evidence = Reason.BAD_COMMIT, None, event.commit_hash
    else:
        reason, account, evidence = event.reason, event.account, event.message
    return codec.concat(
        [
            _encode_place(event.place),
            codec.opaque(reason.encode()),
            codec.opaque(event.detail.encode()),
            codec.optional(account),
            codec.opaque(evidence),
        ]
    )


def _encode_place(place: Place) -> bytes:
    return codec.concat(
        [
            codec.fixed(place.operation, OPERATION_ID_BYTES),
            codec.fixed(place.channel, CHANNEL_ID_BYTES),
            codec.uint(place.generation, 4),
            codec.uint(place.sequence, 8),
            codec.fixed(place.log_hash, HASH_BYTES),
            codec.uint(place.epoch, 8),
        ]
    )


def _place(reader: Reader) -> Place:
    return Place(
        operation=OperationId(reader.fixed(OPERATION_ID_BYTES)),
        channel=ChannelId(reader.fixed(CHANNEL_ID_BYTES)),
        generation=reader.uint(4),
        sequence=reader.uint(8),
        log_hash=reader.fixed(HASH_BYTES),
        epoch=reader.uint(8),
    )
