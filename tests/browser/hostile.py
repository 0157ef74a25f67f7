"""Texts that attack whoever shows them, and reports that say them in answer to every question of a form."""

import csv
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast
from zipfile import ZipFile

from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.form import Block, Field, Form, Variant
from cencomm.forms.kinds.kind import Spot
from cencomm.forms.kinds.place import PlaceKind
from cencomm.forms.tongue import Tongue

TODAY = dt.date(2026, 11, 22)
STORY, AUTHOR = "6f7269656c".ljust(32, "0"), "706f73742d3133".ljust(32, "0")  # of the gallery: "oriel", "post-13"
LONGEST = 4_000  # letters; what is longer is refused by nearly every field
OUR_OWN = (  # what the reference material lacks
    "\u202egpj.exe",
    "a\u2067\u2066b\u2069",
    "\u05d0\u05d1\u05d2 (TLP:CLEAR) \u200f",
    "TLP:CLEAR\n\nHandling H0: no condition",
    "{reason} {detail} {0} %s",
    "__proto__",
    "constructor",
    "<style>*{display:none}</style><img src=x onerror=alert(1)><svg/onload=alert(1)>",
    "![x](http://evil.test/x.png) [y](javascript:alert(1)) http://evil.test/",
    "W" * 190,
    "\u0e01" + "\u0e49" * 60,  # marks of Thai, which stand above each other
    "A" + "\u0300" * 9,
)
FOREIGN = """() => [...document.body.querySelectorAll("*")]
    .filter((one) => one.matches("script, style, img, svg, iframe, object, embed, a, link, base, meta, video, template")
        || one.getAttributeNames().some((name) => /^on|^(style|src|srcset|href|action|formaction|srcdoc)$/.test(name)))
    .map((one) => one.outerHTML.slice(0, 100))"""


def hostile_texts(shared: Path) -> Sequence[str]:
    """Every text of the reference material, each once: naughty strings, cells of odd sheets, odd JSON."""
    folder = shared / "data" / "bad"
    found = [*OUR_OWN, *json.loads((folder / "blns.json").read_text("utf-8"))]
    for sheet in sorted((folder / "csv-spectrum" / "csvs").glob("*.csv")):
        found += [cell for row in csv.reader(sheet.read_text("utf-8").splitlines(keepends=True)) for cell in row]
    with ZipFile(folder / "JSONTestSuite_test_parsing.zip") as suite:
        found += [suite.read(name).decode("utf-8", "replace") for name in sorted(suite.namelist())]
    return [text for text in dict.fromkeys(found) if 0 < len(text) <= LONGEST]


def without_conditions(form: Form) -> Form:
    """The same questions, of which each may be answered at any time."""

    def freed(one: Field) -> Field:
        return replace(one, applies=None, required=False)

    blocks = tuple(
        replace(block, applies=None, required=False, fields=tuple(map(freed, block.fields))) for block in form.blocks
    )
    return replace(form, fields=tuple(map(freed, form.fields)), blocks=blocks, variants=(Variant.LONG,))


def questions(form: Form) -> Sequence[tuple[Block | None, Field]]:
    """In the order in which they are read."""
    return [
        question
        for section in form.sections
        for question in (
            *((None, one) for one in form.fields if one.section == section.name),
            *((block, one) for block in form.blocks if block.section == section.name for one in block.fields),
        )
    ]


@dataclass
class Report:
    """Answers to all questions of a form, whatever these want, and what a reader is shown of them, as Python says."""

    form: str
    values: dict[str, JsonValue] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)

    def answer(self, block: Block | None, one: Field, text: str, tongue: Tongue) -> None:
        answer: JsonValue = {"city": text} if isinstance(one.kind, PlaceKind) else text
        if block is None:
            self.values[one.name] = answer
        else:
            (row,) = cast("list[dict[str, JsonValue]]", self.values.setdefault(block.name, [{}]))
            row[one.name] = answer
        spot = Spot(one.name, [], tongue.lists, {}, TODAY.isoformat(), TODAY)
        value = one.kind.parse(answer, spot)
        if value is not None and not spot.faults:
            self.shown.append(value.show(tongue))

    def reply(self) -> dict[str, JsonValue]:
        return {"author": AUTHOR, "form": self.form, "replyTo": STORY, "minutesAgo": 1, "values": self.values}
