"""The forms and operations that ship, or an override folder's in their place, read and checked."""

from collections.abc import Mapping
from pathlib import Path

from cencomm.forms.code_list import CodeList
from cencomm.forms.form import Form, FormError
from cencomm.forms.form_json import compile_form
from cencomm.forms.operation import OperationPlan, OperationPlanError, decode_operation
from cencomm.resources import resource, resources

MESSAGES = "templates/messages"
NO_FORMS = frozenset({"wording.toml"})


def load_forms(lists: Mapping[str, CodeList], *, override: Path | None = None) -> Mapping[str, Form]:
    """Every form by its name.

    Raises:
        FormError: one of them is none, or has another name than its file.
    """
    forms = {}
    for path in resources(MESSAGES, ".toml", override=override):
        if path.name in NO_FORMS:
            continue
        try:
            form = compile_form(path.read_text("utf-8"), lists)
        except (UnicodeDecodeError, FormError) as exc:
            raise FormError(f"{path.name}:\n{exc}") from None
        if form.name != path.stem:
            raise FormError(f"{path.name} holds the form {form.name!r}")
        forms[form.name] = form
    return forms


def load_form(name: str, lists: Mapping[str, CodeList], *, override: Path | None = None) -> Form:
    """The form `templates/messages/<name>.toml`.

    Raises:
        FormError: it is none, or has another name than its file.
    """
    form = compile_form(resource(f"{MESSAGES}/{name}.toml", override=override).read_text("utf-8"), lists)
    if form.name != name:
        raise FormError(f"{name}.toml holds the form {form.name!r}")
    return form


def load_operation(
    name: str, forms: Mapping[str, Form], lists: Mapping[str, CodeList], *, override: Path | None = None
) -> OperationPlan:
    """The plan `operations/<name>.toml`.

    Raises:
        UsageError: there is no such file.
        OperationPlanError: it is no plan, or has another name than its file.
    """
    path = resource(f"operations/{name}.toml", override=override)
    try:
        plan = decode_operation(path.read_text("utf-8"), forms, lists)
    except (UnicodeDecodeError, OperationPlanError) as exc:
        raise OperationPlanError(f"{path.name}:\n{exc}") from None
    if plan.name != name:
        raise OperationPlanError(f"{path.name} holds the plan of {plan.name!r}")
    return plan
