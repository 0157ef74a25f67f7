"""Routes of ledgers, names, enrolments, and what coordinators see."""

from msgspec.structs import replace

from cencomm.client.transport.calls import LIST_ANSWER_BYTES, PAGE_ANSWER_BYTES, Calls
from cencomm.ids import AccountId, OperationId
from cencomm.wire.devices import FurtherDevices
from cencomm.wire.enrolments import Enrol, Enrolments
from cencomm.wire.foundings import FoundingAnswer
from cencomm.wire.limits import MAX_BODY_BYTES
from cencomm.wire.locks import Locks
from cencomm.wire.operations import (
    Appended,
    AppendEntry,
    BlobsAnswer,
    CreateOperation,
    GiveBack,
    LedgerPage,
    OperationHead,
    Operations,
    WrapsAnswer,
)
from cencomm.wire.resets import OfferReset


class OperationRoutes(Calls):
    async def locks(self, operation: OperationId) -> Locks:
        return await self._get(Locks, "operations", operation.hex(), "locks", most=LIST_ANSWER_BYTES)

    async def lift_lock(self, operation: OperationId, account: AccountId) -> None:
        await self._do("DELETE", None, "operations", operation.hex(), "locks", account.hex())

    async def offer_reset(self, operation: OperationId, request: OfferReset) -> None:
        await self._do("POST", request, "operations", operation.hex(), "resets")

    async def leave_founding_answer(self, slot: bytes, request: FoundingAnswer) -> None:
        await self._do("PUT", request, "founding-answers", slot.hex())

    async def founding_answer(self, slot: bytes) -> FoundingAnswer:
        """Raises NotFound while nobody has answered."""
        return await self._get(FoundingAnswer, "founding-answers", slot.hex())

    async def create_operation(self, request: CreateOperation) -> OperationHead:
        return await self._post(OperationHead, request, "operations")

    async def operations(self) -> Operations:
        return await self._get(Operations, "operations", most=LIST_ANSWER_BYTES)

    async def ledger(self, operation: OperationId, *, after: int) -> LedgerPage:
        """Entries after sequence `after`; -1 for all. Ask again while the head is further."""
        query = {"after": str(after)}
        return await self._get(LedgerPage, "operations", operation.hex(), "ledger", query=query, most=PAGE_ANSWER_BYTES)

    async def append(self, operation: OperationId, request: AppendEntry) -> Appended:
        path = ("operations", operation.hex(), "ledger")
        keeper, commit = self._keeper, request.commit
        if keeper is None or commit is None:
            return await self._post(Appended, request, *path)
        return await keeper.carry(
            lambda state: self._post(
                Appended, replace(request, commit=replace(commit, mailbox=state)), *path, carried=True
            )
        )

    async def give_back(self, operation: OperationId, request: GiveBack) -> OperationHead:
        """The head after entries that the relay had lost (H4)."""
        return await self._post(OperationHead, request, "operations", operation.hex(), "ledger", "lost")

    async def wraps(self, operation: OperationId) -> WrapsAnswer:
        return await self._get(WrapsAnswer, "operations", operation.hex(), "wraps", most=LIST_ANSWER_BYTES)

    async def blobs(self, operation: OperationId) -> BlobsAnswer:
        return await self._get(BlobsAnswer, "operations", operation.hex(), "blobs", most=MAX_BODY_BYTES)

    async def further_devices(self, operation: OperationId) -> FurtherDevices:
        return await self._get(FurtherDevices, "operations", operation.hex(), "devices", most=LIST_ANSWER_BYTES)

    async def enrol(self, operation: OperationId, request: Enrol) -> None:
        await self._do("POST", request, "operations", operation.hex(), "enrolments")

    async def enrolments(self, operation: OperationId) -> Enrolments:
        return await self._get(Enrolments, "operations", operation.hex(), "enrolments", most=LIST_ANSWER_BYTES)
