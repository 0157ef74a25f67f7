"""Reading records out of the tables, many at a time, for sheets and for verification."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.client.attachments.file_names import safe_name
from cencomm.client.events import Place
from cencomm.forms.envelope import SignedEnvelope, Tlp
from cencomm.forms.form import Form
from cencomm.forms.form_json import decode_form
from cencomm.forms.kinds.kind import ColumnType
from cencomm.ids import AccountId, ChannelId, MessageId, OperationId
from cencomm.node.records.cells import FieldKey
from cencomm.node.records.criteria import Criteria, Labels
from cencomm.node.records.found import file_names
from cencomm.node.records.record import Evidence
from cencomm.node.records.search import matching
from cencomm.node.records.sheets import Envelope, StoredCell, instant
from cencomm.node.records.tables import CELLS, FIELDS, FORMS, MESSAGES

_SHOWN = [column for column in MESSAGES.c if column.name not in {"certificate", "log_hash", "salt", "signed"}]
CHUNK_RECORDS = 500  # in memory at once; a seizure has some fifty cells


@dataclass(frozen=True, slots=True)
class Exportable:
    """The records that fit and may leave, and how many fit but may not: TLP:RED is for named persons."""

    wanted: ColumnElement[bool]
    records: int
    withheld: int


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as sheets need it. `form` is the row of the exact definition that it answers."""

    record: int
    form: int
    form_name: str
    envelope: Envelope
    cells: tuple[StoredCell, ...]


async def exportable(
    connection: AsyncConnection, criteria: Criteria, labels: Labels, *, only: ColumnElement[bool] | None = None
) -> Exportable:
    """Raises UsageError for what cannot be looked for."""
    fits = await matching(connection, criteria, labels, only=only)
    counted = await connection.execute(
        select(MESSAGES.c.tlp == Tlp.RED.value, func.count()).where(fits).group_by(MESSAGES.c.tlp == Tlp.RED.value)
    )
    counts = {bool(red): number for red, number in counted}
    return Exportable(and_(fits, MESSAGES.c.tlp != Tlp.RED.value), counts.get(False, 0), counts.get(True, 0))


async def forms_of(connection: AsyncConnection, wanted: ColumnElement[bool]) -> list[Form]:
    """Every version of every form that the wanted records answer."""
    used = select(MESSAGES.c.form).where(wanted).distinct()
    definitions = await connection.scalars(select(FORMS.c.definition).where(FORMS.c.id.in_(used)).distinct())
    return [decode_form(definition) for definition in definitions]


async def forms_by_row(connection: AsyncConnection, wanted: ColumnElement[bool]) -> dict[int, Form]:
    """The exact definitions that the wanted records answer, by their rows."""
    used = select(MESSAGES.c.form).where(wanted).distinct()
    rows = await connection.execute(select(FORMS.c.id, FORMS.c.definition).where(FORMS.c.id.in_(used)))
    return {row.id: decode_form(row.definition) for row in rows}


async def one_record(connection: AsyncConnection, record: int) -> tuple[Form, StoredRecord] | None:
    """The record of this number with the form that it answers; None: there is none."""
    wanted = MESSAGES.c.id == record
    async for stored in stored_records(connection, wanted):
        return (await forms_by_row(connection, wanted))[stored.form], stored
    return None


async def stored_records(
    connection: AsyncConnection, wanted: ColumnElement[bool], *, newest_first: bool = True
) -> AsyncIterator[StoredRecord]:
    """The wanted records, one after the other, from one snapshot."""
    order = MESSAGES.c.id.desc() if newest_first else MESSAGES.c.id
    numbers = (await connection.scalars(select(MESSAGES.c.id).where(wanted).order_by(order))).all()
    keys = await _keys(connection)
    for start in range(0, len(numbers), CHUNK_RECORDS):
        chunk = numbers[start : start + CHUNK_RECORDS]
        cells = await _cells(connection, chunk, keys)
        query: Select[Any] = select(*_SHOWN, FORMS.c.name, FORMS.c.version, file_names()).join(
            FORMS, FORMS.c.id == MESSAGES.c.form
        )
        rows = {row.id: row for row in (await connection.execute(query.where(MESSAGES.c.id.in_(chunk)))).all()}
        for number in chunk:
            row = rows[number]
            yield StoredRecord(number, row.form, row.name, _envelope(row), tuple(cells.get(number, ())))


