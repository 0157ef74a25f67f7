"""How far this account believed an operation's ledger, on any of its computers (rule L2).

A pin at entry 0 is the operation id itself: it marks an operation that one asked to join and knows nothing else of.
"""

from collections.abc import Mapping

from cencomm.client.account.remote_vault import decode_pin, encode_pin
from cencomm.client.channel.errors import RolledBack
from cencomm.client.vault.state_store import StateStore, Writes
from cencomm.ids import OperationId
from cencomm.ledger.replay import Pin

PREFIX = "pin/"


def first_pin(operation: OperationId) -> Pin:
    """What an access letter alone says."""
    return Pin(operation, 0, operation)


def pin_writes(pin: Pin) -> Writes:
    return {PREFIX + pin.operation.hex(): encode_pin(pin)}


async def load_pins(store: StateStore) -> dict[OperationId, Pin]:
    pins = [decode_pin(value) for _, value in await store.scan(PREFIX)]
    return {pin.operation: pin for pin in pins}


def newest(*pins: Mapping[OperationId, Pin]) -> dict[OperationId, Pin]:
    """Of each operation the pin that says most.

    Raises:
        RolledBack: two of them name one entry with two hashes.
    """
    found: dict[OperationId, Pin] = {}
    for pin in (pin for some in pins for pin in some.values()):
        other = found.get(pin.operation, pin)
        if other.sequence == pin.sequence and other.hash != pin.hash:
            raise RolledBack("two of your computers were shown different ledgers: tell the coordination unit")
        found[pin.operation] = max(pin, other, key=lambda one: one.sequence)
    return found
