"""Cipher suites and the labelled operations that everything in MLS goes through (RFC 9420 sections 5.1, 5.2, 8).

Both suites share X25519, SHA-256 and Ed25519; only the AEAD differs.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NewType

from cencomm import codec
from cencomm.mls.errors import UnsupportedError
from cencomm.primitives import hkdf, hpke, signatures
from cencomm.primitives.aead import AES_128_GCM, CHACHA20_POLY1305, Aead
from cencomm.primitives.hpke import KeyPair, PrivateKey
from cencomm.primitives.signatures import SigningKey
from cencomm.secret import Entropy, Secret

CipherSuite = NewType("CipherSuite", int)

# RFC 9420 section 17.1
MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519 = CipherSuite(0x0001)
MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519 = CipherSuite(0x0003)

HASH_BYTES = hkdf.HASH_BYTES  # Nh of SHA-256, which both suites use
ZERO = bytes(HASH_BYTES)  # "0" in the figures of RFC 9420 section 8

_PREFIX = b"MLS 1.0 "


@dataclass(frozen=True, slots=True)
class HPKECiphertext:
    """RFC 9420 section 7.6."""

    kem_output: bytes
    ciphertext: bytes

    @classmethod
    def read(cls, reader: codec.Reader) -> "HPKECiphertext":
        return cls(reader.opaque(), reader.opaque())

    def encode(self) -> bytes:
        return codec.opaque(self.kem_output) + codec.opaque(self.ciphertext)


@dataclass(frozen=True, slots=True)
class Suite:
    """The algorithms of one cipher suite. Labels are given without "MLS 1.0 "."""

    cipher_suite: CipherSuite
    aead: Aead
    hpke: hpke.Suite

    def hash(self, data: bytes) -> bytes:
        return hashlib.sha256(data).digest()

    def mac(self, key: Secret, data: bytes) -> bytes:
        return hmac.digest(key.expose(), data, "sha256")

    def ref_hash(self, label: bytes, value: bytes) -> bytes:
        """RefHash of section 5.2; here the label is the full one."""
        return self.hash(codec.opaque(label) + codec.opaque(value))

    def extract(self, salt: bytes, key_material: bytes) -> bytes:
        return hkdf.extract(salt, key_material)

    def expand_with_label(self, secret: bytes, label: bytes, context: bytes, length: int) -> bytes:
        """ExpandWithLabel of section 8."""
        info = codec.uint(length, 2) + codec.opaque(_PREFIX + label) + codec.opaque(context)
        return hkdf.expand(secret, info, length)

    def derive_secret(self, secret: bytes, label: bytes) -> bytes:
        """DeriveSecret of section 8."""
        return self.expand_with_label(secret, label, b"", HASH_BYTES)

    def derive_tree_secret(self, secret: bytes, label: bytes, generation: int, length: int) -> bytes:
        """DeriveTreeSecret of section 9.1."""
        return self.expand_with_label(secret, label, codec.uint(generation, 4), length)

    def sign_with_label(self, key: SigningKey, label: bytes, content: bytes) -> bytes:
        """SignWithLabel of section 5.1.2."""
        return signatures.sign_with_label(key, _PREFIX + label, content)

    def verify_with_label(self, public_key: bytes, label: bytes, content: bytes, signature: bytes) -> None:
        """VerifyWithLabel of section 5.1.2.

        Raises:
            BadSignature: the holder of `public_key` did not sign this.
        """
        signatures.verify_with_label(public_key, _PREFIX + label, content, signature)

    def encrypt_with_label(
        self, public_key: bytes, label: bytes, context: bytes, plaintext: bytes, entropy: Entropy
    ) -> HPKECiphertext:
        """EncryptWithLabel of section 5.1.3.

        Raises:
            BadPublicKey: there is no such key.
        """
        return HPKECiphertext(
            *hpke.seal(self.hpke, public_key, _encrypt_context(label, context), b"", plaintext, entropy)
        )

    def decrypt_with_label(
        self, private_key: PrivateKey, label: bytes, context: bytes, sealed: HPKECiphertext
    ) -> bytes:
        """DecryptWithLabel of section 5.1.3.

        Raises:
            DecryptionFailed, BadPublicKey: this was not sealed for this key, label and context.
        """
        info = _encrypt_context(label, context)
        return hpke.open_(self.hpke, private_key, sealed.kem_output, info, b"", sealed.ciphertext)

    def derive_key_pair(self, secret: Secret) -> KeyPair:
        return hpke.derive_key_pair(secret.expose())


def _encrypt_context(label: bytes, context: bytes) -> bytes:
    return codec.opaque(_PREFIX + label) + codec.opaque(context)


SUITES: Mapping[int, Suite] = MappingProxyType(
    {
        number: Suite(number, aead, hpke.Suite(aead))
        for number, aead in (
            (MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519, AES_128_GCM),
            (MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519, CHACHA20_POLY1305),
        )
    }
)


def suite_of(cipher_suite: int) -> Suite:
    """The algorithms behind a number.

    Raises:
        UnsupportedError: we have none.
    """
    suite = SUITES.get(cipher_suite)
    if suite is None:
        raise UnsupportedError(f"cipher suite {cipher_suite:#06x} is not implemented")
    return suite
