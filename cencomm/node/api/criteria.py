"""What can be looked for, as parameters of a request."""

from typing import Annotated

from msgspec import Meta, Struct

from cencomm.ids import OPERATION_ID_BYTES, OperationId, from_hex
from cencomm.node.records.criteria import MAX_TEXT_CHARACTERS, Criteria

Word = Annotated[str, Meta(min_length=1, max_length=64)]


class CriteriaAsked(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All that are given must hold; what each means stands in docs/archive.md, "Searching"."""

    text: Annotated[str, Meta(min_length=1, max_length=MAX_TEXT_CHARACTERS)] | None = None
    operation: Word | None = None
    form: Word | None = None
    since: Word | None = None
    until: Word | None = None
    reporting: Word | None = None
    origin: Word | None = None
    destination: Word | None = None
    country: Word | None = None
    author_country: Word | None = None
    commodity: Word | None = None

    def criteria(self) -> Criteria:
        """Raises MalformedError for an operation that is no identifier."""
        return Criteria(
            operation=None
            if self.operation is None
            else OperationId(from_hex(self.operation, length=OPERATION_ID_BYTES)),
            form=self.form,
            since=self.since,
            until=self.until,
            reporting=self.reporting,
            origin=self.origin,
            destination=self.destination,
            country=self.country,
            author_country=self.author_country,
            commodity=self.commodity,
            text_outside_red=self.text,
        )
