"""What the node knows of its operations, read from its store while it may be running."""

from collections.abc import Mapping

from cencomm.client.operation.operation import Operation, restore_operation
from cencomm.ids import OPERATION_ID_BYTES, OperationId, from_hex
from cencomm.node.store import NodeStore

_PREFIX = "operation/"


async def known_operations(store: NodeStore) -> Mapping[OperationId, Operation]:
    """Each operation with its ledger, every entry verified again.

    Raises:
        ProtocolError: the store holds something else.
    """
    values: dict[OperationId, dict[str, bytes]] = {}
    for key, value in await store.scan(_PREFIX):
        operation, _, rest = key.removeprefix(_PREFIX).partition("/")
        values.setdefault(OperationId(from_hex(operation, length=OPERATION_ID_BYTES)), {})[rest] = value
    return {operation: restore_operation(operation, found) for operation, found in values.items()}
