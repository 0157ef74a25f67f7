"""The non-nominal view of a report: what may go to CEN once its owner agrees.

It is made from what the form says is not personal, field by field; whatever the form does not name cannot pass. Names
that somebody wrote into a free text are not found here: such texts are flagged X, or carry the advice not to write any.
"""

from dataclasses import dataclass

from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.form import Field, Nominal
from cencomm.forms.validation import Answers, Report


@dataclass(frozen=True, slots=True)
class NonNominal:
    """The values that stay, and the paths of those that were withheld, for the owner to see before agreeing.

    The values need not answer the form any more: a required field can be personal.
    """

    values: dict[str, JsonValue]
    withheld: tuple[str, ...]


def strip_personal(report: Report) -> NonNominal:
    """The report without fields of flag 1 and X."""
    withheld: list[str] = []
    values = _strip(report.form.fields, report.header, "", withheld)
    for block in report.form.blocks:
        rows: list[JsonValue] = []
        for place, row in enumerate(report.blocks.get(block.name, ())):
            left = _strip(block.fields, row, f"{block.name}[{place}].", withheld)
            if left:
                rows.append(left)
        if rows:
            values[block.name] = rows
    return NonNominal(values, tuple(withheld))


def _strip(fields: tuple[Field, ...], answers: Answers, prefix: str, withheld: list[str]) -> dict[str, JsonValue]:
    left: dict[str, JsonValue] = {}
    for field in fields:
        if field.name not in answers:
            continue
        if field.nominal is Nominal.NO:
            left[field.name] = answers[field.name].to_json()
        else:
            withheld.append(prefix + field.name)
    return left
