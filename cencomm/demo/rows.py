"""A file of seizures as reports, through a mapping, each judged by the operation's form before anybody sends it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from cencomm.errors import UsageError
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import CodeList
from cencomm.forms.form import Form, Variant
from cencomm.forms.gazetteer import load_gazetteer
from cencomm.forms.mapped_row import MappedFile
from cencomm.forms.mapping import RowMapper
from cencomm.forms.mapping_file import load_mapping
from cencomm.forms.mapping_rules import RowMapping
from cencomm.forms.table import MAX_FILE_BYTES
from cencomm.forms.validation import InvalidReport, validate
from cencomm.forms.wording import Wording

LEGS = "legs"  # what the mapping calls its second file


def read_rows(
    file: bytes,
    legs: bytes | None,
    *,
    mapping: RowMapping,
    forms: Mapping[str, Form],
    lists: Mapping[str, CodeList],
    wording: Wording,
    now: int,
) -> MappedFile:
    """Every row: a report that answers the form, or a refusal with its reasons.

    Raises:
        TableError: the file is no table.
        UsageError: the operation does not have the mapping's form.
    """
    form = forms.get(mapping.form)
    if form is None:
        raise UsageError(f"the operation has no form {mapping.form!r}")

    def check(values: Mapping[str, JsonValue]) -> Sequence[str]:
        try:
            validate(form, dict(values), variant=Variant.LONG, lists=lists, written_at=now)
        except InvalidReport as error:
            return [f"{fault.path}: {wording.explain(fault, 'en')}" for fault in error.faults]
        return ()

    mapper = RowMapper(mapping=mapping, code_lists=lists, gazetteer=load_gazetteer(lists["country"]))
    return mapper.map_file(file, joined={} if legs is None else {LEGS: legs}, check=check)


def named_mapping(name: str, lists: Mapping[str, CodeList]) -> RowMapping:
    """Raises UsageError when no such mapping ships."""
    return load_mapping(name, lists)


def read_file(path: Path) -> bytes:
    """Raises UsageError for a file that cannot be read or is longer than any table may be."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > MAX_FILE_BYTES:
        raise UsageError(f"{path} has more than {MAX_FILE_BYTES} bytes")
    return data
