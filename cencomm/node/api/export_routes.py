"""Records as one file: a workbook, CSV in an archive, or JSON. TLP:RED stays; how many records that are is said."""

import asyncio
import os
import shutil
import zipfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.node.api.criteria import CriteriaAsked
from cencomm.node.api.record_routes import record_document
from cencomm.node.api.room import Room
from cencomm.node.api.route import Answer, Call, Download, Route
from cencomm.node.api.sending import spool_file
from cencomm.node.membership import opened
from cencomm.node.records.criteria import Criteria
from cencomm.node.records.document import Reader
from cencomm.node.records.export import Export, Exported
from cencomm.node.records.reading import exportable, forms_by_row, stored_records
from cencomm.site.people.consultation import MAX_RECIPIENT_CHARACTERS, Deed
from cencomm.site.people.person import Permission


class Format(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


MEDIA = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "application/zip",
    Format.JSON: "application/json",
}
SUFFIXES = {Format.XLSX: "xlsx", Format.CSV: "zip", Format.JSON: "json"}


class ExportAsked(CriteriaAsked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    recipient: Annotated[str, Meta(min_length=1, max_length=MAX_RECIPIENT_CHARACTERS)]
    """Who is to get it: it is written down (domain.md E8)."""
    format: Format = Format.XLSX
    bom: bool = False
    """Begin CSV files with a byte order mark, for Excel."""


async def get_export(call: Call, asked: ExportAsked) -> Answer:
    return await export_records(call, asked)


async def export_records(call: Call, asked: ExportAsked, *, only: ColumnElement[bool] | None = None) -> Answer:
    """What fits as one file; `only` is what a kind of node asks of MESSAGES besides."""
    room, criteria = call.room, asked.criteria()
    made = Export(room.labels, room.wording, call.words, only=only)
    async with room.making:
        path = await asyncio.to_thread(spool_file, room.spool)
        try:
            # In a thread with a loop of its own: recording and searching go on while sheets are computed.
            work = _export(room, criteria, path, asked, made)
            exported = await asyncio.to_thread(asyncio.run, work)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    download = Download(
        path=path,
        media_type=MEDIA[asked.format],
        name=f"{room.kind.name}.{SUFFIXES[asked.format]}",
        headers={"Cencomm-Records": str(exported.records), "Cencomm-Withheld": str(exported.withheld)},
    )
    return Answer(download=download, found=exported.records)


async def _export(room: Room, criteria: Criteria, path: Path, asked: ExportAsked, made: Export) -> Exported:
    async with opened(room.folder) as database, database.reading() as connection:
        match asked.format:
            case Format.JSON:
                return await _to_json(made, connection, criteria, path)
            case Format.XLSX:
                workbook = path.with_suffix(".xlsx")  # is made where nothing is
                exported = await made.to_xlsx(connection, criteria, workbook, progress=_nobody)
                os.replace(workbook, path)  # noqa: PTH105 (the loop of this thread has nothing else to do)
                return exported
            case Format.CSV:
                folder = path.with_name(f"{path.name}.folder")
                try:
                    exported = await made.to_csv(connection, criteria, folder, bom=asked.bom, progress=_nobody)
                    _zip(folder, path)
                finally:
                    shutil.rmtree(folder, ignore_errors=True)
                return exported


async def _to_json(made: Export, connection: AsyncConnection, criteria: Criteria, path: Path) -> Exported:
    """`{"records": [...], "withheld": 0}`, written record by record."""
    chosen = await exportable(connection, criteria, made.labels, only=made.only)
    forms = await forms_by_row(connection, chosen.wanted)
    reader, encoder = Reader(made.labels.lists, made.wording, made.words.language), msgspec.json.Encoder()
    with path.open("wb") as file:
        file.write(b'{"records":[')
        separator = b"\n"
        async for stored in stored_records(connection, chosen.wanted):
            file.write(separator + encoder.encode(record_document(reader, forms[stored.form], stored, ())))
            separator = b",\n"
        file.write(b'],"withheld":%d}\n' % chosen.withheld)
    return Exported(chosen.records, chosen.withheld)


def _zip(folder: Path, path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)


def _nobody(_done: int, _total: int) -> None:
    """No one watches the progress."""


EXPORT_ROUTE = Route(
    method="GET",
    path="/v1/export",
    summary="The records that fit as one file; TLP:RED is withheld, Cencomm-Withheld says how many.",
    handler=get_export,
    asked=ExportAsked,
    media=tuple(MEDIA.values()),
    needs=Permission.EXPORT,
    deed=Deed.EXPORT,
    nominal=True,
)
