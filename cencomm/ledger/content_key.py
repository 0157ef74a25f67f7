"""The operation content key, and the blobs that it seals: names, titles, form definitions (rule L7).

The ledger holds salted hashes only, so that a relay that reads it cannot confirm a guessed name. The hash is over
plaintext and salt, not over the sealed form: at a revocation the same blobs are sealed again under the next key.
"""

from dataclasses import dataclass, field

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError, ProtocolError, UsageError
from cencomm.ids import BLOB_ID_BYTES, HASH_BYTES, BlobId, OperationId
from cencomm.ledger import labels
from cencomm.primitives import hpke, secret_box
from cencomm.primitives.x25519 import PrivateKey
from cencomm.secret import Entropy, Secret

SALT_BYTES = 32  # no guess of a name can be tested against a hash with so much salt
MAX_BLOB_BYTES = 256 * 1024  # sealed; docs/protocol.md section 9
MAX_WRAP_BYTES = 1024
FIRST_CONTENT_KEY = 1

_SUITE = hpke.X25519_SHA256_CHACHA20_POLY1305


class WrongContentKey(ProtocolError):  # noqa: N818 (names what was found)
    """A key that is not the one of the ledger: whoever handed it out could read what is sealed under it."""


class WrongBlob(ProtocolError):  # noqa: N818
    """Content that the ledger does not name: another form, another name, or another version of it."""


@dataclass(frozen=True, slots=True)
class ContentKeyRef:
    """What the ledger says of a content key: enough to recognise it, not to guess it."""

    number: int
    hash: bytes

    def encode(self) -> bytes:
        return codec.uint(self.number, 4) + codec.fixed(self.hash, HASH_BYTES)


@dataclass(frozen=True, slots=True)
class BlobRef:
    """What the ledger says of a blob: its name, and the salted hash of its content."""

    blob: BlobId
    hash: bytes

    def encode(self) -> bytes:
        return codec.fixed(self.blob, BLOB_ID_BYTES) + codec.fixed(self.hash, HASH_BYTES)


@dataclass(frozen=True, slots=True)
class Blob:
    """Plain content with the salt that hides it in the ledger. The salt stays for the life of the content.

    `ref` is hashed once: each look for missing names compares it for every member of an operation.
    """

    blob: BlobId
    salt: bytes
    content: bytes
    ref: BlobRef = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        salt = codec.fixed(self.salt, SALT_BYTES)
        identifier = codec.fixed(self.blob, BLOB_ID_BYTES)
        hashed = labels.labelled_hash(labels.SALTED_HASH, identifier, salt, codec.opaque(self.content))
        object.__setattr__(self, "ref", BlobRef(self.blob, hashed))


@dataclass(frozen=True, slots=True)
class ContentKey:
    """Numbered from 1 per operation; the next one begins at each revocation."""

    number: int
    key: Secret
    salt: bytes

    @property
    def ref(self) -> ContentKeyRef:
        number = codec.uint(self.number, 4)
        salt = codec.fixed(self.salt, SALT_BYTES)
        return ContentKeyRef(
            self.number, labels.labelled_hash(labels.CONTENT_KEY, number, salt, codec.fixed(self.key.expose(), 32))
        )

    def wrap(self, operation: OperationId, identity_key: bytes, exchange_key: bytes, entropy: Entropy) -> bytes:
        """The key for one member, sealed to the exchange key that the ledger has for them.

        Raises:
            BadPublicKey: the exchange key is none (`enrolment.verify_request` refuses those).
        """
        info = _wrap_info(operation, self.number, identity_key)
        plaintext = self.salt + self.key.expose()
        kem_output, ciphertext = hpke.seal(_SUITE, exchange_key, info, b"", plaintext, entropy)
        return codec.opaque(kem_output) + codec.opaque(ciphertext)


def new_blob(content: bytes, entropy: Entropy) -> Blob:
    """Content under a fresh name and salt."""
    return Blob(BlobId(entropy(BLOB_ID_BYTES)), entropy(SALT_BYTES), content)


