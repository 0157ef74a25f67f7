"""Where a page of mentions ended, as text that a reader gives back for the next one."""

import re
from dataclasses import dataclass

from cencomm.errors import UsageError
from cencomm.node.records.cursor import MAX_NUMBER_DIGITS

_CURSOR = re.compile("/".join([rf"(\d{{1,{MAX_NUMBER_DIGITS}}})"] * 3), re.ASCII)
MAX_CURSOR_LETTERS = 3 * MAX_NUMBER_DIGITS + 2


@dataclass(frozen=True, slots=True)
class RoleCursor:
    """The last mention, and what it was sorted by: its likeness in millionths when a name was asked for, else the
    second in which its report was written. Reports that come later do not shift it.
    """

    value: int
    record: int
    row: int

    def text(self) -> str:
        return f"{self.value}/{self.record}/{self.row}"


def read_role_cursor(text: str) -> RoleCursor:
    """The cursor that a page gave.

    Raises:
        UsageError: none.
    """
    found = _CURSOR.fullmatch(text)
    if found is None:
        raise UsageError("a next page is asked for by what the page before said, with the same question")
    value, record, row = map(int, found.groups())
    return RoleCursor(value, record, row)
