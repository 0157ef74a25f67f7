"""Opening one record, and the files that came with it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.client.attachments.file_names import safe_name
from cencomm.forms.attachment import ContentHash
from cencomm.forms.envelope import Tlp
from cencomm.forms.form import Form
from cencomm.node.api.refusals import FileNotHere, NotHere, Withheld
from cencomm.node.api.room import Room
from cencomm.node.api.route import Answer, Call, Download, Route
from cencomm.node.api.sending import HARMLESS_TYPES, OCTETS, SANDBOX, harmless_type, spool_file
from cencomm.node.files.attachments import FileState, StoredFile, files_of, pieces_of
from cencomm.node.records.document import Block, Field, Reader
from cencomm.node.records.reading import StoredRecord, one_record
from cencomm.site.people.consultation import Deed
from cencomm.site.people.person import Permission

RecordNumber = Annotated[int, Meta(ge=1, lt=1 << 53)]


class RecordAsked(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    record: RecordNumber


class FileAsked(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    record: RecordNumber
    number: Annotated[int, Meta(ge=1, le=1000)]
    """Of the file in its message, from 1."""


class RecordField(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: str
    label: str
    """In the language that was asked for."""
    nominal: str
    """0: not personal; 1: personal; X: an identifier that can point to somebody."""
    value: str | int | bool | tuple[str, ...]
    words: str | None
    """What codes are called."""


class RecordBlock(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: str
    """Empty: the header."""
    title: str
    rows: tuple[tuple[RecordField, ...], ...]


class RecordFile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    number: int
    name: str
    media_type: str
    size: int
    state: str
    """kept: it can be fetched; waiting, missing or altered: it is not here."""


class RecordOpened(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    record: int
    form: str
    envelope: dict[str, str | int | bool | None]
    """Who wrote it, when, and how it is to be handled."""
    blocks: tuple[RecordBlock, ...]
    files: tuple[RecordFile, ...]


async def get_record(call: Call, asked: RecordAsked) -> Answer:
    room = call.room
    async with room.database.reading() as connection:
        found = await one_record(connection, asked.record)
        if found is None:
            raise NotHere
        files = (await files_of(connection, [asked.record])).get(asked.record, [])
    form, stored = found
    if stored.envelope["tlp"] == Tlp.RED.value:
        raise Withheld
    reader = Reader(room.lists, room.wording, call.words.language)
    return Answer(document=record_document(reader, form, stored, files), found=1)


async def get_file(call: Call, asked: FileAsked) -> Answer:
    room = call.room
    async with room.making, room.database.reading() as connection:
        files = (await files_of(connection, [asked.record])).get(asked.record, [])
        file = next((one for one in files if one.number == asked.number), None)
        if file is None:
            raise NotHere
        if file.tlp is Tlp.RED:
            raise Withheld
        download = await _verified(room, connection, file)
    return Answer(download=download, found=1)


def record_document(reader: Reader, form: Form, stored: StoredRecord, files: Sequence[StoredFile]) -> RecordOpened:
    """A record for somebody who may read it."""
    return RecordOpened(
        record=stored.record,
        form=stored.form_name,
        envelope={name: value for name, value in stored.envelope.items() if isinstance(value, str | int | None)},
        blocks=tuple(_block(block) for block in reader.blocks(form, stored.cells)),
        files=tuple(_file(file) for file in files),
    )


async def _verified(room: Room, connection: AsyncConnection, file: StoredFile) -> Download:
    """The file on disk, every byte of which is what its author signed: only then the first one leaves."""
    if file.state is not FileState.KEPT:
        raise FileNotHere(f"file {file.number} is {file.state.value}")
    path = await asyncio.to_thread(spool_file, room.spool)
    try:
        await _copy(connection, file, path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    headers = {"Content-Security-Policy": SANDBOX}
    return Download(path=path, media_type=harmless_type(file.described.media_type), name=file.name, headers=headers)


async def _copy(connection: AsyncConnection, file: StoredFile, path: Path) -> None:
    hashing = ContentHash(file.described.id, file.described.key, file.described.size)
    with await asyncio.to_thread(path.open, "wb") as copy:
        async for piece in pieces_of(connection, file.row):
            hashing.add(piece)
            await asyncio.to_thread(copy.write, piece)
    if hashing.digest() != file.described.hash:
        raise FileNotHere("the node's copy is not the file whose hash its author signed")


def _block(block: Block) -> RecordBlock:
    return RecordBlock(
        name=block.name, title=block.title, rows=tuple(tuple(_field(one) for one in row) for row in block.rows)
    )


def _field(field: Field) -> RecordField:
    value = tuple(field.value) if isinstance(field.value, list) else field.value
    return RecordField(name=field.name, label=field.label, nominal=field.nominal, value=value, words=field.words)


def _file(file: StoredFile) -> RecordFile:
    return RecordFile(
        number=file.number,
        name=safe_name(file.name),
        media_type=harmless_type(file.described.media_type),
        size=file.size,
        state=file.state.value,
    )


RECORD_ROUTES = (
    Route(
        method="GET",
        path="/v1/records/{record}",
        summary="Open a record: every answer with its label, and the list of its files.",
        handler=get_record,
        asked=RecordAsked,
        answers=RecordOpened,
        needs=Permission.READ,
        deed=Deed.OPEN,
        nominal=True,
    ),
    Route(
        method="GET",
        path="/v1/records/{record}/files/{number}",
        summary="A file that came with a record, exactly as its author signed it.",
        handler=get_file,
        asked=FileAsked,
        media=(*sorted(HARMLESS_TYPES), OCTETS),
        needs=Permission.READ,
        deed=Deed.FILE,
        nominal=True,
    ),
)
