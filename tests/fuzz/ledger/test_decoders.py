"""For each decoder: any bytes give a value or one kind of error, and a value has one spelling.

Random bytes rarely get past the first length, so each decoder also gets genuine bytes with a few of them changed.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cencomm.errors import MalformedError, ProtocolError
from cencomm.ids import NO_HASH, RequestId, SendId
from cencomm.ledger.anchor import Anchor, decode_anchor
from cencomm.ledger.bodies import FormBody, PhaseBody, decode_body
from cencomm.ledger.certificate import verify_certificate
from cencomm.ledger.content_key import new_blob, new_content_key, open_blob, seal_blob, unwrap
from cencomm.ledger.enrolment import EnrolmentCode, decode_request, request_enrolment
from cencomm.ledger.enrolment_code import CODE_BYTES
from cencomm.ledger.entry import decode_signed_entry
from cencomm.ledger.fingerprint import from_words, parse_qr_text
from cencomm.ledger.history_chunk import ChunkHeader, make_chunk, verify_chunk
from cencomm.ledger.history_items import Absent, Missing, Opened, decode_items, encode_items
from cencomm.ledger.history_request import HistoryRequest, decode_history_request
from cencomm.ledger.kinds import EntryType, Phase
from cencomm.ledger.letter import AccessLetter, read_letter
from cencomm.ledger.log import LogKind
from cencomm.ledger.refusal import LedgerRefused
from cencomm.ledger.rejection import Rejection, RejectionKind, RejectionReason, sign_rejection, verify_rejection
from cencomm.ledger.replay import Ledger, replay
from cencomm.ledger.statements import LedgerHead, Receipt, sign_statement, verify_ledger_head, verify_receipt
from tests.unit.ledger.people import Unit, found

EXAMPLES = settings(max_examples=150, deadline=None)


def genuine_unit() -> Unit:
    """One entry of each type behind the charter."""
    unit = found(seed="fuzz")
    officer = unit.admit()
    unit.declare()
    unit.append(unit.sign(FormBody(definition=unit.blob(), version=1)))
    unit.append(unit.sign(PhaseBody(phase=Phase.OPERATIONAL)))
    unit.end(officer)
    unit.revoke(unit.replace(officer))
    unit.restart(next(iter(unit.ledger.channels)))
    return unit


UNIT = genuine_unit()
LEDGER = UNIT.ledger
DEVICE = UNIT.creator.device()
RELAY_KEY = LEDGER.charter.relay_key
CHANNEL = next(iter(LEDGER.channels))
KEY = new_content_key(1, UNIT.entropy)
BLOB = new_blob(b"a definition", UNIT.entropy)
ANCHOR = Anchor(
    kind=LogKind.COMMIT,
    operation=LEDGER.operation,
    channel=CHANNEL,
    generation=1,
    ledger_sequence=LEDGER.sequence,
    ledger_hash=LEDGER.head_hash,
    log_sequence=0,
    log_hash=NO_HASH,
)
HEAD = LedgerHead(operation=LEDGER.operation, sequence=LEDGER.sequence, hash=LEDGER.head_hash, time=1)
RECEIPT = Receipt(
    operation=LEDGER.operation,
    channel=CHANNEL,
    generation=1,
    epoch=0,
    sequence=1,
    hash=NO_HASH,
    send_id=SendId(bytes(16)),
    message_hash=NO_HASH,
)
REJECTION = Rejection(
    kind=RejectionKind.WELCOME,
    operation=LEDGER.operation,
    channel=CHANNEL,
    generation=1,
    sequence=1,
    commit_hash=NO_HASH,
    certificate=DEVICE.certificate,
    reason=RejectionReason.JOIN,
)
REQUEST = request_enrolment(
    LEDGER.operation,
    UNIT.creator.account,
    UNIT.creator.identity,
    UNIT.creator.exchange.public_key,
    EnrolmentCode(bytes(CODE_BYTES)),
)
HISTORY = HistoryRequest(
    request=RequestId(bytes(16)), generation=1, first=1, last=9, public_key=UNIT.creator.exchange.public_key
)
ITEMS = (
    Opened(sequence=1, certificate=DEVICE.certificate.encoded, salt=NO_HASH, signed=b"signed"),
    Absent(2, Missing.SET_ASIDE, "bad_payload"),
)
CHUNK = make_chunk(
    ChunkHeader(
        operation=LEDGER.operation,
        channel=CHANNEL,
        generation=1,
        request=HISTORY.request,
        account=DEVICE.certificate.account,
        device=DEVICE.certificate.device,
        number=0,
        first=1,
        last=9,
        is_last=True,
    ),
    ITEMS,
    public_key=HISTORY.public_key,
    certificate=DEVICE.certificate,
    device=DEVICE.key,
    entropy=UNIT.entropy,
)


@dataclass(frozen=True)
class Decoder:
    """`again` is what the value encodes to; `error` is all that may come instead of a value."""

    name: str
    genuine: tuple[bytes, ...]
    again: Callable[[bytes], bytes]
    error: type[ProtocolError] = MalformedError


def _entry_again(data: bytes) -> bytes:
    signed = decode_signed_entry(data)
    assert signed.entry.encode() == signed.content
    return signed.encode()


def _open(data: bytes) -> bytes:
    assert open_blob(KEY, LEDGER.operation, BLOB.ref, data) == BLOB
    return data


def _unwrap(data: bytes) -> bytes:
    unwrap(data, LEDGER.operation, KEY.ref, UNIT.creator.identity.public_key, UNIT.creator.exchange.private_key)
    return data


def _chunk(data: bytes) -> bytes:
    assert verify_chunk(data).open_(UNIT.creator.exchange.private_key) == ITEMS
    return data


DECODERS = [
    Decoder(
        "signed entry",
        tuple(signed.encode() for signed in UNIT.entries),
        _entry_again,
    ),
    Decoder("anchor", (ANCHOR.encode(),), lambda data: decode_anchor(data).encode()),
    Decoder("enrolment request", (REQUEST.encode(),), lambda data: decode_request(data).encode()),
    Decoder("history request", (HISTORY.encode(),), lambda data: decode_history_request(data).encode()),
    Decoder("history items", (encode_items(ITEMS),), lambda data: encode_items(decode_items(data))),
    Decoder("history chunk", (CHUNK,), _chunk, ProtocolError),
    Decoder(
        "certificate",
        (DEVICE.certificate.encoded,),
        lambda data: verify_certificate(data).encoded,
        ProtocolError,
    ),
    Decoder(
        "ledger head",
        (sign_statement(UNIT.relay, HEAD),),
        lambda data: verify_ledger_head(data, RELAY_KEY).encoded,
        ProtocolError,
    ),
    Decoder(
        "receipt",
        (sign_statement(UNIT.relay, RECEIPT),),
        lambda data: verify_receipt(data, RELAY_KEY).encoded,
        ProtocolError,
    ),
    Decoder(
        "rejection",
        (sign_rejection(DEVICE.key, REJECTION),),
        lambda data: sign_rejection(DEVICE.key, verify_rejection(data)),
        ProtocolError,
    ),
    Decoder(
        "wrapped key",
        (KEY.wrap(LEDGER.operation, UNIT.creator.identity.public_key, UNIT.creator.exchange.public_key, UNIT.entropy),),
        _unwrap,
        ProtocolError,
    ),
    Decoder(
        "blob",
        (seal_blob(KEY, LEDGER.operation, BLOB, UNIT.entropy),),
        _open,
        ProtocolError,
    ),
]
PREFIXES = [None, *(replay(UNIT.entries[:length]) for length in range(1, len(UNIT.entries)))]
BODIES = [(signed.entry.type, signed.entry.body.encode()) for signed in UNIT.entries]


def changed(data: bytes, changes: list[tuple[int, int]], length: int) -> bytes:
    """`data` with some bytes set and the end cut, or zeros added."""
    mutable = bytearray(data)
    for place, value in changes:
        mutable[place % len(mutable)] = value
    return bytes(mutable[:length]) if length < 0 else bytes(mutable) + bytes(length)


CHANGES = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=4)
LENGTHS = st.sampled_from([0, 0, 0, -1, -7, 1, 40])


@pytest.mark.parametrize("decoder", DECODERS, ids=lambda decoder: decoder.name)
@EXAMPLES
@given(data=st.binary(max_size=400))
def test_any_bytes_decode_or_raise_one_kind_of_error(decoder: Decoder, data: bytes) -> None:
    try:
        again = decoder.again(data)
    except decoder.error:
        return
    assert again == data


@pytest.mark.parametrize("decoder", DECODERS, ids=lambda decoder: decoder.name)
@EXAMPLES
@given(source=st.data(), changes=CHANGES, length=LENGTHS)
def test_genuine_bytes_with_changes_decode_to_themselves_or_raise_one_kind_of_error(
    decoder: Decoder, source: st.DataObject, changes: list[tuple[int, int]], length: int
) -> None:
    data = changed(source.draw(st.sampled_from(decoder.genuine)), changes, length)
    try:
        again = decoder.again(data)
    except decoder.error:
        return
    assert again == data


@pytest.mark.parametrize("entry_type", list(EntryType))
@EXAMPLES
@given(data=st.binary(max_size=400))
def test_any_bytes_are_a_body_or_malformed(entry_type: EntryType, data: bytes) -> None:
    try:
        body = decode_body(entry_type, data)
    except MalformedError:
        return
    assert body.encode() == data


@EXAMPLES
@given(genuine=st.sampled_from(BODIES), changes=CHANGES, length=LENGTHS)
def test_genuine_bodies_with_changes_are_bodies_or_malformed(
    genuine: tuple[EntryType, bytes], changes: list[tuple[int, int]], length: int
) -> None:
    data = changed(genuine[1], changes, length)
    try:
        body = decode_body(genuine[0], data)
    except MalformedError:
        return
    assert body.encode() == data


@settings(max_examples=300, deadline=None)
@given(place=st.integers(0, len(PREFIXES) - 1), changes=CHANGES)
def test_a_ledger_with_any_entry_changed_is_refused_or_the_same(place: int, changes: list[tuple[int, int]]) -> None:
    """Whatever a relay does to the bytes of an entry, a member holds the genuine entry or none."""
    genuine = UNIT.entries[place]
    data = changed(genuine.encode(), changes, 0)
    before = PREFIXES[place]
    try:
        signed = decode_signed_entry(data)
        after = Ledger.start(signed) if before is None else before.append(signed)
    except (MalformedError, LedgerRefused):
        return
    assert after.head_hash == genuine.hash


@EXAMPLES
@given(st.text(max_size=300))
def test_any_text_is_a_code_words_qr_text_or_letter_or_malformed(text: str) -> None:
    for parse in (EnrolmentCode.from_text, from_words, parse_qr_text, read_letter):
        with_error(parse, text)


@EXAMPLES
@given(place=st.integers(0, 400), character=st.characters())
def test_a_letter_with_one_character_changed_is_the_same_or_refused(place: int, character: str) -> None:
    text = AccessLetter("https://relay.example.org", LEDGER.operation, EnrolmentCode(bytes(range(16)))).text()
    place %= len(text)
    with_error(read_letter, text[:place] + character + text[place + 1 :])


def with_error(parse: Callable[[str], object], text: str) -> None:
    try:
        parse(text)
    except ProtocolError:
        return
