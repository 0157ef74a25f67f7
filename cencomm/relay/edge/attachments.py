"""Attachments: announcing, filling, reading."""

from aiohttp import web
from sqlalchemy import Connection

from cencomm.errors import AccessDenied, ProtocolError
from cencomm.ids import ATTACHMENT_ID_BYTES, AttachmentId, from_hex
from cencomm.relay import attachments as uses
from cencomm.relay.attachments import AttachmentPlace, Room
from cencomm.relay.chunk_files import ChunkName
from cencomm.relay.edge.long_answer import send_long
from cencomm.relay.edge.request import (
    account_of,
    answer,
    channel_of,
    no_content,
    number_in_path,
    number_in_query,
    operation_of,
)
from cencomm.relay.keys import CHUNK_FILES, CLOCK, CONFIG, DATABASE, PUBLISHES, STATE, WRITER
from cencomm.relay.state import Draft
from cencomm.site.body import read_bytes, read_document
from cencomm.wire.attachments import AnnounceAttachment
from cencomm.wire.limits import CHUNKS_AT_ONCE, KIB, MAX_ATTACHMENT_CHUNKS

ANNOUNCEMENT_BODY_BYTES = 1 * KIB


async def announce_attachment(request: web.Request) -> web.Response:
    account, place, now = await account_of(request), _place(request), request.app[CLOCK]()
    asked = await read_document(request, AnnounceAttachment, most=ANNOUNCEMENT_BODY_BYTES)
    room = Room(request.app[CONFIG].attachments_per_account, request.app[CONFIG].attachment_bytes_per_account)
    state, ended = await request.app[WRITER].write(
        lambda connection, draft: uses.announce(connection, draft, account, place, asked, room, now=now)
    )
    await request.app[CHUNK_FILES].forget(ended)
    return answer(state)


async def get_attachment(request: web.Request) -> web.Response:
    account, place, now = await account_of(request), _place(request), request.app[CLOCK]()
    state = await request.app[DATABASE].read(
        lambda connection: uses.read_state(connection, request.app[STATE], account, place, now=now)
    )
    return answer(state)


async def put_chunk(request: web.Request) -> web.Response:
    """File first, row second: a row never names what is not on disk."""
    account, place, now = await account_of(request), _place(request), request.app[CLOCK]()
    number = number_in_path(request, "number", most=MAX_ATTACHMENT_CHUNKS - 1)
    request.app[PUBLISHES].spend(account, now=now)
    stored = await request.app[DATABASE].read(
        lambda connection: uses.find_upload(connection, request.app[STATE], account, place, now=now)
    )
    chunk = await read_bytes(request, most=stored.chunk)
    uses.judge_chunk(stored, number, len(chunk))
    files = request.app[CHUNK_FILES]
    name = ChunkName(stored.row, number, await files.hash(chunk))
    if await request.app[DATABASE].read(lambda connection: uses.has_chunk(connection, name)):
        return no_content()
    await files.put(name, chunk)

    def keep(connection: Connection, draft: Draft) -> None:
        uses.keep_chunk(connection, draft, account, place, name, now=now)

    try:
        await request.app[WRITER].write(keep)
    except (ProtocolError, AccessDenied):
        if not await request.app[DATABASE].read(lambda connection: uses.is_named(connection, name)):
            await files.discard(name)  # another request with the same bytes may have been first: then a row names it
        raise
    return no_content()


async def get_chunks(request: web.Request) -> web.StreamResponse:
    account, place, now = await account_of(request), _place(request), request.app[CLOCK]()
    first = number_in_query(request, "first", default=0, least=0)
    count = min(number_in_query(request, "count", default=1, least=1), CHUNKS_AT_ONCE)
    names = await request.app[DATABASE].read(
        lambda connection: uses.chunks_to_read(
            connection, request.app[STATE], account, place, first=first, count=count, now=now
        )
    )
    chunks = await request.app[CHUNK_FILES].read(names)
    return await send_long(request, account, chunks, content_type="application/octet-stream")


def _place(request: web.Request) -> AttachmentPlace:
    attachment = AttachmentId(from_hex(request.match_info["attachment"], length=ATTACHMENT_ID_BYTES))
    return AttachmentPlace(operation_of(request), channel_of(request), attachment)
