"""Routes of one channel's log, Welcomes and rejections."""

from msgspec.structs import replace

from cencomm.client.transport.calls import LIST_ANSWER_BYTES, PAGE_ANSWER_BYTES, SMALL_ANSWER_BYTES, Calls
from cencomm.ids import ChannelId, DeviceId, OperationId
from cencomm.wire.devices import (
    ClaimedKeyPackages,
    ClaimKeyPackages,
)
from cencomm.wire.limits import MAX_BODY_BYTES
from cencomm.wire.log import LogPage, Publish, Published, TurnReserved
from cencomm.wire.welcomes import Reject, Rejections, Welcomes


class ChannelRoutes(Calls):
    async def claim(self, operation: OperationId, channel: ChannelId, request: ClaimKeyPackages) -> ClaimedKeyPackages:
        path = ("operations", operation.hex(), "channels", channel.hex(), "claims")
        return await self._post(ClaimedKeyPackages, request, *path, most=PAGE_ANSWER_BYTES)

    async def log(
        self,
        operation: OperationId,
        channel: ChannelId,
        generation: int,
        *,
        after: int,
        hash_: bytes | None = None,
        limit: int | None = None,
    ) -> LogPage:
        """Entries after sequence `after`, whose log hash is `hash_` if we know it. Ask again while the head is further.

        Raises:
            LogDiverged: the relay's log has another hash there.
        """
        query = {"after": str(after)}
        if hash_ is not None:
            query["hash"] = hash_.hex()
        if limit is not None:
            query["limit"] = str(limit)
        path = _channel_path(operation, channel, generation, "log")
        return await self._get(LogPage, *path, query=query, most=PAGE_ANSWER_BYTES)

    async def publish(self, operation: OperationId, channel: ChannelId, generation: int, request: Publish) -> Published:
        """The receipt of a row that is on the relay's disk. After NoAnswer: the same send id, the same bytes."""
        path = _channel_path(operation, channel, generation, "log")
        keeper = self._keeper
        if keeper is None:
            return await self._post(Published, request, *path)
        return await keeper.carry(
            lambda state: self._post(Published, replace(request, mailbox=state), *path, carried=True)
        )

    async def reserve_turn(self, operation: OperationId, channel: ChannelId, generation: int) -> int:
        """Seconds for which nobody else commits who revokes nobody (C7).

        Raises:
            AgainstRule: for whoever lost two races in a row only.
            ChannelBusy: another has the next turn, or we had one in the last minute.
        """
        path = _channel_path(operation, channel, generation, "turn")
        return (await self._call("POST", TurnReserved, None, *path, most=SMALL_ANSWER_BYTES)).seconds

    async def welcomes(self, operation: OperationId, channel: ChannelId, generation: int) -> Welcomes:
        path = _channel_path(operation, channel, generation, "welcomes")
        return await self._get(Welcomes, *path, most=MAX_BODY_BYTES)

    async def forget_welcome(
        self, operation: OperationId, channel: ChannelId, generation: int, device: DeviceId, sequence: int
    ) -> None:
        """Our device has entered by it: the relay need not keep it. Harmless to repeat."""
        path = _channel_path(operation, channel, generation, "welcomes")
        await self._do("DELETE", None, *path, device.hex(), str(sequence))

    async def reject(self, operation: OperationId, channel: ChannelId, generation: int, request: Reject) -> None:
        await self._do("POST", request, *_channel_path(operation, channel, generation, "rejections"))

    async def rejections(self, operation: OperationId, channel: ChannelId, generation: int) -> Rejections:
        path = _channel_path(operation, channel, generation, "rejections")
        return await self._get(Rejections, *path, most=LIST_ANSWER_BYTES)


def _channel_path(operation: OperationId, channel: ChannelId, generation: int, last: str) -> tuple[str, ...]:
    return ("operations", operation.hex(), "channels", channel.hex(), str(generation), last)
