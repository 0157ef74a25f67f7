"""Routes of sealed files."""

from cencomm.client.transport.calls import SMALL_ANSWER_BYTES, Calls, failure
from cencomm.ids import AttachmentId, ChannelId, OperationId
from cencomm.wire.attachments import AnnounceAttachment, AttachmentState


class AttachmentRoutes(Calls):
    async def announce_attachment(
        self, operation: OperationId, channel: ChannelId, attachment: AttachmentId, request: AnnounceAttachment
    ) -> AttachmentState:
        """What of it the relay has; the same announcement may be made again and again."""
        path = _attachment_path(operation, channel, attachment)
        return await self._call("PUT", AttachmentState, request, *path, most=SMALL_ANSWER_BYTES)

    async def put_chunk(
        self, operation: OperationId, channel: ChannelId, attachment: AttachmentId, number: int, sealed: bytes
    ) -> None:
        """The chunk is on the relay's disk. After NoAnswer: the same bytes."""
        await self._do("PUT", sealed, *_attachment_path(operation, channel, attachment), "chunks", str(number))

    async def chunks(
        self, operation: OperationId, channel: ChannelId, attachment: AttachmentId, *, first: int, count: int, most: int
    ) -> bytes:
        """`count` sealed chunks from `first` on, one behind the other, `most` bytes in all."""
        path = ("v1", *_attachment_path(operation, channel, attachment), "chunks")
        query = {"first": str(first), "count": str(count)}
        status, body = await self._ask("GET", path, None, query, max(most, SMALL_ANSWER_BYTES))
        if status != 200:  # noqa: PLR2004 (OK)
            raise failure(status, body)
        return body


def _attachment_path(operation: OperationId, channel: ChannelId, attachment: AttachmentId) -> tuple[str, ...]:
    return ("operations", operation.hex(), "channels", channel.hex(), "attachments", attachment.hex())
