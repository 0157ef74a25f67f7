"""JSON in one spelling, for everything of ours that is signed or hashed and is not TLS-encoded.

UTF-8, keys sorted by code point, no insignificant white space, whole numbers only, strings escaped only where JSON asks
for it. A value has exactly one encoding, so two readers cannot understand one signature differently.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Never, TypeAlias

from cencomm.errors import MalformedError, UsageError

JsonValue: TypeAlias = bool | int | str | Sequence["JsonValue"] | Mapping[str, "JsonValue"] | None

MAX_SAFE_INTEGER = (1 << 53) - 1  # the largest that a JavaScript number holds exactly
MAX_DEPTH = 16  # deeper than any form


def encode(value: JsonValue) -> bytes:
    """The one encoding of `value`.

    Raises:
        UsageError: it holds a float, a number beyond MAX_SAFE_INTEGER, a key that is no string, half a surrogate pair,
            or more than MAX_DEPTH levels.
    """
    _check(value, MAX_DEPTH)
    try:
        return json.dumps(
            value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"), default=_plain
        ).encode()
    except (UnicodeEncodeError, TypeError, ValueError) as error:
        raise UsageError(f"this value has no canonical form: {error}") from None


def decode(data: bytes, *, most: int) -> JsonValue:
    """The value that exactly `data` encodes, dicts and lists inside.

    Raises:
        MalformedError: not JSON, not the canonical spelling of it, or longer than `most` bytes.
    """
    if len(data) > most:
        raise MalformedError(f"{len(data)} bytes of JSON where at most {most} are allowed")
    try:
        value: JsonValue = json.loads(data.decode(), parse_float=_no_float, parse_constant=_no_float)
        same = encode(value) == data
    except (ValueError, UsageError, RecursionError):  # RecursionError: brackets by the thousand
        raise MalformedError("not JSON as we write it") from None
    if not same:
        raise MalformedError("JSON in another spelling than the canonical one")
    return value


def _no_float(_text: str) -> Never:
    raise ValueError("numbers are whole")


def _plain(value: object) -> object:
    """Immutable mappings and sequences as the dicts and lists that json knows."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return list(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def _check(value: JsonValue, levels: int) -> None:
    if levels < 0:
        raise UsageError("nested too deeply")
    match value:
        case None | bool() | str():
            return
        case int():
            if abs(value) > MAX_SAFE_INTEGER:
                raise UsageError(f"{value} is not exact in every reader")
        case Mapping():
            for key, item in value.items():
                if not isinstance(key, str):
                    raise UsageError("keys are strings")
                _check(item, levels - 1)
        case Sequence() if not isinstance(value, bytes | bytearray | memoryview):
            for item in value:
                _check(item, levels - 1)
        case _:
            raise UsageError(f"{type(value).__name__} has no canonical form")