def new_content_key(number: int, entropy: Entropy) -> ContentKey:
    return ContentKey(number, Secret(entropy(secret_box.KEY_BYTES)), entropy(SALT_BYTES))


def read_content_key_ref(reader: Reader) -> ContentKeyRef:
    return ContentKeyRef(reader.uint(4), reader.fixed(HASH_BYTES))


def read_blob_ref(reader: Reader) -> BlobRef:
    return BlobRef(BlobId(reader.fixed(BLOB_ID_BYTES)), reader.fixed(HASH_BYTES))


def unwrap(
    wrapped: bytes, operation: OperationId, ref: ContentKeyRef, identity_key: bytes, exchange_key: PrivateKey
) -> ContentKey:
    """The content key that the ledger names by `ref`. Nothing is said about who wrapped it: HPKE base mode hides that.

    Raises:
        MalformedError: not a wrap.
        BadPublicKey, DecryptionFailed: not for this member, operation or number.
        WrongContentKey: a key that does not hash to `ref`: somebody wants us to seal under a key of theirs.
    """
    if len(wrapped) > MAX_WRAP_BYTES:
        raise MalformedError(f"a wrapped key has at most {MAX_WRAP_BYTES} bytes")
    reader = Reader(wrapped)
    kem_output, ciphertext = reader.opaque(), reader.opaque()
    reader.end()
    info = _wrap_info(operation, ref.number, identity_key)
    plain = hpke.open_(_SUITE, exchange_key, kem_output, info, b"", ciphertext)
    if len(plain) != SALT_BYTES + secret_box.KEY_BYTES:
        raise WrongContentKey("the wrapped content key has a wrong length")
    key = ContentKey(ref.number, Secret(plain[SALT_BYTES:]), plain[:SALT_BYTES])
    if key.ref != ref:
        raise WrongContentKey("the wrapped content key is not the one that the ledger names")
    return key


def seal_blob(key: ContentKey, operation: OperationId, blob: Blob, entropy: Entropy) -> bytes:
    """`blob` for everybody who holds `key`.

    Raises:
        UsageError: longer than what a relay keeps.
    """
    sealed = secret_box.seal(
        key.key,
        codec.fixed(blob.salt, SALT_BYTES) + blob.content,
        _blob_data(operation, blob.blob, key.number),
        entropy,
    )
    if len(sealed) > MAX_BLOB_BYTES:
        raise UsageError(f"a sealed blob has at most {MAX_BLOB_BYTES} bytes, not {len(sealed)}")
    return sealed


def open_blob(key: ContentKey, operation: OperationId, ref: BlobRef, sealed: bytes) -> Blob:
    """The content that the ledger names by `ref`, whoever sealed it and wherever it was kept.

    Raises:
        MalformedError: longer than any blob.
        DecryptionFailed: not sealed under this key as this blob of this operation.
        WrongBlob: sealed under the right key, but not what the ledger names: a swapped form or name.
    """
    if len(sealed) > MAX_BLOB_BYTES:
        raise MalformedError(f"a sealed blob has at most {MAX_BLOB_BYTES} bytes, not {len(sealed)}")
    plain = secret_box.open_(key.key, sealed, _blob_data(operation, ref.blob, key.number))
    if len(plain) < SALT_BYTES:
        raise WrongBlob("the blob has no salt")
    blob = Blob(ref.blob, plain[:SALT_BYTES], plain[SALT_BYTES:])
    if blob.ref != ref:
        raise WrongBlob("the content is not the one that the ledger names")
    return blob


def _wrap_info(operation: OperationId, number: int, identity_key: bytes) -> bytes:
    return codec.opaque(labels.CONTENT_KEY_WRAP) + operation + codec.uint(number, 4) + identity_key


def _blob_data(operation: OperationId, blob: BlobId, number: int) -> bytes:
    return codec.opaque(labels.BLOB) + operation + blob + codec.uint(number, 4)
