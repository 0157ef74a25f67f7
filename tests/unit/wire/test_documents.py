"""Every document decodes from exactly its own spelling, or raises a ProtocolError."""

from collections.abc import Iterator
from importlib import import_module
from inspect import getmembers, isclass
from typing import get_args

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cencomm.errors import MalformedError, ProtocolError
from cencomm.ids import AccountId, ChannelId, DeviceId, OperationId, SendId
from cencomm.wire.devices import ClaimedKeyPackage, ClaimedKeyPackages, ClaimKeyPackages
from cencomm.wire.document import decode_document, encode_document
from cencomm.wire.errors import STATUS, Details, Error, ErrorAnswer, ErrorCode, TooLarge
from cencomm.wire.limits import MAX_COUNTER, MAX_MESSAGE_BYTES, MAX_WRAP_BYTES
from cencomm.wire.log import LogEntry, Publish
from cencomm.wire.operations import AppendEntry, CommitToChannel, WrapFor
from cencomm.wire.stream import ErrorFrame, LogPushed, PublishFrame, Pushed, ReceiptFrame

MODULES = (
    "accounts",
    "attachments",
    "devices",
    "enrolments",
    "errors",
    "history",
    "locks",
    "log",
    "mailbox",
    "operations",
    "password",
    "relay",
    "second_factor",
    "sessions",
    "stream",
    "vault",
    "welcomes",
)


def shapes() -> Iterator[type[msgspec.Struct]]:
    for name in MODULES:
        module = import_module(f"cencomm.wire.{name}")
        for _, found in getmembers(module, isclass):
            if issubclass(found, msgspec.Struct) and found.__module__ == module.__name__:
                yield found


SHAPES = list(shapes())
SEND = SendId(bytes(16))
PUBLISH = Publish(send_id=SEND, kind=1, message=b"\x00\x01")


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_documents_are_immutable_and_refuse_fields_that_nobody_declared(shape: type[msgspec.Struct]) -> None:
    config = shape.__struct_config__

    assert config.frozen
    assert config.forbid_unknown_fields


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda some: st.lists(some) | st.dictionaries(st.text(), some),
)


@given(data=st.binary() | JSON.map(msgspec.json.encode))
@example(b"[" * 100_000)
@example(b'{"type": "log"}')
@example(b'{"type": []}')
@example(b'"\xff"')
def test_any_bytes_decode_or_raise_protocol_error(data: bytes) -> None:
    for shape in (*SHAPES, *get_args(Pushed)):
        try:
            document = decode_document(data, shape)
        except ProtocolError:
            continue
        assert decode_document(encode_document(document), shape) == document


@pytest.mark.parametrize(
    "document",
    [
        PUBLISH,
        ErrorAnswer(error=Error(code=ErrorCode.STALE_EPOCH, message="…", details=Details(epoch=7, sequence=0))),
        AppendEntry(
            entry=b"e",
            wraps=(WrapFor(account=AccountId(bytes(16)), number=1, sealed=b"w"),),
            commit=CommitToChannel(
                channel=ChannelId(bytes(16)), generation=1, send_id=SEND, kind=1, message=b"m", welcome=b"w"
            ),
        ),
        ClaimedKeyPackages(
            packages=(ClaimedKeyPackage(account=AccountId(bytes(16)), device=DeviceId(bytes(16)), key_package=b"k"),)
        ),
    ],
    ids=lambda document: type(document).__name__,
)
def test_documents_survive_the_journey(document: msgspec.Struct) -> None:
    assert decode_document(encode_document(document), type(document)) == document


@pytest.mark.parametrize(
    "frame",
    [
        LogPushed(
            operation=OperationId(bytes(32)),
            channel=ChannelId(bytes(16)),
            generation=1,
            entry=LogEntry(sequence=1, kind=2, epoch=0, message=b"m"),
        ),
        ReceiptFrame(id=4, receipt=b"r"),
        ErrorFrame(id=None, error=Error(code=ErrorCode.MALFORMED, message="…")),
    ],
    ids=lambda frame: type(frame).__name__,
)
def test_a_pushed_frame_is_known_by_its_type(frame: Pushed) -> None:
    pushed: object = decode_document(encode_document(frame), Pushed)  # type: ignore[arg-type]  # a union is a type form

    assert pushed == frame


def test_a_publish_frame_is_a_publish_with_an_address() -> None:
    frame = PublishFrame(
        id=1,
        operation=OperationId(bytes(32)),
        channel=ChannelId(bytes(16)),
        generation=1,
        send_id=SEND,
        kind=2,
        message=b"m",
    )

    assert b'"type":"publish"' in encode_document(frame)
    assert isinstance(decode_document(encode_document(frame), PublishFrame), Publish)


GOOD = encode_document(PUBLISH)


@pytest.mark.parametrize(
    ("data", "shape"),
    [
        (GOOD + b"{}", Publish),
        (GOOD[:-1], Publish),
        (GOOD.replace(b'"kind":1', b'"kind":3'), Publish),
        (GOOD.replace(b'"kind":1', b'"kind":1.0'), Publish),
        (GOOD.replace(b'"kind":1', b'"kind":true'), Publish),
        (GOOD.replace(b'"kind":1', b'"kind":"1"'), Publish),
        (GOOD.replace(b'"kind":1', b'"kind":1,"epoch":1'), Publish),
        (GOOD.replace(b'"AAE="', b'"AAE"'), Publish),
        (GOOD.replace(b'"AAE="', b'"A-_="'), Publish),
        (GOOD.replace(b'"AAE="', b'"A AE"'), Publish),
        (GOOD.replace(b'"AAE="', b"null"), Publish),
        (GOOD.replace(b"AAAAAAAAAAAAAAAAAAAAAA==", b"AAAA"), Publish),
        (b'{"code":"nonsense","message":""}', Error),
        (b'{"accounts":[]}', ClaimKeyPackages),
        (b'{"sequence":%d}' % (MAX_COUNTER + 1), Details),
        (b'{"sequence":-1}', Details),
    ],
)
def test_what_is_not_of_the_shape_is_malformed(data: bytes, shape: type[msgspec.Struct]) -> None:
    with pytest.raises(MalformedError):
        decode_document(data, shape)


def test_a_field_beyond_its_limit_is_too_large_in_both_directions() -> None:
    WrapFor(account=AccountId(bytes(16)), number=1, sealed=bytes(MAX_WRAP_BYTES))
    with pytest.raises(TooLarge):
        WrapFor(account=AccountId(bytes(16)), number=1, sealed=bytes(MAX_WRAP_BYTES + 1))
    with pytest.raises(TooLarge):
        decode_document(GOOD.replace(b"AAE=", b"AAAA" * (MAX_MESSAGE_BYTES // 3 + 1)), Publish)


def test_every_code_has_one_status_and_it_is_an_error() -> None:
    assert set(STATUS) == set(ErrorCode)
    assert all(400 <= status < 600 for status in STATUS.values())


def test_a_sign_in_secret_shows_in_no_repr() -> None:
    marker = b"M" * 32
    for shape in SHAPES:
        if "sign_in_secret" in shape.__struct_fields__ or "token" in shape.__struct_fields__:
            fields = dict.fromkeys(shape.__struct_fields__, marker)
            assert "MMMM" not in repr(shape(**fields))
