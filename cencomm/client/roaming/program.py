"""A mailbox that roams belongs to one kind of program, whose rows mean something to it alone (ADR 0027).

The browser's has a row `program`. One without it is this program's, as all were that were written before.
"""

from collections.abc import Mapping

from cencomm.client.errors import AnotherProgram

PROGRAM_KEY = "program"


def require_own_program(values: Mapping[str, bytes]) -> None:
    """The mailbox is one that this program wrote.

    Raises:
        AnotherProgram: it has to be opened where it was written; nothing was changed.
    """
    if PROGRAM_KEY in values:
        raise AnotherProgram
