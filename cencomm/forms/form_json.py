"""A form as bytes: one canonical JSON, which hashes the same wherever it was made, and the same tables written as TOML.

Both are read by the same code. JSON has to be exactly what we would write; TOML is for people.
"""

from collections.abc import Mapping
from hashlib import sha256

from cencomm.errors import MalformedError
from cencomm.forms import canonical_json
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import CodeList
from cencomm.forms.condition import (
    HEADER,
    MAX_TERMS,
    All,
    Condition,
    Not,
    OneOf,
    Present,
    decode_condition,
    encode_condition,
    fields_of,
)
from cencomm.forms.form import Block, Field, Form, Nominal, Section, Variant
from cencomm.forms.kinds.calendar import DateKind
from cencomm.forms.kinds.code import CodeKind, CodesKind
from cencomm.forms.kinds.kind import Kind
from cencomm.forms.kinds.number import BooleanKind, IntegerKind
from cencomm.forms.kinds.quantity import CURRENCIES, UNITS, MoneyKind, QuantityKind
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


class FormError(MalformedError):
    """Not a form. The text has one line for each thing that is wrong, as `blocks[items].fields[vin]: unknown key`."""


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


def check_lists(form: Form, lists: Mapping[str, CodeList]) -> None:
    """Every list that the form names exists, and every code in its limits and conditions.

    Raises:
        FormError: with everything that is missing.
    """
    complaints: list[str] = []
    for path, field in form.all_fields():
        for name, codes in _codes_named(field.kind):
            known = lists.get(name)
            if known is None:
                complaints.append(f"{path}: there is no list {name!r}")
            else:
                complaints.extend(f"{path}: {code!r} is not in {name!r}" for code in codes if code not in known)
    for where, condition, fields in _conditions(form):
        complaints.extend(
            f"{where}: {constant!r} is not in {kind.list!r}"
            for name, constant in _constants(condition)
            if isinstance(kind := fields[name].kind, CodeKind | CodesKind)
            and kind.list in lists
            and constant not in lists[kind.list]
        )
    if complaints:
        raise FormError("\n".join(complaints))


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
        complaints = list(_inconsistencies(form))
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


def _inconsistencies(form: Form) -> list[str]:
    """What single tables cannot show: names used twice, references to nothing, columns that would collide."""
    found: list[str] = []
    sections = [section.name for section in form.sections]
    _unique(found, "sections", sections)
    _unique(found, "fields and blocks", [part.name for part in form.parts()])
    found.extend(
        f"{part.name}: there is no section {part.section!r}" for part in form.parts() if part.section not in sections
    )
    for block in form.blocks:
        if not block.fields:
            found.append(f"{block.name}: a block without fields")
        _unique(found, block.name, [field.name for field in block.fields])
    for where, fields in _tables(form):
        _unique(found, f"columns of {where}", [name for field in fields for name in column_names(field)])
        found.extend(_misplaced(where, fields))
    for where, condition, named in _conditions(form):
        found.extend(_unfit(where, condition, named))
    if form.dated_by is not None and not isinstance(_kind_of(form.fields, form.dated_by), DateKind):
        found.append(f"dated_by: {form.dated_by!r} is not a date of the header")
    if not form.fields and not form.blocks:
        found.append("a form without fields")
    return found


def _unique(found: list[str], what: str, names: list[str]) -> None:
    found.extend(f"{what}: {name!r} twice" for name in sorted({name for name in names if names.count(name) > 1}))


def _tables(form: Form) -> list[tuple[str, tuple[Field, ...]]]:
    return [("the header", form.fields), *((block.name, block.fields) for block in form.blocks)]


def _misplaced(where: str, fields: tuple[Field, ...]) -> list[str]:
    """`under` names a field of one code of the same list, in the same row."""
    found = []
    for field in fields:
        if isinstance(field.kind, CodeKind) and field.kind.under is not None:
            wider = _kind_of(fields, field.kind.under)
            if not isinstance(wider, CodeKind) or wider.list != field.kind.list or field.kind.under == field.name:
                found.append(f"{where}: {field.name} is under {field.kind.under!r}, which is no code of the same list")
    return found


def _kind_of(fields: tuple[Field, ...], name: str) -> Kind | None:
    return next((field.kind for field in fields if field.name == name), None)


def _conditions(form: Form) -> list[tuple[str, Condition, dict[str, Field]]]:
    """Every condition with where it stands and the fields that it may ask about, blocks of the header left out."""
    header = {field.name: field for field in form.fields}
    found: list[tuple[str, Condition, dict[str, Field]]] = []
    for part in form.parts():
        found.extend((part.name, condition, header) for condition in _own(part))
    from_row = {HEADER + name: field for name, field in header.items()}
    for block in form.blocks:
        row = {field.name: field for field in block.fields} | from_row
        for field in block.fields:
            found.extend((f"{block.name}.{field.name}", condition, row) for condition in _own(field))
    return found


def _own(part: Field | Block) -> list[Condition]:
    conditions = [part.applies] if part.applies is not None else []
    return conditions if isinstance(part.required, bool) else [*conditions, part.required]


def _unfit(where: str, condition: Condition, fields: dict[str, Field]) -> list[str]:
    """A condition asks about fields that are there, and compares a field with what it can hold."""
    found = [
        f"{where}: a condition on {name!r}, which is not there" for name in fields_of(condition) if name not in fields
    ]
    if found:
        return found
    constants = _constants(condition)
    if len(constants) > MAX_TERMS:
        found.append(f"{where}: a condition of more than {MAX_TERMS} comparisons")
    for name, constant in constants:
        match fields[name].kind:
            case BooleanKind():
                fits = isinstance(constant, bool)
            case IntegerKind():
                fits = isinstance(constant, int) and not isinstance(constant, bool)
            case CodeKind() | CodesKind():
                fits = isinstance(constant, str)
            case _:
                fits = False
        if not fits:
            found.append(f"{where}: {name} is never {constant!r}; whole numbers, codes, yes and no are compared")
    return found


def _constants(condition: Condition) -> list[tuple[str, bool | int | str]]:
    match condition:
        case OneOf(name, constants):
            return [(name, constant) for constant in constants]
        case Present():
            return []
        case All(conditions):
            return [pair for inner in conditions for pair in _constants(inner)]
        case Not(inner):
            return _constants(inner)


def _codes_named(kind: Kind) -> list[tuple[str, tuple[str, ...]]]:
    match kind:
        case CodeKind() | CodesKind():
            return [(kind.list, (*kind.only, *kind.first))]
        case QuantityKind():
            return [(UNITS, (*kind.only, *kind.first))]
        case MoneyKind():
            return [(CURRENCIES, kind.first)]
        case _:
            return []


def column_names(field: Field) -> list[str]:
    """What the field is called in the archive and the sheet, one name for each of its parts."""
    return [f"{field.name}_{column.part}" if column.part else field.name for column in field.kind.columns()]


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
