"""What was uncertain when somebody else's cell was read: the value is kept, and so is the doubt."""

from dataclasses import dataclass
from enum import StrEnum


class DoubtKind(StrEnum):
    """Stable: screens and statistics go by it."""

    KEPT_AS_TEXT = "kept_as_text"  # no field or code fits: the cell stands in the free text
    BY_KEYWORD = "by_keyword"  # a code was chosen by a word of the cell, which stands in the free text as well
    APPROXIMATE = "approximate"  # "~300", "20+", "<1"
    ROUNDED = "rounded"
    COARSE_DATE = "coarse_date"  # a range or a year became the span that covers it
    DATE_ORDER = "date_order"  # 1/5/2017: day and month could be exchanged
    AMBIGUOUS_COUNTRY = "ambiguous_country"
    UNKNOWN_PLACE = "unknown_place"
    UNKNOWN_AIRPORT = "unknown_airport"
    CONFLICT = "conflict"  # two cells contradict each other
    BROKEN_CHARACTER = "broken_character"  # U+FFFD: the file was spoilt before it came to us
    NOT_JOINED = "not_joined"  # the second file has no row for it
    NO_FIELD = "no_field"  # a column that the mapping does not know: it stands in the free text


@dataclass(frozen=True, slots=True)
class Doubt:
    kind: DoubtKind
    sentence: str
