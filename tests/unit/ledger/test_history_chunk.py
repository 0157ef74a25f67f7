"""An answer is for one request, in one place, by one server (H2)."""

from dataclasses import replace

import pytest

from cencomm.errors import MalformedError, ProtocolError, UsageError
from cencomm.ids import NO_HASH, ChannelId, RequestId
from cencomm.ledger.history_chunk import MAX_CHUNK_BYTES, Chunk, ChunkHeader, make_chunk, verify_chunk
from cencomm.ledger.history_items import (
    MAX_SIGNED_BYTES,
    ROOM_BYTES,
    Absent,
    Item,
    Missing,
    Opened,
    decode_items,
    encode_items,
)
from cencomm.ledger.history_request import HistoryRequest, decode_history_request
from cencomm.primitives.signatures import BadSignature
from cencomm.primitives.x25519 import KeyPair, generate_key_pair
from tests.unit.ledger.people import CountingEntropy, Device, Unit

ITEMS: tuple[Item, ...] = (
    Opened(sequence=3, certificate=b"certificate", salt=NO_HASH, signed=b"signed"),
    Absent(5, Missing.SET_ASIDE, "bad_payload"),
)


@pytest.fixture
def key(entropy: CountingEntropy) -> KeyPair:
    return generate_key_pair(entropy)


@pytest.fixture
def server(unit: Unit) -> Device:
    return unit.creator.device()


@pytest.fixture
def header(unit: Unit) -> ChunkHeader:
    device = unit.admit().device().certificate
    return ChunkHeader(
        operation=unit.ledger.operation,
        channel=ChannelId(b"c" * 16),
        generation=1,
        request=RequestId(b"r" * 16),
        account=device.account,
        device=device.device,
        number=0,
        first=2,
        last=6,
        is_last=True,
    )


def made(header: ChunkHeader, key: KeyPair, server: Device, items: tuple[Item, ...] = ITEMS) -> bytes:
    return make_chunk(
        header,
        items,
        public_key=key.public_key,
        certificate=server.certificate,
        device=server.key,
        entropy=CountingEntropy("chunk"),
    )


def test_what_was_served_is_read(header: ChunkHeader, key: KeyPair, server: Device) -> None:
    chunk = verify_chunk(made(header, key, server))

    assert (chunk.header, chunk.certificate) == (header, server.certificate)
    assert chunk.open_(key.private_key) == ITEMS


@pytest.mark.parametrize(
    "change",
    [
        {"request": RequestId(b"s" * 16)},
        {"channel": ChannelId(b"d" * 16)},
        {"generation": 2},
        {"number": 1},
        {"first": 1},
        {"last": 7},
        {"is_last": False},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_chunk_of_another_answer_does_not_open_h2(
    change: dict[str, object], header: ChunkHeader, key: KeyPair, server: Device
) -> None:
    """Even when its server signs it anew: the header is the associated data of the sealing."""
    chunk = verify_chunk(made(header, key, server))
    moved: Chunk = replace(chunk, header=replace(header, **change))  # type: ignore[arg-type]  # one field of many

    with pytest.raises(ProtocolError):
        moved.open_(key.private_key)


def test_another_key_opens_nothing(header: ChunkHeader, key: KeyPair, server: Device) -> None:
    chunk = verify_chunk(made(header, key, server))

    with pytest.raises(ProtocolError):
        chunk.open_(generate_key_pair(CountingEntropy("other")).private_key)


def test_a_chunk_is_signed_by_its_server_as_a_whole_h2(header: ChunkHeader, key: KeyPair, server: Device) -> None:
    """The relay can neither make one nor change a bit of one: it would put itself in the archive's place."""
    encoded = made(header, key, server)

    for place in (10, len(encoded) // 2, len(encoded) - 1):
        with pytest.raises((BadSignature, MalformedError)):
            verify_chunk(encoded[:place] + bytes([encoded[place] ^ 1]) + encoded[place + 1 :])


def test_a_chunk_is_signed_by_the_device_of_its_certificate(
    header: ChunkHeader, key: KeyPair, server: Device, unit: Unit
) -> None:
    with pytest.raises(UsageError):
        made(header, key, Device(server.certificate, unit.creator.device(2).key))


def test_entries_beyond_the_header_are_refused_h2(header: ChunkHeader, key: KeyPair, server: Device) -> None:
    chunk = verify_chunk(made(replace(header, first=4), key, server))

    with pytest.raises(MalformedError, match="other entries"):
        chunk.open_(key.private_key)


@pytest.mark.parametrize("items", [ITEMS[::-1], (ITEMS[0], ITEMS[0])], ids=["backwards", "twice"])
def test_entries_stand_once_and_in_the_order_of_the_log_h2(items: tuple[Item, ...]) -> None:
    with pytest.raises(MalformedError, match="order"):
        decode_items(encode_items(items))


def test_padding_is_zeros_and_no_more_than_it_takes() -> None:
    plain = encode_items(ITEMS)

    assert len(plain) == 1024
    for other in (plain + bytes(1024), plain[:-1] + b"\x01", plain.rstrip(b"\x00")):
        with pytest.raises(MalformedError):
            decode_items(other)


def test_the_largest_message_fits_into_a_chunk(header: ChunkHeader, key: KeyPair, server: Device) -> None:
    largest = Opened(sequence=3, certificate=server.certificate.encoded, salt=NO_HASH, signed=bytes(MAX_SIGNED_BYTES))
    encoded = made(header, key, server, (largest,))

    assert verify_chunk(encoded).open_(key.private_key) == (largest,)
    assert ROOM_BYTES < len(encoded) <= MAX_CHUNK_BYTES


def test_a_request_is_for_entries_in_their_order(key: KeyPair) -> None:
    request = HistoryRequest(request=RequestId(b"r" * 16), generation=1, first=4, last=9, public_key=key.public_key)

    assert decode_history_request(request.encode()) == request
    for wrong in (replace(request, first=10), replace(request, first=0)):
        with pytest.raises(MalformedError):
            decode_history_request(wrong.encode())
