"""What a server holds of a log, by place: messages with what proves them, and why it lacks the others."""

from collections.abc import Mapping
from typing import Protocol

from cencomm import codec
from cencomm.client.events import ControlDelivered, MessageDelivered, Place
from cencomm.client.vault.journal import decode_message, decode_quarantined, message_key, quarantine_key
from cencomm.client.vault.state_store import StateStore, Writes
from cencomm.codec import decode
from cencomm.forms.control import ControlKind
from cencomm.ids import HASH_BYTES, NO_HASH, ChannelId, OperationId
from cencomm.ledger.certificate import MAX_CERTIFICATE_BYTES
from cencomm.ledger.history_items import Absent, Item, Missing, Opened

WINDOW_ENTRIES = 100  # looked up at once: the places in a store that differ in the last two digits

_CONTROL_PREFIX = "history-control/"
_NOT_KEPT, _REPEATED = b"", b"repeated"  # in the place of a control message, which is longer
_KEPT_KINDS = frozenset(
    {
        ControlKind.HEARTBEAT,
        ControlKind.HISTORY_REQUEST,
        ControlKind.ACKNOWLEDGEMENT,
        ControlKind.RELEASE_DECISION,
    }
)


class Holdings(Protocol):
    async def held(
        self, operation: OperationId, channel: ChannelId, generation: int, *, window: int
    ) -> Mapping[int, Item]:
        """What is held of entries 100 `window` to 100 `window` + 99, by sequence. Commits are not in it.

        Raises:
            Unavailable: it cannot be looked up now.
        """
        ...


class StoredHoldings:
    """Of a member whose messages lie in its state store, as an officer's and a coordinator's do."""

    def __init__(self, store: StateStore) -> None:
        self._store = store

    async def held(
        self, operation: OperationId, channel: ChannelId, generation: int, *, window: int
    ) -> Mapping[int, Item]:
        items: dict[int, Item] = {}
        first = _first_place(operation, channel, generation, window)
        for key, value in await self._store.scan(quarantine_key(first)[:-2]):
            items[_sequence(key)] = Absent(_sequence(key), Missing.SET_ASIDE, decode_quarantined(value).reason.value)
        items.update(await held_controls(self._store, operation, channel, generation, window=window))
        for key, value in await self._store.scan(message_key(first)[:-2]):
            items[_sequence(key)] = opened(decode_message(value))
        return items


def opened(event: MessageDelivered | ControlDelivered) -> Opened:
    return Opened(
        sequence=event.place.sequence,
        certificate=event.certificate,
        salt=event.salt,
        signed=event.signed.encode(),
    )


def control_writes(event: ControlDelivered) -> Writes:
    """What shows later that the entry held a control message, and nothing that was left out.

    Of kinds that may carry secrets of the unit no copy is kept: a code that was withdrawn is gone.
    """
    if event.control.kind not in _KEPT_KINDS:
        return {_control_key(event.place): _NOT_KEPT}
    value = codec.concat(
        [codec.opaque(event.certificate), codec.fixed(event.salt, HASH_BYTES), codec.opaque(event.signed.encode())]
    )
    return {_control_key(event.place): value}


def repeated_writes(place: Place) -> Writes:
    """The entry says nothing that an earlier one does not."""
    return {_control_key(place): _REPEATED}


async def held_controls(
    store: StateStore, operation: OperationId, channel: ChannelId, generation: int, *, window: int
) -> Mapping[int, Item]:
    """The control messages of a window, which every server keeps in its state store."""
    prefix = _control_key(_first_place(operation, channel, generation, window))[:-2]

    def read(reader: codec.Reader) -> tuple[bytes, bytes, bytes]:
        return reader.opaque(most=MAX_CERTIFICATE_BYTES), reader.fixed(HASH_BYTES), reader.opaque()

    found: dict[int, Item] = {}
    for key, value in await store.scan(prefix):
        sequence = _sequence(key)
        if value == _NOT_KEPT:
            found[sequence] = Absent(sequence, Missing.NOT_HELD, "control_message")
            continue
        if value == _REPEATED:
            found[sequence] = Absent(sequence, Missing.REPEATED)
            continue
        certificate, salt, signed = decode(value, read)
        found[sequence] = Opened(sequence=sequence, certificate=certificate, salt=salt, signed=signed)
    return found


def _control_key(place: Place) -> str:
    return _CONTROL_PREFIX + message_key(place).removeprefix("message/")


def _sequence(key: str) -> int:
    return int(key.rpartition("/")[2])


def _first_place(operation: OperationId, channel: ChannelId, generation: int, window: int) -> Place:
    """Its keys without their last two digits are what the keys of the window begin with."""
    return Place(
        operation=operation,
        channel=channel,
        generation=generation,
        sequence=window * WINDOW_ENTRIES,
        log_hash=NO_HASH,
        epoch=0,
    )