async def evidence(connection: AsyncConnection, *, after: int, limit: int = CHUNK_RECORDS) -> list[Evidence]:
    """The next records by number, with all that proves them."""
    query = select(MESSAGES).where(MESSAGES.c.id > after).order_by(MESSAGES.c.id).limit(limit)
    return [_evidence(row) for row in await connection.execute(query)]


async def channels_of(connection: AsyncConnection) -> list[tuple[OperationId, ChannelId, int]]:
    """Every log that a record came from, with its generation."""
    message = MESSAGES.c
    rows = await connection.execute(select(message.operation, message.channel, message.generation).distinct())
    return sorted((OperationId(row.operation), ChannelId(row.channel), row.generation) for row in rows)


async def channel_evidence(
    connection: AsyncConnection,
    operation: OperationId,
    channel: ChannelId,
    generation: int,
    *,
    after: int,
    limit: int = CHUNK_RECORDS,
) -> list[Evidence]:
    """The next records of one log, by their place in it."""
    message = MESSAGES.c
    here = and_(message.operation == operation, message.channel == channel, message.generation == generation)
    query = select(MESSAGES).where(here, message.sequence > after).order_by(message.sequence).limit(limit)
    return [_evidence(row) for row in await connection.execute(query)]


async def cells_of(connection: AsyncConnection, records: Sequence[int]) -> dict[int, list[StoredCell]]:
    """The cells of some records, by their number."""
    return await _cells(connection, records, await _keys(connection))


async def _keys(connection: AsyncConnection) -> dict[int, FieldKey]:
    return {
        row.id: FieldKey(row.form_name, row.block, row.name, ColumnType(row.type), row.list, row.nominal)
        for row in await connection.execute(select(FIELDS))
    }


async def _cells(
    connection: AsyncConnection, records: Sequence[int], keys: dict[int, FieldKey]
) -> dict[int, list[StoredCell]]:
    """In the order of their ordinals, each message's together: as they lie in the table."""
    found: dict[int, list[StoredCell]] = {}
    stored = select(CELLS).where(CELLS.c.message.in_(records)).order_by(*CELLS.primary_key)
    for message, field, *rest in (await connection.execute(stored)).all():
        found.setdefault(message, []).append(StoredCell(field, keys[field], *rest))
    return found


def _addressees(stored: str) -> str | None:
    """Codes and accounts as they travel, without the brackets of JSON; None when nobody was asked."""
    addressees = msgspec.json.decode(stored, type=list[dict[str, str]])
    return "; ".join(value for addressee in addressees for value in addressee.values()) or None


def _envelope(row: Row[Any]) -> Envelope:
    return {
        "message": row.message.hex(),
        "operation": row.operation.hex(),
        "channel": row.channel.hex(),
        "form_version": row.version,
        "variant": row.variant,
        "happened_on": row.happened_on,
        "written_at": instant(row.written_at),
        "received_at": instant(row.received_at),
        "author_name": row.author_name,
        "author_organisation": row.author_organisation,
        "author_country": row.author_country,
        "author_revoked": bool(row.author_revoked),
        "language": row.language,
        "priority": row.priority,
        "tlp": row.tlp,
        "handling": row.handling,
        "handling_text": row.handling_text,
        "source": row.source,
        "information": row.information,
        "addressees": _addressees(row.addressees),
        "expected_action": row.expected_action,
        "answer_by": instant(row.answer_by),
        "reply_to": None if row.reply_to is None else row.reply_to.hex(),
        "files": "; ".join(safe_name(name) for name in json.loads(row.files)) or None,
    }


def _evidence(row: Row[Any]) -> Evidence:
    return Evidence(
        record=row.id,
        place=Place(
            operation=OperationId(row.operation),
            channel=ChannelId(row.channel),
            generation=row.generation,
            sequence=row.sequence,
            log_hash=row.log_hash,
            epoch=row.epoch,
        ),
        message=MessageId(row.message),
        account=AccountId(row.account),
        identity_key=row.identity_key,
        certificate=row.certificate,
        salt=row.salt,
        signed=SignedEnvelope.decode(row.signed),
    )
