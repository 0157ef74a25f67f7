"""Conditions: what they ask, and that Python and JavaScript answer alike."""

import pytest

from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.condition import All, Condition, Not, OneOf, Present, fields_of, holds

CONDITIONS: list[tuple[Condition, bool]] = [
    (OneOf("a", ("x",)), True),
    (OneOf("a", ("y", "x")), True),
    (OneOf("a", ("y",)), False),
    (OneOf("codes", ("q",)), True),
    (OneOf("codes", ("x",)), False),
    (OneOf("missing", ("x",)), False),
    (OneOf("one", (1,)), True),
    (OneOf("one", (True,)), False),  # JavaScript tells 1 from true
    (OneOf("yes", (1,)), False),
    (OneOf("header.a", ("h",)), True),
    (Present("a"), True),
    (Present("header.b"), False),
    (Not(Present("missing")), True),
    (All((Present("a"), Not(OneOf("a", ("y",))))), True),
    (All((Present("a"), Present("missing"))), False),
]


@pytest.mark.parametrize(("condition", "expected"), CONDITIONS)
def test_a_condition_holds_for_these_values(condition: Condition, expected: bool) -> None:  # noqa: FBT001 (the table)
    row: dict[str, JsonValue] = {"a": "x", "codes": ["p", "q"], "one": 1, "yes": True}

    assert holds(condition, row, {"a": "h"}) is expected
    assert list(fields_of(condition))
