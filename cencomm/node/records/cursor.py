"""Where a page of a search ended, as text that a reader gives back for the next one."""

import re
from dataclasses import dataclass

from cencomm.errors import UsageError
from cencomm.node.records.criteria import Sort

MAX_NUMBER_DIGITS = 18  # below 2**63, which is SQLite's

_NUMBER = re.compile(rf"\d{{1,{MAX_NUMBER_DIGITS}}}", re.ASCII)
_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The sorted value and number of the last record. Records that come later do not shift it."""

    value: int | str
    record: int

    def text(self) -> str:
        return f"{self.value}/{self.record}"


def read_cursor(text: str, sort: Sort) -> Cursor:
    """The cursor that a page sorted in this way gave.

    Raises:
        UsageError: none.
    """
    value, _, record = text.partition("/")
    if not _NUMBER.fullmatch(record) or not (_DAY if sort is Sort.HAPPENED else _NUMBER).fullmatch(value):
        raise UsageError("a next page is asked for by what the page before said, with the same order")
    return Cursor(value if sort is Sort.HAPPENED else int(value), int(record))
