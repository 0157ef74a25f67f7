"""Putting records into the tables."""

from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.forms import canonical_json
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.envelope import Addressee
from cencomm.forms.kinds.kind import ColumnType
from cencomm.ids import BlobId, OperationId
from cencomm.node.files.attachments import announce
from cencomm.node.records.cells import FieldKey
from cencomm.node.records.record import NewRecord
from cencomm.node.records.tables import ATTACHMENT_PIECES, ATTACHMENTS, CELLS, FIELDS, FORMS, MESSAGES, WORDS

# What runs for every record is made once: making a statement takes ten times as long as SQLite with it. And it runs in
# one `run_sync`: as statements of an AsyncConnection each would take 40 µs more, twice as long as SQLite.
_ADD_MESSAGE, _ADD_CELL, _ADD_WORDS = insert(MESSAGES), insert(CELLS), insert(WORDS)


@dataclass(slots=True)
class FieldMemo:
    """Numbers of forms and fields that were committed before. What a transaction adds is not remembered within it:
    the transaction may be rolled back, and then the numbers are nobody's.
    """

    forms: dict[tuple[OperationId, BlobId], int] = field(default_factory=dict)
    fields: dict[FieldKey, int] = field(default_factory=dict)


async def insert_record(connection: AsyncConnection, record: NewRecord, memo: FieldMemo) -> int:
    """The record's number.

    Raises:
        IntegrityError: the message, or another in its place of the log, is there already: the cursor was not moved
            together with the record, which is what this program promises.
    """
    number = await connection.run_sync(_insert, record, memo)
    await announce(connection, number, record.event.envelope.body.attachments)
    return number


async def delete_record(connection: AsyncConnection, number: int) -> None:
    """The record is gone with its answers, words and files; rows of others that name it are their makers' to delete."""
    files = select(ATTACHMENTS.c.id).where(ATTACHMENTS.c.message == number)
    await connection.execute(delete(ATTACHMENT_PIECES).where(ATTACHMENT_PIECES.c.attachment.in_(files)))
    await connection.execute(delete(ATTACHMENTS).where(ATTACHMENTS.c.message == number))
    await connection.execute(delete(WORDS).where(WORDS.c.rowid == number))
    await connection.execute(delete(CELLS).where(CELLS.c.message == number))
    await connection.execute(delete(MESSAGES).where(MESSAGES.c.id == number))


def _insert(connection: Connection, record: NewRecord, memo: FieldMemo) -> int:
    form = _form(connection, record, memo)
    event, envelope, place = record.event, record.event.envelope, record.event.place
    body = envelope.body
    added = connection.execute(
        _ADD_MESSAGE,
        {
            "operation": place.operation,
            "channel": place.channel,
            "generation": place.generation,
            "sequence": place.sequence,
            "log_hash": place.log_hash,
            "epoch": place.epoch,
            "message": envelope.message,
            "account": event.account,
            "identity_key": event.identity_key,
            "certificate": event.certificate,
            "author_name": record.author.name,
            "author_organisation": record.author.organisation,
            "author_country": record.author.country,
            "author_revoked": int(event.author_revoked),
            "form": form,
            "variant": body.variant.value,
            "language": body.language,
            "heading": record.heading,
            "happened_on": record.happened_on,
            "written_at": body.written_at,
            "received_at": record.received_at,
            "priority": body.priority.value,
            "tlp": body.tlp.value,
            "handling": body.handling.value,
            "handling_text": body.handling_text,
            "source": None if body.evaluation is None else body.evaluation.source,
            "information": None if body.evaluation is None else body.evaluation.information,
            "addressees": canonical_json.encode([_addressee(addressee) for addressee in body.to]).decode(),
            "expected_action": body.expected_action,
            "answer_by": body.answer_by,
            "reply_to": envelope.reply_to,
            "salt": event.salt,
            "signed": event.signed.encode(),
        },
    )
    (number,) = added.inserted_primary_key or (None,)
    assert isinstance(number, int)  # an integer primary key always has one
    fields = _fields(connection, record, memo)
    if record.cells:
        connection.execute(
            _ADD_CELL,
            [
                {
                    "message": number,
                    "field": fields[cell.key],
                    "row": cell.row,
                    "ordinal": cell.ordinal,
                    "code": cell.code,
                    "text": cell.text,
                    "moment": cell.moment,
                    "number": cell.number,
                }
                for cell in record.cells
            ],
        )
    connection.execute(_ADD_WORDS, {"rowid": number, "text": record.words})
    return number


def _form(connection: Connection, record: NewRecord, memo: FieldMemo) -> int:
    envelope = record.event.envelope
    key = (envelope.operation, envelope.form)
    known = memo.forms.get(key)
    if known is not None:
        return known
    found = connection.scalar(
        select(FORMS.c.id).where(FORMS.c.operation == envelope.operation, FORMS.c.blob == envelope.form)
    )
    if isinstance(found, int):
        memo.forms[key] = found
        return found
    added = connection.execute(
        insert(FORMS).values(
            operation=envelope.operation,
            blob=envelope.form,
            hash=envelope.form_hash,
            name=record.form.name,
            version=record.form.version,
            definition=record.definition,
        )
    )
    (number,) = added.inserted_primary_key or (None,)
    assert isinstance(number, int)
    return number


def _fields(connection: Connection, record: NewRecord, memo: FieldMemo) -> dict[FieldKey, int]:
    wanted = {cell.key for cell in record.cells}
    if wanted <= memo.fields.keys():
        return memo.fields
    rows = connection.execute(select(FIELDS).where(FIELDS.c.form_name == record.form.name))
    for row in rows:
        key = FieldKey(row.form_name, row.block, row.name, ColumnType(row.type), row.list, row.nominal)
        memo.fields[key] = row.id
    found = dict(memo.fields)
    for key in sorted(wanted - found.keys(), key=lambda key: (key.block, key.name)):
        added = connection.execute(
            insert(FIELDS).values(
                form_name=key.form_name,
                block=key.block,
                name=key.name,
                type=key.type.value,
                list=key.list,
                nominal=key.nominal,
            )
        )
        (number,) = added.inserted_primary_key or (None,)
        assert isinstance(number, int)
        found[key] = number
    return found


def _addressee(addressee: Addressee) -> JsonValue:
    if addressee.account is not None:
        return {"account": addressee.account.hex()}
    if addressee.country is not None:
        return {"country": addressee.country}
    return {"role": addressee.role}
