"""Whether values answer a form: all that is wrong at once, or a Report, which is the proof that nothing is.

A value that is not there is left out: null, empty texts, lists and rows are refused, so that one report has one
encoding. Nothing is ever corrected here.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from cencomm.errors import ProtocolError, UsageError
from cencomm.forms import canonical_json
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import CodeList
from cencomm.forms.condition import HEADER, Condition, fields_of, holds
from cencomm.forms.fault import Fault, FaultCode, quoted
from cencomm.forms.form import Block, Field, Form, Variant
from cencomm.forms.kinds.calendar import date_of
from cencomm.forms.kinds.kind import Spot, Value
from cencomm.forms.record import NAME

MAX_REPORT_BYTES = 300_000  # canonical JSON; a seizure of a hundred kinds of goods has 60 kB
LATEST_WRITING = 7_258_118_399  # seconds: the end of 2199, as for dates

Answers = Mapping[str, Value]
"""field name -> checked value, in the order of the form; unanswered fields are not there."""


@dataclass(frozen=True, slots=True)
class Report:
    """Values that answer `form`, checked. Made by `validate` only."""

    form: Form
    variant: Variant
    header: Answers
    blocks: Mapping[str, tuple[Answers, ...]]

    def values(self) -> dict[str, JsonValue]:
        """Exactly the values that were validated."""
        found = _to_json(self.header)
        for name, rows in self.blocks.items():
            found[name] = [_to_json(row) for row in rows]
        return found


class InvalidReport(ProtocolError):  # noqa: N818 (reads as the answer that it is)
    """Values that do not answer the form. `faults` are all of them, at most `kind.MAX_FAULTS`."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f"{fault.path}: {fault.code.value}" for fault in faults[:5]))
        self.faults = faults


def validate(
    form: Form, values: JsonValue, *, variant: Variant, lists: Mapping[str, CodeList], written_at: int
) -> Report:
    """The report that `values` make.

    `written_at` is the second since 1970 in which it was or is written: the clock for a writer, the envelope's time for
    a reader, so that all of them judge alike and a report does not become invalid with age.

    Raises:
        InvalidReport: with every fault; sentences for people come from `Wording.explain`.
    """
    if variant not in form.variants:
        raise InvalidReport((Fault("", FaultCode.UNKNOWN_VARIANT),))
    if not isinstance(values, dict):
        raise InvalidReport((Fault("", FaultCode.WRONG_TYPE),))
    if not 0 <= written_at <= LATEST_WRITING:
        # An envelope can name any second; calendars end.
        raise InvalidReport((Fault("", FaultCode.INSTANT_FORMAT),))
    today = dt.datetime.fromtimestamp(written_at, dt.UTC).date()
    faults: list[Fault] = []
    spot = Spot("", faults, lists, {}, _judged_on(form, values, today), today)
    _refuse_unknown(values, {part.name for part in form.parts()}, spot)
    answers, unsure = _answers(form.fields, values, values, set(), variant, spot)
    blocks = {
        block.name: rows for block in form.blocks if (rows := _rows(block, values, unsure, variant, spot)) is not None
    }
    if not faults:
        _check_size(values, spot)
    if faults:
        raise InvalidReport(tuple(faults))
    return Report(form, variant, answers, blocks)


def _judged_on(form: Form, values: Mapping[str, JsonValue], today: dt.date) -> str:
    date = None if form.dated_by is None else date_of(values.get(form.dated_by))
    return today.isoformat() if date is None else str(date)


def _refuse_unknown(values: Mapping[str, JsonValue], known: set[str], spot: Spot) -> None:
    for name in values:
        if name not in known:
            # A name that is none of ours is not repeated in a path, which programs take apart.
            spot.fault(FaultCode.UNKNOWN_FIELD, name if NAME.fullmatch(name) else "", name=quoted(name))


def _answers(
    fields: tuple[Field, ...],
    row: dict[str, JsonValue],
    header: Mapping[str, JsonValue],
    unsure: set[str],
    variant: Variant,
    spot: Spot,
) -> tuple[dict[str, Value], set[str]]:
    """The checked values of one row, and the names of those with faults.

    A condition on a field that has a fault itself is not judged: it would be a second complaint about one slip.
    """
    answers: dict[str, Value] = {}
    faulty: set[str] = set()
    for field in fields:
        if field.name not in row:
            continue
        value = _parse(field, row[field.name], variant, spot.at(field.name, row))
        if value is None:
            faulty.add(field.name)
        else:
            answers[field.name] = value
    doubtful = unsure | faulty
    for field in fields:
        _judge(field, row, header, doubtful, variant, spot)
    return answers, faulty


