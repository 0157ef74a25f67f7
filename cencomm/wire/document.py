"""JSON documents: exactly the declared fields, of exactly the declared types, and nothing after them."""

from collections.abc import Sequence
from typing import TypeVar

from msgspec import DecodeError, Struct, json

from cencomm.errors import MalformedError

T = TypeVar("T")

_ENCODER = json.Encoder()


def decode_document(data: bytes, shape: type[T]) -> T:
    """The document of that shape which `data` writes.

    Raises:
        MalformedError: not JSON, an unknown or missing field, a wrong type, length or range, bad base64.
        TooLarge: a field is beyond its limit.
    """
    try:
        return json.decode(data, type=shape)
    except (DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError(f"not a document of this kind: {error}") from None


def encode_document(document: Struct) -> bytes:
    """One document on one line, in UTF-8."""
    return _ENCODER.encode(document)


def encode_items(documents: Sequence[Struct]) -> bytes:
    """The documents as a JSON array, for a field of another one."""
    return _ENCODER.encode(documents)
