from dataclasses import replace

import pytest

from cencomm import codec
from cencomm.errors import MalformedError, UsageError
from cencomm.ids import OperationId
from cencomm.ledger.content_key import (
    MAX_BLOB_BYTES,
    Blob,
    ContentKey,
    WrongBlob,
    WrongContentKey,
    new_blob,
    new_content_key,
    open_blob,
    seal_blob,
    unwrap,
)
from cencomm.primitives import secret_box
from cencomm.primitives.aead import DecryptionFailed
from cencomm.secret import Secret
from tests.unit.ledger.people import CountingEntropy, Person, person

OPERATION = OperationId(bytes(range(32)))
OTHER_OPERATION = OperationId(bytes(32))


@pytest.fixture
def key(entropy: CountingEntropy) -> ContentKey:
    return new_content_key(1, entropy)


@pytest.fixture
def alice(entropy: CountingEntropy) -> Person:
    return person(entropy)


@pytest.fixture
def form(entropy: CountingEntropy) -> Blob:
    return new_blob(b'{"form":"alert"}', entropy)


def test_a_member_unwraps_the_key_that_the_ledger_names(
    key: ContentKey, alice: Person, entropy: CountingEntropy
) -> None:
    wrapped = key.wrap(OPERATION, alice.identity.public_key, alice.exchange.public_key, entropy)

    assert unwrap(wrapped, OPERATION, key.ref, alice.identity.public_key, alice.exchange.private_key) == key


def test_a_wrap_serves_one_recipient_operation_and_number(
    key: ContentKey, alice: Person, entropy: CountingEntropy
) -> None:
    bob = person(entropy)
    identity = alice.identity.public_key
    wrapped = key.wrap(OPERATION, identity, alice.exchange.public_key, entropy)

    for operation, ref, recipient, private_key in (
        (OTHER_OPERATION, key.ref, identity, alice.exchange.private_key),
        (OPERATION, replace(key.ref, number=2), identity, alice.exchange.private_key),
        (OPERATION, key.ref, bob.identity.public_key, alice.exchange.private_key),
        (OPERATION, key.ref, identity, bob.exchange.private_key),
    ):
        with pytest.raises(DecryptionFailed):
            unwrap(wrapped, operation, ref, recipient, private_key)


def test_a_relay_that_wraps_a_key_of_its_own_is_refused(
    key: ContentKey, alice: Person, entropy: CountingEntropy
) -> None:
    for forged in (
        new_content_key(1, entropy),
        ContentKey(1, Secret(entropy(32)), key.salt),
        ContentKey(1, key.key, entropy(32)),
    ):
        wrapped = forged.wrap(OPERATION, alice.identity.public_key, alice.exchange.public_key, entropy)
        with pytest.raises(WrongContentKey):
            unwrap(wrapped, OPERATION, key.ref, alice.identity.public_key, alice.exchange.private_key)


@pytest.mark.parametrize("cut", [0, 1, 40])
def test_a_wrap_with_bytes_missing_or_left_over_is_refused(
    key: ContentKey, alice: Person, entropy: CountingEntropy, cut: int
) -> None:
    wrapped = key.wrap(OPERATION, alice.identity.public_key, alice.exchange.public_key, entropy)

    for data in (wrapped[:cut], wrapped + b"\x00", wrapped + bytes(2000)):
        with pytest.raises(MalformedError):
            unwrap(data, OPERATION, key.ref, alice.identity.public_key, alice.exchange.private_key)


def test_the_number_is_part_of_the_hash(key: ContentKey) -> None:
    assert replace(key, number=2).ref.hash != key.ref.hash


def test_a_blob_opens_as_what_the_ledger_names(key: ContentKey, form: Blob, entropy: CountingEntropy) -> None:
    sealed = seal_blob(key, OPERATION, form, entropy)

    assert open_blob(key, OPERATION, form.ref, sealed) == form
    assert form.content not in sealed


def test_the_same_content_under_the_next_key_keeps_its_hash(
    key: ContentKey, form: Blob, entropy: CountingEntropy
) -> None:
    after_revocation = new_content_key(2, entropy)
    opened = open_blob(key, OPERATION, form.ref, seal_blob(key, OPERATION, form, entropy))

    again = seal_blob(after_revocation, OPERATION, opened, entropy)

    assert open_blob(after_revocation, OPERATION, form.ref, again).ref == form.ref


def test_a_swapped_form_is_refused_even_from_a_holder_of_the_key(
    key: ContentKey, form: Blob, entropy: CountingEntropy
) -> None:
    for swapped in (
        replace(form, content=b'{"form":"alert","fields":[]}'),
        replace(form, salt=entropy(32)),
    ):
        with pytest.raises(WrongBlob):
            open_blob(key, OPERATION, form.ref, seal_blob(key, OPERATION, swapped, entropy))


def test_a_blob_does_not_open_elsewhere(key: ContentKey, form: Blob, entropy: CountingEntropy) -> None:
    other = new_blob(form.content, entropy)
    sealed = seal_blob(key, OPERATION, form, entropy)

    for opening_key, operation, ref in (
        (key, OTHER_OPERATION, form.ref),
        (key, OPERATION, other.ref),
        (replace(key, number=2), OPERATION, form.ref),
        (new_content_key(1, entropy), OPERATION, form.ref),
    ):
        with pytest.raises(DecryptionFailed):
            open_blob(opening_key, operation, ref, sealed)


def test_equal_contents_have_hashes_that_cannot_be_linked(entropy: CountingEntropy) -> None:
    assert new_blob(b"Smith", entropy).ref.hash != new_blob(b"Smith", entropy).ref.hash


def test_a_blob_beyond_the_limit_is_refused_on_both_sides(
    key: ContentKey, form: Blob, entropy: CountingEntropy
) -> None:
    with pytest.raises(UsageError):
        seal_blob(key, OPERATION, replace(form, content=bytes(MAX_BLOB_BYTES)), entropy)
    with pytest.raises(MalformedError):
        open_blob(key, OPERATION, form.ref, bytes(MAX_BLOB_BYTES + 1))


def test_a_blob_shorter_than_its_salt_is_refused(key: ContentKey, entropy: CountingEntropy) -> None:
    ref = new_blob(b"", entropy).ref
    data = codec.opaque(b"cencomm blob") + OPERATION + ref.blob + codec.uint(1, 4)
    with pytest.raises(WrongBlob):
        open_blob(key, OPERATION, ref, secret_box.seal(key.key, b"short", data, entropy))
