"""Answering a form in one line."""

from collections.abc import Mapping
from pathlib import Path

from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import CodeList
from cencomm.forms.fault import Fault, FaultCode
from cencomm.forms.form import Form, Variant
from cencomm.forms.validation import InvalidReport, Report, validate

WRITTEN_AT = 1_795_305_600  # 2026-11-22T00:00:00Z
Values = dict[str, JsonValue]
VECTORS = Path(__file__).parents[2] / "vectors/forms"


def report(form: Form, values: JsonValue, lists: Mapping[str, CodeList], variant: Variant = Variant.LONG) -> Report:
    return validate(form, values, variant=variant, lists=lists, written_at=WRITTEN_AT)


def faults(
    form: Form, values: JsonValue, lists: Mapping[str, CodeList], variant: Variant = Variant.LONG
) -> tuple[Fault, ...]:
    """What is wrong with the values; nothing, if they make a report that says just that again."""
    try:
        made = report(form, values, lists, variant)
    except InvalidReport as refusal:
        return refusal.faults
    assert made.values() == values
    return ()


def codes(found: tuple[Fault, ...]) -> set[tuple[str, FaultCode]]:
    return {(fault.path, fault.code) for fault in found}
