"""Ed25519 signatures, plain and with the label of RFC 9420 section 5.1.2.

libsodium verifies strictly: a public key of small order or written in a non-canonical way, and an S beyond the group
order, are refused, so that one message has no second signature and one key no second spelling.
"""

from typing import Self

from nacl.bindings import (
    crypto_sign,
    crypto_sign_BYTES,
    crypto_sign_open,
    crypto_sign_PUBLICKEYBYTES,
    crypto_sign_seed_keypair,
    crypto_sign_SEEDBYTES,
)
from nacl.exceptions import BadSignatureError

from cencomm import codec
from cencomm.errors import ProtocolError, UsageError
from cencomm.secret import Entropy, Secret

PUBLIC_KEY_BYTES: int = crypto_sign_PUBLICKEYBYTES
SEED_BYTES: int = crypto_sign_SEEDBYTES
SIGNATURE_BYTES: int = crypto_sign_BYTES


class BadSignature(ProtocolError):  # noqa: N818 (names what was found)
    """The key did not sign these bytes, or is no key that can sign."""

    def __init__(self) -> None:
        super().__init__("the signature does not verify")


class SigningKey(Secret):
    """An Ed25519 private key, kept as its 32-byte seed.

    Raises:
        UsageError: the seed has another length.
    """

    __slots__ = ("_expanded", "public_key")

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_BYTES:
            raise UsageError(f"a signing key is made of {SEED_BYTES} bytes, not {len(seed)}")
        super().__init__(seed)
        self.public_key: bytes
        self._expanded: bytes
        self.public_key, self._expanded = crypto_sign_seed_keypair(self._value)

    @classmethod
    def generate(cls, entropy: Entropy) -> Self:
        return cls(entropy(SEED_BYTES))

    @property
    def seed(self) -> bytes:
        """The bytes to store, sealed; `SigningKey(seed)` is this key again."""
        return self.expose()

    def sign(self, data: bytes) -> bytes:
        """The 64-byte signature of `data`, without `data`."""
        return crypto_sign(data, self._expanded)[:SIGNATURE_BYTES]


def verify(public_key: bytes, data: bytes, signature: bytes) -> None:
    """The holder of `public_key` signed exactly `data`, unless this raises.

    Raises:
        BadSignature: also for keys and signatures of a wrong length.
    """
    if len(public_key) != PUBLIC_KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        raise BadSignature
    try:
        crypto_sign_open(signature + data, public_key)
    except BadSignatureError:
        raise BadSignature from None


def sign_with_label(key: SigningKey, label: bytes, content: bytes) -> bytes:
    """Sign `content` for one purpose. `label` is the full label: b"MLS 1.0 LeafNodeTBS", b"cencomm entry".

    Source: RFC 9420 section 5.1.2, SignContent; there the prefix "MLS 1.0 " is added by the function.
    """
    return key.sign(codec.opaque(label) + codec.opaque(content))


def verify_with_label(public_key: bytes, label: bytes, content: bytes, signature: bytes) -> None:
    """The holder of `public_key` signed `content` for the purpose `label`, unless this raises.

    Raises:
        BadSignature: it was not, or for another purpose.
    """
    verify(public_key, codec.opaque(label) + codec.opaque(content), signature)
