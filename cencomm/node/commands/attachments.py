"""`files` and `save`: what came with messages."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import click
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.client.attachments.file_names import safe_name
from cencomm.client.attachments.saving import save as save_file
from cencomm.client.attachments.sealing import AttachmentAltered
from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.errors import UsageError
from cencomm.forms.attachment import ContentHash
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.envelope import Tlp
from cencomm.ids import short
from cencomm.node.commands.desk import Desk, desk_of, desk_options
from cencomm.node.files.attachments import FileState, StoredFile, files_of_message, list_files, pieces_of
from cencomm.node.membership import opened


@click.command("files", cls=TranslatedCommand)
@option("--all", "everything", is_flag=True, help="All files, not only those that are not here yet.")
@option("--limit", type=click.IntRange(1, 1000), default=100, help="Files on a page.")
@desk_options
@click.pass_context
def files(
    context: click.Context, data: Path, language: str | None, limit: int, *, everything: bool, as_json: bool
) -> None:
    """List the files that came with messages and are not here yet, and why; the newest first."""
    desk = desk_of(context, data, language, as_json=as_json)
    found = asyncio.run(_list(desk, limit, everything=everything))
    rows = [
        [short(one.message), str(one.number), safe_name(one.name), str(one.size), one.state.value, one.detail or ""]
        for one in found
    ]
    desk.show_table(["Message", "Number", "Name", "Bytes", "State", "Detail"], rows, [_listed(one) for one in found])


@click.command("save", cls=TranslatedCommand)
@click.argument("message")
@click.argument("which", type=int, required=False)
@option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Folder that the files go to; else this one.",
)
@desk_options
@click.pass_context
def save(
    context: click.Context,
    message: str,
    which: int | None,
    folder: Path,
    data: Path,
    language: str | None,
    *,
    as_json: bool,
) -> None:
    """Save the files of MESSAGE (its first digits), or the one that WHICH counts. Nothing is written over."""
    desk = desk_of(context, data, language, as_json=as_json)
    saved = [str(path) for path in asyncio.run(_save(desk, message, which, folder))]
    desk.show("\n".join([*saved, desk.say("Files saved: {count}", count=len(saved))]), {"saved": list(saved)})


async def _list(desk: Desk, limit: int, *, everything: bool) -> list[StoredFile]:
    async with opened(desk.folder) as database, database.reading() as connection:
        return await list_files(connection, unfinished_only=not everything, limit=limit)


async def _save(desk: Desk, message: str, which: int | None, folder: Path) -> list[Path]:
    async with opened(desk.folder) as database, database.reading() as connection:
        found = await files_of_message(connection, message)
        chosen = [file for file in found if which in {None, file.number}]
        if not chosen:
            raise UsageError(f"this message has files 1 to {len(found)}")
        for file in chosen:
            _judge(file)
        return [await save_file(folder, file.name, _verified(connection, file)) for file in chosen]


def _judge(file: StoredFile) -> None:
    if file.tlp is Tlp.RED:
        raise UsageError("this message is TLP:RED: what is for named persons does not leave this node")
    if file.state is not FileState.KEPT:
        raise UsageError(f"file {file.number} is not here ({file.state.value}): {file.detail or 'it is being fetched'}")


async def _verified(connection: AsyncConnection, file: StoredFile) -> AsyncIterator[bytes]:
    """The content, which is the author's only when the last piece was given."""
    hashing = ContentHash(file.described.id, file.described.key, file.described.size)
    async for piece in pieces_of(connection, file.row):
        hashing.add(piece)
        yield piece
    if hashing.digest() != file.described.hash:
        raise AttachmentAltered("this node's copy is not the file whose hash its author signed")


def _listed(one: StoredFile) -> JsonValue:
    return {
        "message": one.message.hex(),
        "number": one.number,
        "name": one.name,
        "media_type": one.described.media_type,
        "size": one.size,
        "hash": one.hash.hex(),
        "state": one.state.value,
        "detail": one.detail,
    }
