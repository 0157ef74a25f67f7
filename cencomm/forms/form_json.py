"""A form as bytes: one canonical JSON, which hashes the same wherever it was made, and the same tables written as TOML.

Both are read by the same code. JSON has to be exactly what we would write; TOML is for people.
"""

from collections.abc import Mapping
from hashlib import sha256

from cencomm.errors import MalformedError
from cencomm.forms import canonical_json
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import CodeList
from cencomm.forms.condition import Condition, decode_condition, encode_condition
from cencomm.forms.form import Block, Field, Form, FormError, Nominal, Section, Variant
from cencomm.forms.form_rules import check_lists, inconsistencies
from cencomm.forms.kinds.types import KINDS
from cencomm.forms.language import Labels
from cencomm.forms.record import Record, parse_toml

MAX_FORM_BYTES = 1 << 18  # the seizure form, the longest we ship, has a seventh of it
MAX_SECTIONS = 30
MAX_FIELDS = 150  # of the header, and of one block
MAX_BLOCKS = 20
MAX_ROWS = 200
MAX_VERSION = 1_000_000
MAX_HELP = 500


def compile_form(source: str, lists: Mapping[str, CodeList]) -> Form:
    """The form that a TOML text writes (docs/forms.md), all its lists and codes known.

    Raises:
        FormError: with everything that is wrong.
    """
    try:
        form = _form(parse_toml(source))
    except FormError:
        raise
    except MalformedError as exc:
        raise FormError(str(exc)) from None
    check_lists(form, lists)
    return form


def encode_form(form: Form) -> bytes:
    """The canonical JSON of the form: what is stored, hashed and sent."""
    return canonical_json.encode(_write_form(form))


def form_hash(encoded: bytes) -> bytes:
    """SHA-256 of the canonical JSON, by which the ledger and every envelope name a form and its version."""
    return sha256(encoded).digest()


def decode_form(data: bytes) -> Form:
    """The form that exactly `data` encodes.

    It can be shown, filled in and validated without harm, whoever wrote it; whether the coordination unit wants it is
    for the ledger to say.

    Raises:
        FormError: any other bytes.
    """
    try:
        form = _form(canonical_json.decode(data, most=MAX_FORM_BYTES))
    except FormError:
        raise
    except MalformedError as exc:
        raise FormError(str(exc)) from None
    if encode_form(form) != data:
        raise FormError("a form in another spelling than its canonical one")
    return form


def _form(value: JsonValue) -> Form:
    complaints: list[str] = []
    record = Record(value, "", complaints)
    form = Form(
        name=record.name("name"),
        version=record.integer("version", least=1, most=MAX_VERSION),
        label=record.labels("label"),
        sections=tuple(_section(inner) for inner in record.records("sections", most=MAX_SECTIONS)),
        fields=tuple(_field(inner, in_block=False) for inner in record.records("fields", most=MAX_FIELDS)),
        blocks=tuple(_block(inner) for inner in record.records("blocks", most=MAX_BLOCKS)),
        variants=_variants(record),
        dated_by=record.optional_name("dated_by"),
        narrowed_for=record.optional_name("narrowed_for"),
    )
    record.end()
    if not complaints:  # else the form is full of harmless values that would cause more
        complaints = list(inconsistencies(form))
    if complaints:
        raise FormError("\n".join(complaints))
    return form


def _variants(record: Record) -> tuple[Variant, ...]:
    names = record.texts("variants", most=len(Variant)) or (Variant.LONG.value,)
    variants = tuple(variant for name in names for variant in Variant if variant.value == name)
    if len(variants) != len(names) or Variant.LONG not in variants:
        record.complain("variants are long, or long and simplified, in the order of preference")
    return variants


def _section(record: Record) -> Section:
    section = Section(record.name("name"), record.labels("label"))
    record.end()
    return section


def _block(record: Record) -> Block:
    rows = record.record("rows")
    max_rows = rows.integer("max", least=1, most=MAX_ROWS)
    min_rows = rows.optional_integer("min", least=1, most=max_rows)
    rows.end()
    block = Block(
        name=record.name("name"),
        section=record.name("section"),
        label=record.labels("label"),
        help=record.optional_labels("help", most=MAX_HELP),
        fields=tuple(_field(inner, in_block=True) for inner in record.records("fields", most=MAX_FIELDS)),
        min_rows=min_rows or 1,
        max_rows=max_rows,
        required=_required(record),
        applies=_condition(record, "applies"),
        simplified=record.flag("simplified"),
    )
    record.end()
    return block


def _field(record: Record, *, in_block: bool) -> Field:
    type_name = record.name("type")
    if type_name not in KINDS:
        record.complain(f"type is one of {', '.join(KINDS)}")
    field = Field(
        name=record.name("name"),
        section=None if in_block else record.name("section"),
        label=record.labels("label"),
        help=record.optional_labels("help", most=MAX_HELP),
        nominal=_nominal(record),
        required=_required(record),
        applies=_condition(record, "applies"),
        simplified=record.flag("simplified"),
        kind=KINDS.get(type_name, KINDS["boolean"])(record),
    )
    record.end()
    return field


def _nominal(record: Record) -> Nominal:
    value = record.take("nominal")
    for flag in Nominal:
        if type(value) is type(flag.value) and value == flag.value:
            return flag
    record.complain('nominal is missing or not 0, 1 or "X"')
    return Nominal.YES


def _required(record: Record) -> bool | Condition:
    if not record.has("required"):
        return False
    value = record.take("required")
    if isinstance(value, bool):
        return value
    return decode_condition(Record(value, f"{record.where}.required", record.complaints))


def _condition(record: Record, key: str) -> Condition | None:
    return decode_condition(record.record(key)) if record.has(key) else None


def _write_form(form: Form) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {
        "label": _write_labels(form.label),
        "name": form.name,
        "sections": [{"label": _write_labels(section.label), "name": section.name} for section in form.sections],
        "version": form.version,
    }
    if form.fields:
        found["fields"] = [_write_field(field) for field in form.fields]
    if form.blocks:
        found["blocks"] = [_write_block(block) for block in form.blocks]
    if form.variants != (Variant.LONG,):
        found["variants"] = [variant.value for variant in form.variants]
    found |= {} if form.dated_by is None else {"dated_by": form.dated_by}
    return found | ({} if form.narrowed_for is None else {"narrowed_for": form.narrowed_for})


def _write_block(block: Block) -> dict[str, JsonValue]:
    rows: dict[str, JsonValue] = {"max": block.max_rows}
    found: dict[str, JsonValue] = {
        "fields": [_write_field(field) for field in block.fields],
        "label": _write_labels(block.label),
        "name": block.name,
        "rows": rows | ({"min": block.min_rows} if block.min_rows > 1 else {}),
        "section": block.section,
    }
    return found | _write_shared(block)


def _write_field(field: Field) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {
        "label": _write_labels(field.label),
        "name": field.name,
        "nominal": field.nominal.value,
        "type": field.kind.type,
    }
    found |= {} if field.section is None else {"section": field.section}
    return found | field.kind.options() | _write_shared(field)


def _write_shared(part: Field | Block) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {}
    if part.help is not None:
        found["help"] = _write_labels(part.help)
    if part.applies is not None:
        found["applies"] = encode_condition(part.applies)
    if not isinstance(part.required, bool):
        found["required"] = encode_condition(part.required)
    elif part.required:
        found["required"] = True
    if part.simplified:
        found["simplified"] = True
    return found


def _write_labels(labels: Labels) -> dict[str, JsonValue]:
    return dict(labels)
