"""A record as the lists of the API show it, and the pages that they come in."""

from typing import Annotated

from msgspec import Meta, Struct

from cencomm.client.attachments.file_names import safe_name
from cencomm.forms.envelope import Tlp
from cencomm.node.records.cursor import MAX_NUMBER_DIGITS
from cencomm.node.records.found import Found
from cencomm.node.records.search import MAX_PAGE

MAX_CURSOR_LETTERS = 2 * MAX_NUMBER_DIGITS + 1

PageLimit = Annotated[int, Meta(ge=1, le=MAX_PAGE)]
PageCursor = Annotated[str, Meta(max_length=MAX_CURSOR_LETTERS)]


class RecordListed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Times in seconds. Of TLP:RED only that it is there: `withheld`, without heading and files."""

    record: int
    operation: str
    message: str
    form: str
    form_version: int
    heading: str
    happened_on: str
    """ISO date, of 4, 7 or 10 characters as far as it is known."""
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
    files: tuple[str, ...]
    withheld: bool


def record_listed(found: Found) -> RecordListed:
    withheld = found.tlp == Tlp.RED.value
    return RecordListed(
        record=found.record,
        operation=found.operation.hex(),
        message=found.message.hex(),
        form=found.form,
        form_version=found.form_version,
        heading="" if withheld else found.heading,
        happened_on=found.happened_on,
        written_at=found.written_at,
        received_at=found.received_at,
        language=found.language,
        author_name=found.author_name,
        author_organisation=found.author_organisation,
        author_country=found.author_country,
        author_revoked=found.author_revoked,
        priority=found.priority,
        tlp=found.tlp,
        handling=found.handling,
        files=() if withheld else tuple(safe_name(name) for name in found.files),
        withheld=withheld,
    )
