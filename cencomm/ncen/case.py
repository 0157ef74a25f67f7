"""What makes two reports one case: whose number it stands under, in which register, and the number."""

from collections.abc import Iterable
from dataclasses import dataclass

from cencomm.forms.code_list import fold
from cencomm.node.records.cells import HEADER, CellRow

SEIZURE = "seizure"
REFERENCE, REGISTER = "case_ref", "case_ref_source"


@dataclass(frozen=True, slots=True)
class CaseKey:
    """A national case, folded so that it compares.

    The service as the ledger names it is part of it: police and customs of one country number their cases each for
    themselves. The author is not: the next shift corrects what this one reported.
    """

    organisation: str
    register: str
    reference: str


def case_key(form_name: str, cells: Iterable[CellRow], organisation: str) -> CaseKey | None:
    """The case that a report is about; None when it is no seizure, or one without a number."""
    if form_name != SEIZURE:
        return None
    header = {cell.key.name: cell.text for cell in cells if cell.key.block == HEADER and cell.text is not None}
    reference = fold(header.get(REFERENCE, ""))
    if not reference:
        return None
    return CaseKey(fold(organisation), fold(header.get(REGISTER, "")), reference)
