"""Reading the official files: an entry is a JSON object whose byte strings are hexadecimal."""

from collections.abc import Mapping
from typing import cast

from cencomm.mls.cipher_suite import SUITES, Suite

Entry = Mapping[str, object]


class NotOurs(Exception):  # noqa: N818 (an answer, not an error)
    """The entry asks for something that we say openly that we do not implement."""


def suite_of(entry: Entry) -> Suite:
    number = number_of(entry, "cipher_suite")
    if number not in SUITES:
        raise NotOurs(f"cipher suite {number:#06x}")
    return SUITES[number]


def bytes_of(entry: Entry, name: str) -> bytes:
    return bytes.fromhex(text_of(entry, name))


def optional_bytes_of(entry: Entry, name: str) -> bytes | None:
    return None if entry.get(name) is None else bytes_of(entry, name)


def text_of(entry: Entry, name: str) -> str:
    value = entry[name]
    assert isinstance(value, str)
    return value


def number_of(entry: Entry, name: str) -> int:
    value = entry[name]
    assert isinstance(value, int)
    return value


def entry_of(entry: Entry, name: str) -> Entry:
    return as_entry(entry[name])


def entries_of(entry: Entry, name: str) -> list[Entry]:
    return [as_entry(value) for value in list_of(entry, name)]


def list_of(entry: Entry, name: str) -> list[object]:
    return as_list(entry[name])


def as_entry(value: object) -> Entry:
    assert isinstance(value, dict)
    return cast("Entry", value)


def as_list(value: object) -> list[object]:
    assert isinstance(value, list)
    return value
