"""Pictures of a seizure, made anew once more before CEN gets them: whatever their sender left in them stays here (A8).

An officer may have sent a photograph as it is, with camera, place and time. Its name goes too: it is called after its
number (rule R6).
"""

import asyncio
import io
from collections.abc import Sequence

from cencomm.client.attachments.downloading import download
from cencomm.client.attachments.pictures import MAX_PICTURE_BYTES, UnreadablePicture, remake
from cencomm.client.attachments.source import Source
from cencomm.client.releases.rules import PICTURE_SUFFIXES
from cencomm.client.transport.relay_client import RelayClient
from cencomm.errors import UsageError
from cencomm.forms.attachment import PICTURE_TYPES, Attachment
from cencomm.ids import ChannelId, OperationId


def pictures_of(attachments: Sequence[Attachment]) -> dict[int, Attachment]:
    """The pictures among a seizure's files, by the number under which the message lists them, from 1."""
    return {number: one for number, one in enumerate(attachments, 1) if one.media_type in PICTURE_TYPES}


def chosen_pictures(attachments: Sequence[Attachment], numbers: Sequence[int]) -> list[Attachment]:
    """Raises UsageError for a number that is none of a picture."""
    pictures = pictures_of(attachments)
    for number in numbers:
        if number not in pictures:
            known = ", ".join(str(one) for one in pictures) or "none"
            raise UsageError(f"file {number} is no picture of this seizure; its pictures are: {known}")
    return [pictures[number] for number in dict.fromkeys(numbers)]


async def fetch_bare(
    relay: RelayClient, operation: OperationId, channel: ChannelId, attachment: Attachment, *, number: int
) -> Source:
    """Its pixels in a new file, called `picture-<number>`.

    Raises:
        UnreadablePicture: it cannot be made anew, so it does not go.
        AttachmentAltered, NotEntitled, NotFound, Unavailable: see `download`.
    """
    if attachment.size > MAX_PICTURE_BYTES:
        raise UnreadablePicture(attachment.name, f"has more than {MAX_PICTURE_BYTES >> 20} MiB")
    pieces = [piece async for piece in download(relay, operation, channel, attachment)]
    suffix = PICTURE_SUFFIXES[attachment.media_type]
    picture = await asyncio.to_thread(remake, attachment.name, suffix, b"".join(pieces))
    return Source(
        f"picture-{number}{PICTURE_SUFFIXES[picture.media_type]}",
        picture.media_type,
        len(picture.content),
        cleaned=True,
        content=io.BytesIO(picture.content),
    )
