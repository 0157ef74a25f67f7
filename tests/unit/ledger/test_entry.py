import hashlib

import pytest

from cencomm import codec
from cencomm.errors import MalformedError, UsageError
from cencomm.ids import NO_HASH
from cencomm.ledger.bodies import FormBody, PhaseBody, decode_body
from cencomm.ledger.entry import (
    MAX_ENTRY_BYTES,
    Entry,
    EntryType,
    Phase,
    SignedEntry,
    UnknownEntry,
    decode_signed_entry,
    sign_entry,
    verify_signature,
)
from cencomm.primitives.signatures import BadSignature, SigningKey, sign_with_label
from tests.unit.ledger.people import Person, Unit


def test_every_kind_of_entry_survives_its_bytes(unit: Unit) -> None:
    officer = unit.admit()
    unit.declare()
    unit.append(unit.sign(FormBody(definition=unit.blob(), version=1)))
    unit.append(unit.sign(PhaseBody(phase=Phase.OPERATIONAL)))
    unit.end(officer)
    unit.revoke(unit.replace(officer))
    unit.restart(next(iter(unit.ledger.channels)))

    for signed in unit.entries:
        again = decode_signed_entry(signed.encode())
        assert again == signed
        assert again.entry == signed.entry
        assert again.entry.encode() == signed.content
    assert {signed.entry.type for signed in unit.entries} == set(EntryType)


def test_the_hash_is_of_the_content_without_the_signature(unit: Unit) -> None:
    signed = unit.entries[0]

    assert signed.hash == hashlib.sha256(signed.content).digest()
    assert unit.ledger.operation == signed.hash
    assert unit.ledger.hashes == (signed.hash,)


def test_trailing_bytes_are_refused_at_every_level(unit: Unit) -> None:
    signed = unit.sign(PhaseBody(phase=Phase.TEST))
    longer_body = signed.content.replace(codec.opaque(b"\x02"), codec.opaque(b"\x02\x00"))

    assert longer_body != signed.content
    for content in (signed.content + b"\x00", longer_body):
        with pytest.raises(MalformedError):
            SignedEntry(content, signed.signature)
    with pytest.raises(MalformedError):
        decode_signed_entry(signed.encode() + b"\x00")


def test_a_type_or_version_of_the_future_is_refused_as_such(unit: Unit) -> None:
    content = unit.sign(PhaseBody(phase=Phase.TEST)).content
    newer_version = content.replace(b"cencomm ledger entry\x00\x01", b"cencomm ledger entry\x00\x02")

    with pytest.raises(UnknownEntry, match="version 2"):
        SignedEntry(newer_version, b"")
    for number in (0, 10, 255):
        with pytest.raises(UnknownEntry, match="newer version"):
            SignedEntry(content.replace(b"\x08\x01\x02\x00", bytes([number]) + b"\x01\x02\x00"), b"")


def test_another_label_is_no_entry(unit: Unit) -> None:
    content = unit.sign(PhaseBody(phase=Phase.TEST)).content

    with pytest.raises(MalformedError):
        SignedEntry(content.replace(b"cencomm ledger entry", b"cencomm ledger entrY"), b"")


def test_exactly_entry_0_names_no_operation(unit: Unit) -> None:
    body, signer = PhaseBody(phase=Phase.TEST), unit.creator.identity.public_key
    unnamed = Entry(operation=None, sequence=1, previous=NO_HASH, time=0, signer=signer, body=body)
    named = Entry(operation=unit.ledger.operation, sequence=0, previous=NO_HASH, time=0, signer=signer, body=body)

    for entry in (unnamed, named):
        with pytest.raises(MalformedError):
            SignedEntry(entry.encode(), b"")


