"""The type names that a form may use, and what reads the rest of such a field."""

from collections.abc import Callable, Mapping

from cencomm.forms.kinds.calendar import date_kind, instant_kind, time_kind
from cencomm.forms.kinds.code import code_kind, codes_kind
from cencomm.forms.kinds.identifier import identifier_kind
from cencomm.forms.kinds.kind import Kind
from cencomm.forms.kinds.number import boolean_kind, decimal_kind, integer_kind
from cencomm.forms.kinds.place import coordinate_kind, place_kind
from cencomm.forms.kinds.quantity import money_kind, quantity_kind
from cencomm.forms.kinds.reference import attachment_kind, message_kind
from cencomm.forms.kinds.text import long_text_kind, text_kind
from cencomm.forms.record import Record

KINDS: Mapping[str, Callable[[Record], Kind]] = {
    "text": text_kind,
    "long_text": long_text_kind,
    "integer": integer_kind,
    "decimal": decimal_kind,
    "boolean": boolean_kind,
    "date": date_kind,
    "time": time_kind,
    "instant": instant_kind,
    "code": code_kind,
    "codes": codes_kind,
    "place": place_kind,
    "coordinate": coordinate_kind,
    "quantity": quantity_kind,
    "money": money_kind,
    "identifier": identifier_kind,
    "message": message_kind,
    "attachment": attachment_kind,
}
