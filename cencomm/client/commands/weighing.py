"""How sure a report is, and what its addressees are to do: what the envelope says of them at the command line."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from cencomm.client.commands.translated import option
from cencomm.errors import UsageError
from cencomm.forms.code_list import CodeList
from cencomm.forms.envelope import Evaluation

ACTIONS = "requested_action"  # the list that codes of an expected action are of
_CELLS = [source + information for source in "ABCX" for information in "1234"]

F = TypeVar("F", bound=Callable[..., Any])


def weighing_options(command: F) -> F:
    """`--evaluation` and `--expect` of `send`."""
    for decorate in (  # the last decorator stands first in the help
        option("--expect", metavar="CODE", help="What the addressees are to do: a code, such as nii_scan."),
        option(
            "--evaluation",
            type=click.Choice(_CELLS),
            metavar="A1…X4",
            help="How sure it is, 4x4: the source A, B, C or X, the information 1 to 4.",
        ),
    ):
        command = decorate(command)
    return command


def evaluation_of(cell: str | None) -> Evaluation | None:
    """`B2`: a source that is mostly reliable, something that it knows itself."""
    return None if cell is None else Evaluation(cell[0], cell[1])


def expected_action(code: str | None, lists: Mapping[str, CodeList]) -> str | None:
    """Raises UsageError for a code that the list does not have."""
    if code is not None and code not in lists[ACTIONS]:
        raise UsageError(f"{code!r} is no action; there are {', '.join(one.code for one in lists[ACTIONS].entries)}")
    return code
