"""Records as lists show them, looked up by their numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Label, Select, bindparam, func, select

from cencomm.ids import MessageId, OperationId
from cencomm.node.records.tables import ATTACHMENTS, FORMS, MESSAGES

_FILES = msgspec.json.Decoder(tuple[str, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A record as a list shows it; times in seconds."""

    record: int
    operation: OperationId
    message: MessageId
    form: str
    form_version: int
    heading: str
    happened_on: str
    written_at: int
    received_at: int
    language: str
    author_name: str | None
    author_organisation: str | None
    author_country: str | None
    author_revoked: bool
    priority: str
    tlp: str
    handling: str
    files: tuple[str, ...]  # what their author called them


def file_names() -> Label[str]:
    """The names of a message's files as a JSON list, a column `files` beside those of MESSAGES."""
    names = select(func.json_group_array(ATTACHMENTS.c.name)).where(ATTACHMENTS.c.message == MESSAGES.c.id)
    return names.scalar_subquery().label("files")  # in the order of the index that finds them: by number


_message = MESSAGES.c
_LISTED: Select[Any] = (  # made once: making a statement takes ten times as long as SQLite with it
    select(
        _message.id,
        _message.operation,
        _message.message,
        FORMS.c.name,
        FORMS.c.version,
        _message.heading,
        _message.happened_on,
        _message.written_at,
        _message.received_at,
        _message.language,
        _message.author_name,
        _message.author_organisation,
        _message.author_country,
        _message.author_revoked,
        _message.priority,
        _message.tlp,
        _message.handling,
        file_names(),
    )
    .join(FORMS, FORMS.c.id == _message.form)
    .where(_message.id.in_(bindparam("numbers", expanding=True)))
)


def listed(connection: Connection, numbers: Sequence[int]) -> tuple[Found, ...]:
    """The records of these numbers, which are there, in the same order."""
    if not numbers:
        return ()
    rows = connection.execute(_LISTED, {"numbers": numbers})
    found = {row[0]: _found(row) for row in rows}
    return tuple(found[number] for number in numbers)


def _found(row: Sequence[Any]) -> Found:
    """Taken apart by place: by name it takes longer than SQLite takes to find the row."""
    number, operation, message, form, version, heading, happened, written, received, language, *rest = row
    name, organisation, country, revoked, priority, tlp, handling, files = rest
    return Found(
        record=number,
        operation=operation,
        message=message,
        form=form,
        form_version=version,
        heading=heading,
        happened_on=happened,
        written_at=written,
        received_at=received,
        language=language,
        author_name=name,
        author_organisation=organisation,
        author_country=country,
        author_revoked=bool(revoked),
        priority=priority,
        tlp=tlp,
        handling=handling,
        files=_FILES.decode(files),
    )