def _parse(field: Field, value: JsonValue, variant: Variant, spot: Spot) -> Value | None:
    if variant is Variant.SIMPLIFIED and not field.simplified:
        spot.fault(FaultCode.NOT_IN_VARIANT)
        return None
    if value is None or value in ("", [], {}):
        spot.fault(FaultCode.EMPTY)
        return None
    before = len(spot.faults)
    answer = field.kind.parse(value, spot)
    return answer if len(spot.faults) == before else None


def _judge(
    part: Field | Block,
    row: Mapping[str, JsonValue],
    header: Mapping[str, JsonValue],
    doubtful: set[str],
    variant: Variant,
    spot: Spot,
) -> None:
    """Whether the part may be there, beneath `spot`, and whether it has to be."""
    if variant is Variant.SIMPLIFIED and not part.simplified:
        return
    if part.applies is not None:
        if not doubtful.isdisjoint(fields_of(part.applies)):
            return
        if not holds(part.applies, row, header):
            if part.name in row:
                spot.at(part.name, row).fault(FaultCode.NOT_APPLICABLE)
            return
    if part.name not in row and _is_required(part.required, row, header, doubtful):
        spot.at(part.name, row).fault(FaultCode.REQUIRED)


def _is_required(
    required: bool | Condition,  # noqa: FBT001 (the field's own three states)
    row: Mapping[str, JsonValue],
    header: Mapping[str, JsonValue],
    doubtful: set[str],
) -> bool:
    if isinstance(required, bool):
        return required
    return doubtful.isdisjoint(fields_of(required)) and holds(required, row, header)


def _rows(
    block: Block, header: dict[str, JsonValue], unsure: set[str], variant: Variant, spot: Spot
) -> tuple[Answers, ...] | None:
    """The checked rows of a block, None if it is not answered or has faults of its own."""
    _judge(block, header, header, unsure, variant, spot)
    if block.name not in header:
        return None
    there = spot.at(block.name, header)
    rows = header[block.name]
    if variant is Variant.SIMPLIFIED and not block.simplified:
        there.fault(FaultCode.NOT_IN_VARIANT)
    elif rows is None or rows == []:
        there.fault(FaultCode.EMPTY)
    elif not isinstance(rows, list):
        there.fault(FaultCode.WRONG_TYPE)
    elif len(rows) > block.max_rows:
        there.fault(FaultCode.TOO_MANY_ROWS, most=block.max_rows)
    else:
        if len(rows) < block.min_rows:
            there.fault(FaultCode.TOO_FEW_ROWS, least=block.min_rows)
        from_row = {HEADER + name for name in unsure}
        known = {field.name for field in block.fields}
        return tuple(
            _row(block, row, header, from_row, known, variant, spot.at(f"{block.name}[{place}]", {}))
            for place, row in enumerate(rows)
        )
    return None


def _row(
    block: Block,
    row: JsonValue,
    header: Mapping[str, JsonValue],
    unsure: set[str],
    known: set[str],
    variant: Variant,
    spot: Spot,
) -> Answers:
    if not isinstance(row, dict):
        spot.fault(FaultCode.WRONG_TYPE)
        return {}
    if not row:
        spot.fault(FaultCode.EMPTY)
    _refuse_unknown(row, known, spot)
    answers, _ = _answers(block.fields, row, header, unsure, variant, spot)
    return answers


def _check_size(values: JsonValue, spot: Spot) -> None:
    try:
        size = len(canonical_json.encode(values))
    except UsageError:  # unreachable for values that were decoded from bytes; a caller's own may hold anything
        spot.fault(FaultCode.WRONG_TYPE)
        return
    if size > MAX_REPORT_BYTES:
        spot.fault(FaultCode.REPORT_TOO_LARGE, most=MAX_REPORT_BYTES // 1000, size=size // 1000)


def _to_json(answers: Answers) -> dict[str, JsonValue]:
    return {name: value.to_json() for name, value in answers.items()}
