"""What a form has to keep beyond the shape of its tables: no name twice, no reference to nothing, no unknown code."""

from collections.abc import Mapping

from cencomm.forms.code_list import CodeList
from cencomm.forms.condition import HEADER, MAX_TERMS, All, Condition, Constant, Not, OneOf, Present, fields_of
from cencomm.forms.form import Block, Field, Form, FormError
from cencomm.forms.kinds.calendar import DateKind
from cencomm.forms.kinds.code import CodeKind, CodesKind
from cencomm.forms.kinds.kind import Kind
from cencomm.forms.kinds.number import BooleanKind, IntegerKind
from cencomm.forms.kinds.quantity import CURRENCIES, UNITS, MoneyKind, QuantityKind


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


def inconsistencies(form: Form) -> list[str]:
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
        _unique(found, f"columns of {where}", [name for field in fields for name, _ in field.columns()])
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


def _constants(condition: Condition) -> list[tuple[str, Constant]]:
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
