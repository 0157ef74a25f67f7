"""What ended one life of a node: something outside it that will pass or that somebody must see to, or a defect of ours.

A relay that is away is an everyday matter: one line of the log says so. A defect is told with where it was raised.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import structlog

from cencomm.errors import CencommError, UsageError

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind` names the type of what went wrong first, `cause` of what that came from; `is_defect`: of the program."""

    kind: str
    cause: str | None
    is_defect: bool

    @classmethod
    def of(cls, error: BaseException) -> "Fault":
        """Of a group of tasks the defect among what they raised, if there is one: the others may follow from it."""
        leaves = list(_leaves(error))
        defect = next((leaf for leaf in leaves if _is_defect(leaf)), None)
        told = leaves[0] if defect is None else defect
        cause = None if told.__cause__ is None else type(told.__cause__).__name__
        return cls(type(told).__name__, cause, defect is not None)

    def tell(self, *, failures: int, retry_seconds: float) -> None:
        """Into the log, of the exception that is being handled; its own words stay out (`cencomm.site.log`)."""
        if self.is_defect:
            _log.exception("node_defect", kind=self.kind, failures=failures, retry_seconds=retry_seconds)
        else:
            _log.warning("node_fault", kind=self.kind, cause=self.cause, failures=failures, retry_seconds=retry_seconds)


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _leaves(one)
    else:
        yield error


def _is_defect(error: BaseException) -> bool:
    """Raised by nobody on purpose, or because a caller within the program broke a contract."""
    return isinstance(error, UsageError) or not isinstance(error, CencommError)
