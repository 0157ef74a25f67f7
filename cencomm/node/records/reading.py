"""Reading records out of the tables, many at a time, for sheets and for verification."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, select
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

_ADDRESSEES = msgspec.json.Decoder(list[dict[str, str]])
_FILES = msgspec.json.Decoder(list[str])
CHUNK_RECORDS = 500  # in memory at once; a seizure has some fifty cells

_message = MESSAGES.c
_BY_NUMBER: Select[Any] = (  # made once; its first columns are those of ENVELOPE that a row holds, in their order
    select(
        _message.message,
        _message.operation,
        _message.channel,
        FORMS.c.version,
        _message.variant,
        _message.happened_on,
        _message.written_at,
        _message.received_at,
        _message.author_name,
        _message.author_organisation,
        _message.author_country,
        _message.author_revoked,
        _message.language,
        _message.priority,
        _message.tlp,
        _message.handling,
        _message.handling_text,
        _message.source,
        _message.information,
        _message.addressees,
        _message.expected_action,
        _message.answer_by,
        _message.reply_to,
        file_names(),
        _message.id,
        _message.form,
        FORMS.c.name,
    )
    .join(FORMS, FORMS.c.id == _message.form)
    .where(_message.id.in_(bindparam("numbers", expanding=True)))
)


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
        rows = (await connection.execute(_BY_NUMBER, {"numbers": chunk})).all()
        heads = {number: (form, name, envelope) for *envelope, number, form, name in rows}
        for number in chunk:
            form, name, envelope = heads[number]
            yield StoredRecord(number, form, name, _envelope(envelope), tuple(cells.get(number, ())))


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
    for message, field, row, ordinal, code, text, moment, number in (await connection.execute(stored)).all():
        cell = StoredCell(field, keys[field], row, ordinal, code, text, moment, number)
        if message in found:
            found[message].append(cell)
        else:
            found[message] = [cell]
    return found


def _addressees(stored: str) -> str | None:
    """Codes and accounts as they travel, without the brackets of JSON; None when nobody was asked."""
    addressees = _ADDRESSEES.decode(stored)
    return "; ".join(value for addressee in addressees for value in addressee.values()) or None


def _envelope(columns: Sequence[Any]) -> Envelope:
    """Of `_BY_NUMBER`. Taken apart by place: by name it takes three times as long."""
    message, operation, channel, version, variant, happened_on, written_at, received_at, *rest = columns
    name, organisation, country, revoked, language, priority, tlp, handling, handling_text, *asked = rest
    source, information, addressees, expected_action, answer_by, reply_to, files = asked
    return {
        "message": message.hex(),
        "operation": operation.hex(),
        "channel": channel.hex(),
        "form_version": version,
        "variant": variant,
        "happened_on": happened_on,
        "written_at": instant(written_at),
        "received_at": instant(received_at),
        "author_name": name,
        "author_organisation": organisation,
        "author_country": country,
        "author_revoked": bool(revoked),
        "language": language,
        "priority": priority,
        "tlp": tlp,
        "handling": handling,
        "handling_text": handling_text,
        "source": source,
        "information": information,
        "addressees": _addressees(addressees),
        "expected_action": expected_action,
        "answer_by": instant(answer_by),
        "reply_to": None if reply_to is None else reply_to.hex(),
        "files": "; ".join(safe_name(one) for one in _FILES.decode(files)) or None,
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
