"""Routes of answers to history requests."""

from cencomm.client.transport.calls import PAGE_ANSWER_BYTES, Calls
from cencomm.ids import AccountId, OperationId, RequestId
from cencomm.wire.history import HistoryChunks, HistoryState, HistoryTaken, PutHistoryChunk


class HistoryRoutes(Calls):
    async def put_history_chunk(self, operation: OperationId, request: RequestId, put: PutHistoryChunk) -> HistoryState:
        """How far the answers go now. A number that was there already is not replaced."""
        return await self._post(HistoryState, put, *_history_path(operation, request))

    async def history_state(
        self, operation: OperationId, request: RequestId, *, account: AccountId, after: int
    ) -> HistoryState:
        """What there is behind log entry `after` for the request of that account."""
        query = {"account": account.hex(), "after": str(after)}
        return await self._get(HistoryState, *_history_path(operation, request), query=query)

    async def history_chunks(self, operation: OperationId, request: RequestId, *, first: int) -> HistoryChunks:
        """What answers for the entries from `first` on, as far as there is no gap now."""
        path = (*_history_path(operation, request), "chunks")
        return await self._get(HistoryChunks, *path, query={"first": str(first)}, most=PAGE_ANSWER_BYTES)

    async def take_history(self, operation: OperationId, request: RequestId, *, last: int) -> None:
        """All up to entry `last` has an answer here: what answered for it need not be kept."""
        await self._do("POST", HistoryTaken(last=last), *_history_path(operation, request), "taken")

    async def refuse_history(self, operation: OperationId, request: RequestId, server: AccountId) -> None:
        """Nothing (more) of that server is wanted for this request."""
        await self._do("DELETE", None, *_history_path(operation, request), "answers", server.hex())

    async def drop_history(self, operation: OperationId, request: RequestId) -> None:
        """Nothing more is wanted for this request."""
        await self._do("DELETE", None, *_history_path(operation, request))


def _history_path(operation: OperationId, request: RequestId) -> tuple[str, ...]:
    return ("operations", operation.hex(), "history", request.hex())
