"""What is wrong with a report: where, and which rule. The sentence for people is looked up in their language."""

from dataclasses import dataclass, field
from enum import StrEnum

MAX_QUOTED = 40  # characters of somebody's value that an error repeats


class FaultCode(StrEnum):
    """Stable: clients, tests and translations go by it. `templates/messages/wording.toml` has a sentence for each."""

    REQUIRED = "required"
    UNKNOWN_FIELD = "unknown_field"
    NOT_APPLICABLE = "not_applicable"
    NOT_IN_VARIANT = "not_in_variant"
    EMPTY = "empty"
    WRONG_TYPE = "wrong_type"
    PART_MISSING = "part_missing"
    TOO_FEW_ROWS = "too_few_rows"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY = "too_many"
    REPEATED = "repeated"
    REPORT_TOO_LARGE = "report_too_large"
    UNKNOWN_VARIANT = "unknown_variant"

    TOO_LONG = "too_long"
    TEXT_BLANK = "text_blank"
    TEXT_BROKEN = "text_broken"
    TEXT_NOT_NFC = "text_not_nfc"
    TEXT_CONTROL = "text_control"
    TEXT_LINES = "text_lines"
    TEXT_DIRECTION = "text_direction"
    TEXT_INVISIBLE = "text_invisible"
    TEXT_MARKS = "text_marks"

    NUMBER_FORMAT = "number_format"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    TOO_EXACT = "too_exact"
    UNWEIGHED_NOT_ALLOWED = "unweighed_not_allowed"
    UNWEIGHED_WITH_AMOUNT = "unweighed_with_amount"

    DATE_FORMAT = "date_format"
    DATE_TOO_COARSE = "date_too_coarse"
    DATE_IN_FUTURE = "date_in_future"
    TIME_FORMAT = "time_format"
    INSTANT_FORMAT = "instant_format"

    CODE_UNKNOWN = "code_unknown"
    CODE_NOT_VALID_THEN = "code_not_valid_then"
    CODE_NOT_OFFERED = "code_not_offered"
    CODE_WRONG_LEVEL = "code_wrong_level"
    CODE_NOT_UNDER = "code_not_under"
    LIST_UNKNOWN = "list_unknown"

    PLACE_CODE_FORMAT = "place_code_format"
    PLACE_CODE_COUNTRY = "place_code_country"
    IDENTIFIER_FORMAT = "identifier_format"
    CHECK_DIGIT = "check_digit"
    NEEDLESS_CONFIRMATION = "needless_confirmation"
    REFERENCE_FORMAT = "reference_format"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to put right.

    Args:
        path: where, as `case_ref`, `items[2].quantity` or `items[2].quantity.unit`; rows count from 0.
        facts: what the sentence fills in: limits, or the quoted value.
    """

    path: str
    code: FaultCode
    facts: tuple[tuple[str, str], ...] = field(default=())


def quoted(value: str) -> str:
    """The beginning of somebody's value, fit to be repeated in an error: nothing in it acts on the screen."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in value[: MAX_QUOTED + 1])
    return shown if len(shown) <= MAX_QUOTED else shown[:MAX_QUOTED] + "…"
