"""What a program reached and what we want of it, as lines of one table.

`make bench` gives all programs one file (BENCH_FIGURES) and shows it at the end: python -m bench._figures FILE
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

FILE_VARIABLE = "BENCH_FIGURES"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`wanted` is the least (or the most) that `reached` should be."""

    name: str
    reached: float
    wanted: float
    unit: str
    sense: Literal["least", "most"] = "least"

    @property
    def ratio(self) -> float:
        """1 and more is as wanted, whatever the sense."""
        return self.reached / self.wanted if self.sense == "least" else self.wanted / max(self.reached, 1e-9)

    def __str__(self) -> str:
        sign = "≥" if self.sense == "least" else "≤"
        short = "" if self.ratio >= 1 else "   short"
        wanted = f"{sign} {_number(self.wanted)}"
        return f"{self.name:<58}{_number(self.reached):>10}{wanted:>12} {self.unit:<14}{self.ratio:>7.2f}{short}"


HEADING = f"{'figure':<58}{'reached':>10}{'wanted':>12} {'':<14}{'ratio':>7}"


def report(*figures: Figure) -> None:
    """Shows the figures, and keeps them for the table at the end."""
    if figures:
        print(HEADING)
    for figure in figures:
        print(figure)
    kept = os.environ.get(FILE_VARIABLE)
    if kept is not None:
        with Path(kept).open("ab") as file:
            file.writelines(msgspec.json.encode(figure) + b"\n" for figure in figures)


def _number(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


if __name__ == "__main__":
    print(HEADING)
    for line in Path(sys.argv[1]).read_bytes().splitlines():
        print(msgspec.json.decode(line, type=Figure))
