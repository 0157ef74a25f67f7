"""What each kind of control message changes here: kind -> writes, durable together with the state that took it in.

A kind that this program does not know changes nothing: a newer program may say it to its like (docs/protocol.md 6.1).
"""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from cencomm.client.channel.acknowledgements import take_acknowledgement
from cencomm.client.channel.freshness import take_heartbeat
from cencomm.client.events import ControlDelivered
from cencomm.client.history.jobs import take_request as take_history_request
from cencomm.client.operation.operation import Operation
from cencomm.client.releases.decisions import take_decision
from cencomm.client.unit.channel_requests import take_channel_request
from cencomm.client.unit.codes import take_codes
from cencomm.client.unit.cosignature_requests import take_answer, take_cosignature_request
from cencomm.client.vault.state_store import StateStore, Writes
from cencomm.forms.control import ControlKind

Taker = Callable[[StateStore, Operation, ControlDelivered], Awaitable[Writes]]
"""Judges the body and says what to keep. Raises ProtocolError for a body that is none of its kind: it is set aside."""

TAKERS: Mapping[int, Taker] = MappingProxyType(
    {
        ControlKind.HEARTBEAT: take_heartbeat,
        ControlKind.HISTORY_REQUEST: take_history_request,
        ControlKind.ACKNOWLEDGEMENT: take_acknowledgement,
        ControlKind.ENROLMENT_CODES: take_codes,
        ControlKind.COSIGNATURE_REQUEST: take_cosignature_request,
        ControlKind.COSIGNATURE: take_answer,
        ControlKind.RELEASE_DECISION: take_decision,
        ControlKind.CHANNEL_REQUEST: take_channel_request,
    }
)


async def take_control(
    store: StateStore, operation: Operation, event: ControlDelivered, takers: Mapping[int, Taker] = TAKERS
) -> Writes:
    """What a store must apply, with the state, for `event` to have been taken in once.

    Raises:
        ProtocolError: the body is none of its kind.
    """
    taker = takers.get(event.control.kind)
    return {} if taker is None else await taker(store, operation, event)
