"""Routes of answers to history requests."""

from cencomm.client.transport.calls import PAGE_ANSWER_BYTES, Calls
from cencomm.ids import OperationId
from cencomm.ledger.history_request import RequestId
from cencomm.wire.history import HistoryChunks, HistoryState, PutHistoryChunk


class HistoryRoutes(Calls):
    async def put_history_chunk(self, operation: OperationId, request: RequestId, put: PutHistoryChunk) -> HistoryState:
        """How far the answer goes now. A number that was there already is not replaced."""
        return await self._post(HistoryState, put, *_history_path(operation, request))

    async def history_state(self, operation: OperationId, request: RequestId) -> HistoryState:
        return await self._get(HistoryState, *_history_path(operation, request))

    async def history_chunks(self, operation: OperationId, request: RequestId, *, after: int) -> HistoryChunks:
        """Those behind number `after`, -1 for all. Ask again while it is not complete.

        Raises:
            NotFound: nobody has answered yet, or what was there has expired.
        """
        path = (*_history_path(operation, request), "chunks")
        return await self._get(HistoryChunks, *path, query={"after": str(after)}, most=PAGE_ANSWER_BYTES)

    async def drop_history(self, operation: OperationId, request: RequestId) -> None:
        await self._do("DELETE", None, *_history_path(operation, request))


def _history_path(operation: OperationId, request: RequestId) -> tuple[str, ...]:
    return ("operations", operation.hex(), "history", request.hex())
