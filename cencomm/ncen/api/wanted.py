"""What can be looked for in an nCEN beside what every node finds records by, as parameters of a request."""

from typing import Annotated

from msgspec import Meta
from sqlalchemy import ColumnElement, and_

from cencomm.ncen.search import Wanted, is_shareable
from cencomm.node.api.criteria import CriteriaAsked, Word
from cencomm.node.records.criteria import MAX_TEXT_CHARACTERS


class WantedAsked(CriteriaAsked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All that are given must hold; they are the options of `cencomm ncen search` (docs/ncen.md)."""

    reference: Annotated[str, Meta(min_length=1, max_length=MAX_TEXT_CHARACTERS)] | None = None
    """Of the case, or how it begins."""
    plate: Word | None = None
    document: Word | None = None
    """Number of a document or registration; like a plate it is whole, however it is spaced."""
    every_version: bool = False
    """Also what a later report of the same case replaced."""

    def condition(self) -> ColumnElement[bool]:
        """What holds of MESSAGES. A reference or number is looked for in nothing that is TLP:RED, as `text` is not:
        whoever may not read that would learn by guessing what it says. Raises UsageError for a number that is none.
        """
        wanted = Wanted(case=self.reference, plate=self.plate, document=self.document, every_version=self.every_version)
        guesses = any(one is not None for one in (self.reference, self.plate, self.document))
        return and_(wanted.condition(), is_shareable()) if guesses else wanted.condition()
