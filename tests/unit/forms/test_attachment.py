"""What an envelope says of its attachments (rule A1): one encoding, every length bounded, sizes that say little."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.errors import MalformedError, UsageError
from cencomm.forms.attachment import (
    CHUNK_SIZE,
    MAX_ATTACHMENT_BYTES,
    MAX_NAME_LETTERS,
    SMALLEST_PADDED_BYTES,
    Attachment,
    AttachmentKey,
    ContentHash,
    decode_attachment,
    encode_attachment,
    padded_size,
)
from cencomm.forms.canonical_json import JsonValue
from cencomm.ids import AttachmentId

ONE = Attachment(
    id=AttachmentId(b"i" * 16),
    name="../évidence\u202egpj.exe",  # any letters: who shows or saves it makes it harmless
    media_type="image/jpeg",
    size=300_000,
    key=AttachmentKey(b"k" * 32),
    hash=b"h" * 32,
)


def changed(**fields: JsonValue) -> JsonValue:
    encoded = encode_attachment(ONE)
    assert isinstance(encoded, dict)
    return {**encoded, **fields}


def test_an_attachment_comes_back_as_it_was_written() -> None:
    assert decode_attachment(encode_attachment(ONE)) == ONE


@pytest.mark.parametrize(
    "fields",
    [
        {"id": "69" * 15},
        {"id": "ZZ" * 16},
        {"key": "6b" * 31},
        {"key": "6B" * 32},
        {"hash": ""},
        {"name": ""},
        {"name": "x" * (MAX_NAME_LETTERS + 1)},
        {"media_type": "image"},
        {"media_type": "image/jpeg\n"},
        {"media_type": "x" * 200 + "/y"},
        {"size": 0},
        {"size": -1},
        {"size": True},
        {"size": MAX_ATTACHMENT_BYTES + 1},
        {"chunk_size": 1000},
        {"chunk_size": 0},
        {"more": 1},
    ],
)
def test_a1_an_attachment_beyond_its_limits_is_refused(fields: dict[str, JsonValue]) -> None:
    with pytest.raises(MalformedError):
        decode_attachment(changed(**fields))


@given(
    st.dictionaries(
        st.sampled_from(["chunk_size", "hash", "id", "key", "media_type", "name", "size", "more"]),
        st.none() | st.booleans() | st.integers() | st.text(max_size=70) | st.lists(st.integers(), max_size=2),
    )
    | st.none()
    | st.integers()
    | st.text()
)
def test_any_value_is_an_attachment_or_malformed(value: JsonValue) -> None:
    candidate = {**encode_attachment(ONE), **value} if isinstance(value, dict) else value  # type: ignore[dict-item]  # it is a dict

    try:
        attachment = decode_attachment(candidate)
    except MalformedError:
        return
    assert encode_attachment(attachment) == candidate


def test_a_key_does_not_show() -> None:
    assert "6b6b" not in repr(ONE)
    assert "kkk" not in repr(ONE)


@given(st.integers(1, MAX_ATTACHMENT_BYTES))
def test_a2_padding_costs_an_eighth_at_most_and_chunks_hold_exactly_the_padded_file(size: int) -> None:
    one = replace(ONE, size=size)
    lengths = [one.chunk_length(index) for index in range(one.chunks)]

    assert size <= padded_size(size) <= max(SMALLEST_PADDED_BYTES, size + size // 8)
    assert padded_size(padded_size(size)) == padded_size(size)
    assert sum(lengths) == padded_size(size)
    assert all(length == CHUNK_SIZE for length in lengths[:-1])
    assert lengths[-1] > 0
    assert sum(one.content_length(index) for index in range(one.chunks)) == size


def test_a2_files_of_like_sizes_look_the_same() -> None:
    assert {padded_size(size) for size in range(1, 4097)} == {4096}
    assert len({padded_size(size) for size in range(1 << 20, 2 << 20, 1000)}) <= 33


def test_the_hash_is_salted_with_the_key() -> None:
    def digest(key: bytes) -> bytes:
        hashing = ContentHash(ONE.id, AttachmentKey(key), 3)
        hashing.add(b"ab")
        hashing.add(b"c")
        return hashing.digest()

    assert digest(b"k" * 32) == digest(b"k" * 32) != digest(b"l" * 32)


def test_nothing_empty_is_attached() -> None:
    with pytest.raises(UsageError):
        replace(ONE, size=0)
