"""How an operation makes a form its own: fewer questions, stricter answers, its usual goods on top. Never more, never
looser: whatever answers the narrowed form also answers the form that ships, so that one archive holds all operations.

    [forms.seizure]
    leave_out = ["seizure_time", "persons"]        require = ["direction", "items.subtype"]
    default_variant = "simplified"
    only = { trigger = ["routine_control"] }       first = { "items.category" = ["CIT"] }
    limits = { remarks = { max_length = 500 }, items = { max = 20 } }
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.form import Block, Field, Form, FormError, Variant
from cencomm.forms.form_json import MAX_ROWS, decode_form, encode_form
from cencomm.forms.kinds.calendar import DateKind, Precision
from cencomm.forms.kinds.code import CodeKind, CodesKind
from cencomm.forms.kinds.kind import Kind
from cencomm.forms.kinds.number import DecimalKind, IntegerKind
from cencomm.forms.kinds.place import PlaceKind
from cencomm.forms.kinds.quantity import MoneyKind, QuantityKind
from cencomm.forms.kinds.text import TextKind
from cencomm.forms.kinds.types import KINDS
from cencomm.forms.record import Record

MAX_CHANGES = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """What an operation asks of one form; paths are those of `Form.all_fields`, and the names of blocks.

    Args:
        limits: new options by path: those of the field's type, `max` and `min` rows for a block.
    """

    leave_out: frozenset[str]
    require: frozenset[str]
    default_variant: Variant | None
    limits: Mapping[str, Mapping[str, JsonValue]]

    def paths(self) -> frozenset[str]:
        return self.leave_out | self.require | self.limits.keys()


def decode_narrowing(record: Record) -> Narrowing:
    """The narrowing that a table of an operation writes; complaints go to the record."""
    limits: dict[str, dict[str, JsonValue]] = {}
    for key in ("only", "first"):
        for path, codes in record.items(key):
            limits.setdefault(path, {})[key] = codes
    for path, options in record.items("limits"):
        if isinstance(options, dict):
            limits.setdefault(path, {}).update(options)
        else:
            record.complain(f"limits of {path[:50]!r} are a table")
    narrowing = Narrowing(
        leave_out=frozenset(record.texts("leave_out", most=MAX_CHANGES)),
        require=frozenset(record.texts("require", most=MAX_CHANGES)),
        default_variant=record.optional_choice("default_variant", Variant),
        limits=limits,
    )
    record.end()
    return narrowing


def narrow(form: Form, narrowing: Narrowing, *, operation: str) -> Form:
    """The form as `operation` uses it.

    Raises:
        FormError: with all that would add, loosen, restrict the commodity list or leave a condition in the air.
    """
    complaints = [
        f"{path}: {form.name} has no such field or block" for path in sorted(narrowing.paths() - _known(form))
    ]
    fields = tuple(_narrowed_fields(form.fields, "", narrowing, complaints))
    blocks = tuple(_narrowed_blocks(form.blocks, narrowing, complaints))
    variants = form.variants
    if narrowing.default_variant is not None:
        if narrowing.default_variant not in variants:
            complaints.append(f"default_variant: {form.name} has no {narrowing.default_variant.value} variant")
        variants = tuple(sorted(variants, key=lambda variant: variant is not narrowing.default_variant))
    if complaints:
        raise FormError("\n".join(complaints))
    narrowed = replace(form, fields=fields, blocks=blocks, variants=variants, narrowed_for=operation)
    check_narrowed(form, narrowed)
    # Whatever was left out may have been asked about by a condition that stayed: the decoder looks at all of that.
    return decode_form(encode_form(narrowed))


def check_narrowed(form: Form, narrowed: Form) -> None:
    """Whatever answers `narrowed` also answers `form`.

    Raises:
        FormError: with all that was added or loosened.
    """
    complaints = []
    if (form.name, form.version, form.dated_by) != (narrowed.name, narrowed.version, narrowed.dated_by):
        complaints.append("name, version and dating stay as they are")
    if not set(narrowed.variants) <= set(form.variants):
        complaints.append("a variant was added")
    complaints.extend(_loosened(form.fields, narrowed.fields, ""))
    blocks = {block.name: block for block in form.blocks}
    for block in narrowed.blocks:
        base = blocks.pop(block.name, None)
        if base is None:
            complaints.append(f"{block.name}: was added")
        else:
            complaints.extend(_loosened_part(base, block, block.name))
            complaints.extend(_loosened(base.fields, block.fields, f"{block.name}."))
            if block.max_rows > base.max_rows or block.min_rows < base.min_rows:
                complaints.append(f"{block.name}: rows were loosened")
    complaints.extend(f"{name}: is required and cannot be left out" for name, base in blocks.items() if base.required)
    if complaints:
        raise FormError("\n".join(complaints))


def _known(form: Form) -> frozenset[str]:
    return frozenset(path for path, _ in form.all_fields()) | {block.name for block in form.blocks}


def _narrowed_fields(
    fields: tuple[Field, ...], prefix: str, narrowing: Narrowing, complaints: list[str]
) -> Iterator[Field]:
    for field in fields:
        path = prefix + field.name
        if path in narrowing.leave_out:
            continue
        kind = field.kind
        if path in narrowing.limits:
            changed: dict[str, JsonValue] = {**kind.options(), **narrowing.limits[path]}
            record = Record(changed, path, complaints)
            kind = KINDS[kind.type](record)
            record.end()
        yield replace(field, kind=kind, required=True if path in narrowing.require else field.required)


def _narrowed_blocks(blocks: tuple[Block, ...], narrowing: Narrowing, complaints: list[str]) -> Iterator[Block]:
    for block in blocks:
        if block.name in narrowing.leave_out:
            continue
        limits = Record(dict(narrowing.limits.get(block.name, {})), block.name, complaints)
        max_rows = limits.optional_integer("max", least=1, most=MAX_ROWS)
        min_rows = limits.optional_integer("min", least=1, most=MAX_ROWS)
        limits.end()
        yield replace(
            block,
            fields=tuple(_narrowed_fields(block.fields, f"{block.name}.", narrowing, complaints)),
            max_rows=max_rows or block.max_rows,
            min_rows=min_rows or block.min_rows,
            required=True if block.name in narrowing.require else block.required,
        )


def _loosened(base: tuple[Field, ...], narrowed: tuple[Field, ...], prefix: str) -> Iterator[str]:
    rest = {field.name: field for field in base}
    for field in narrowed:
        path = prefix + field.name
        before = rest.pop(field.name, None)
        if before is None:
            yield f"{path}: was added"
            continue
        yield from _loosened_part(before, field, path)
        if field.nominal is not before.nominal:
            yield f"{path}: whether it is personal is not for an operation to say"
        if _looser(before.kind, field.kind):
            yield f"{path}: was loosened or changed its type"
    yield from (f"{prefix}{name}: is required and cannot be left out" for name, field in rest.items() if field.required)


def _loosened_part(base: Field | Block, narrowed: Field | Block, path: str) -> Iterator[str]:
    # A condition that asks for an answer counts as required: without the field nobody could give it.
    if narrowed.required is not True and narrowed.required != base.required:
        yield f"{path}: is no longer required"
    if narrowed.applies != base.applies or narrowed.simplified != base.simplified:
        yield f"{path}: applies in other cases"


def _looser(base: Kind, kind: Kind) -> bool:
    match base, kind:
        case TextKind(), TextKind():
            return kind.long is not base.long or kind.max_length > base.max_length
        case IntegerKind(), IntegerKind():
            return kind.min < base.min or kind.max > base.max
        case DecimalKind(), DecimalKind():
            low = base.min is not None and (kind.min is None or kind.min < base.min)
            high = base.max is not None and (kind.max is None or kind.max > base.max)
            return low or high or kind.places > base.places
        case DateKind(), DateKind():
            exactness = list(Precision)
            coarser = exactness.index(kind.coarsest) > exactness.index(base.coarsest)
            return coarser or (base.past and not kind.past)
        case CodeKind(), CodeKind():
            same = (kind.list, kind.level, kind.under) == (base.list, base.level, base.under)
            return not same or _wider(base.only, kind.only)
        case CodesKind(), CodesKind():
            return kind.list != base.list or kind.most > base.most or _wider(base.only, kind.only)
        case QuantityKind(), QuantityKind():
            return (kind.unweighed and not base.unweighed) or _wider(base.only, kind.only)
        case PlaceKind(), PlaceKind():
            return not set(kind.parts) >= set(base.parts)
        case MoneyKind(), MoneyKind():
            return False
        case _:
            return kind != base


def _wider(base: tuple[str, ...], offered: tuple[str, ...]) -> bool:
    return bool(base) and not (offered and set(offered) <= set(base))
