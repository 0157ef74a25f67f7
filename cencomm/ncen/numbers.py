"""Numbers on plates and papers as they compare: `ка 123-в`, read off a plate, and KA123B are one."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from cencomm.node.records.cells import CellRow

# Letters of Cyrillic and Greek that look like Latin ones: plates use just these, so that both worlds can read them.
_ALIKE = str.maketrans("авекмнорстухіјѕαβεζηικμνορτυχ", "abekmhopctyxijsabezhikmnoptyx")


class NumberKind(StrEnum):
    """What a number is on. The words are stored: add, never rename."""

    PLATE = "plate"
    DOCUMENT = "document"
    CONVEYANCE = "conveyance"


KINDS = {  # name of a field, in whatever block, and what its number is on
    "plate_no": NumberKind.PLATE,
    "doc_no": NumberKind.DOCUMENT,
    "number": NumberKind.DOCUMENT,
    "awb_no": NumberKind.DOCUMENT,
    "permit_no": NumberKind.DOCUMENT,
    "registration_no": NumberKind.DOCUMENT,
    "vin": NumberKind.CONVEYANCE,
    "container_no": NumberKind.CONVEYANCE,
    "imo_no": NumberKind.CONVEYANCE,
    "mmsi": NumberKind.CONVEYANCE,
    "flight_no": NumberKind.CONVEYANCE,
    "aircraft_reg": NumberKind.CONVEYANCE,
}


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a report. Two fields of a row may hold the same."""

    kind: NumberKind
    number: str
    block: str
    row: int


def comparable(text: str) -> str:
    """Letters and digits alone, of one case, one script where letters look alike; empty if it has none."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_ALIKE)
    return "".join(letter for letter in folded if letter.isalnum())


def numbers_in(cells: Iterable[CellRow]) -> Iterator[Number]:
    """Every number of a report that has a kind, once."""
    found = {
        Number(KINDS[cell.key.name], number, cell.key.block, cell.row)
        for cell in cells
        if cell.key.name in KINDS and cell.text and (number := comparable(cell.text))
    }
    yield from sorted(found, key=lambda one: (one.block, one.row, one.kind, one.number))