@pytest.mark.parametrize(
    ("entry_type", "data"),
    [
        (EntryType.PHASE, b"\x00"),
        (EntryType.PHASE, b"\x07"),
        (EntryType.PHASE, b""),
        (EntryType.REVOKE, bytes(48) + b"\x05" + bytes(36)),
        (EntryType.REVOKE, bytes(48) + b"\x00" + bytes(37)),
        (EntryType.CHANNEL, bytes(52) + b"\x06" + b"\x00\x00" + bytes(48)),
        (EntryType.CHANNEL, bytes(52) + b"\x01" + b"\x01\x07\x00" + bytes(48)),
        (EntryType.CHANNEL, bytes(52) + b"\x01" + b"\x00\x01\x00" + bytes(48)),
        (EntryType.FORM, bytes(51)),
        (EntryType.REPLACE, bytes(112) + b"\x00" + bytes(67)),
        (EntryType.REPLACE, bytes(112) + b"\x00" + bytes(69)),
        (EntryType.REPLACE, bytes(112) + b"\x40\x41" + bytes(65) + bytes(68)),
        (EntryType.END_DEVICE, bytes(31)),
        (EntryType.END_DEVICE, bytes(33)),
        (EntryType.RESTART, bytes(92) + b"\x00" + bytes(36) + b"\x00\x00"),
        (EntryType.RESTART, bytes(92) + b"\x05" + bytes(36) + b"\x00\x00"),
        (EntryType.RESTART, bytes(92) + b"\x01" + bytes(36) + b"\x02\x00"),
        (EntryType.RESTART, bytes(92) + b"\x01" + bytes(36) + b"\x00\x01\x00"),
        (EntryType.RESTART, bytes(92) + b"\x01" + bytes(36) + b"\x00\x44\x20" + bytes(33 * 32)),
        (EntryType.RESTART, bytes(92) + b"\x01" + bytes(36) + b"\x00\x00\x00"),
    ],
)
def test_a_body_with_a_number_that_does_not_exist_or_a_wrong_length_is_refused(
    entry_type: EntryType, data: bytes
) -> None:
    with pytest.raises(MalformedError):
        decode_body(entry_type, data)


@pytest.mark.parametrize("change", [b"\x03", b"\xff"])
def test_a_charter_with_a_policy_of_the_future_is_refused(unit: Unit, change: bytes) -> None:
    charter = unit.ledger.charter
    policy = charter.policy.encode()

    data = charter.encode().replace(policy, change + policy[1:])
    exercise = charter.encode().replace(policy, policy[:-1] + b"\x02")

    for body in (data, exercise):
        with pytest.raises(MalformedError):
            decode_body(EntryType.CHARTER, body)


def test_a_relay_name_that_is_no_text_is_refused(unit: Unit) -> None:
    data = unit.ledger.charter.encode().replace(b"relay.example.org", b"relay.example.or\xff")

    with pytest.raises(MalformedError):
        decode_body(EntryType.CHARTER, data)


def test_an_entry_beyond_64_kib_is_neither_read_nor_written(unit: Unit) -> None:
    accounts = tuple(unit.person().account for _ in range(10))
    body = unit.channel_body(accounts=accounts * 500)

    with pytest.raises(UsageError):
        unit.sign(body)
    too_long = SignedEntry(unit.ledger.next_entry(body, time=0, signer=bytes(32)).encode(), bytes(64)).encode()
    assert len(too_long) > MAX_ENTRY_BYTES
    with pytest.raises(MalformedError, match="at most"):
        decode_signed_entry(too_long)


def test_an_entry_is_signed_by_the_key_that_it_names_only(unit: Unit, stranger: Person) -> None:
    entry = unit.sign(PhaseBody(phase=Phase.TEST)).entry

    with pytest.raises(UsageError):
        sign_entry(entry, stranger.identity)


@pytest.mark.parametrize("label", [b"cencomm cosignature", b"cencomm ledger head", b"cencomm enrolment", b""])
def test_a_signature_of_another_kind_is_none(unit: Unit, label: bytes) -> None:
    signed = unit.sign(PhaseBody(phase=Phase.TEST))
    verify_signature(signed)
    key = SigningKey(unit.creator.identity.seed)

    with pytest.raises(BadSignature):
        verify_signature(SignedEntry(signed.content, sign_with_label(key, label, signed.content)))
