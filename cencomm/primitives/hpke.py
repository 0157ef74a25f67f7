"""HPKE (RFC 9180), base mode, single shot: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and one of two AEADs.

    Encap(pkR) -> shared_secret, enc          KeySchedule(shared_secret, info) -> key, base_nonce, exporter_secret
                                               seal/open: AEAD(key, base_nonce), sequence number 0 only
                                               export: LabeledExpand(exporter_secret, "sec", context)

Base mode does not say who sent; whoever uses it signs around it.
"""

from dataclasses import dataclass

from cencomm.primitives import aead, hkdf, x25519
from cencomm.primitives.aead import Aead
from cencomm.primitives.x25519 import KeyPair, PrivateKey, generate_key_pair, key_pair
from cencomm.secret import Entropy

__all__ = [
    "X25519_SHA256_AES_128_GCM",
    "X25519_SHA256_CHACHA20_POLY1305",
    "KeyPair",
    "PrivateKey",
    "Suite",
    "derive_key_pair",
    "export_from",
    "export_to",
    "generate_key_pair",
    "key_pair",
    "open_",
    "seal",
]

KEM_ID = 0x0020  # DHKEM(X25519, HKDF-SHA256), RFC 9180 section 7.1
KDF_ID = 0x0001  # HKDF-SHA256, section 7.2
KEM_OUTPUT_BYTES = x25519.PUBLIC_KEY_BYTES
_MODE_BASE = b"\x00"
_KEM_SUITE_ID = b"KEM" + KEM_ID.to_bytes(2, "big")


@dataclass(frozen=True, slots=True)
class Suite:
    """Key encapsulation and hash are fixed; the AEAD is the choice."""

    aead: Aead

    @property
    def suite_id(self) -> bytes:
        return b"HPKE" + b"".join(number.to_bytes(2, "big") for number in (KEM_ID, KDF_ID, self.aead.hpke_id))


X25519_SHA256_CHACHA20_POLY1305 = Suite(aead.CHACHA20_POLY1305)
X25519_SHA256_AES_128_GCM = Suite(aead.AES_128_GCM)


@dataclass(frozen=True, slots=True)
class _Context:
    """What the key schedule of section 5.1 gives, before expansion."""

    suite_id: bytes
    secret: bytes
    context: bytes

    def expand(self, label: bytes, length: int) -> bytes:
        return _labeled_expand(self.suite_id, self.secret, label, self.context, length)


def derive_key_pair(key_material: bytes) -> KeyPair:
    """The key pair that belongs to `key_material` (RFC 9180 section 7.1.3); at least 32 bytes of entropy go in."""
    secret = _labeled_extract(_KEM_SUITE_ID, b"", b"dkp_prk", key_material)
    return key_pair(
        PrivateKey(_labeled_expand(_KEM_SUITE_ID, secret, b"sk", b"", x25519.PRIVATE_KEY_BYTES)),
    )


def seal(
    suite: Suite, public_key: bytes, info: bytes, associated_data: bytes, plaintext: bytes, entropy: Entropy
) -> tuple[bytes, bytes]:
    """(kem_output, ciphertext) that only the holder of the private key opens (RFC 9180 section 6.1).

    Raises:
        BadPublicKey: nothing was encrypted.
    """
    kem_output, context = _set_up_sender(suite, public_key, info, entropy)
    key, nonce = _key_and_nonce(suite, context)
    return kem_output, suite.aead.seal(key, nonce, associated_data, plaintext)


def open_(
    suite: Suite, private_key: PrivateKey, kem_output: bytes, info: bytes, associated_data: bytes, ciphertext: bytes
) -> bytes:
    """The plaintext, sealed by anybody for this key, `info` and `associated_data`.

    Raises:
        BadPublicKey: `kem_output` is none.
        DecryptionFailed: another key, info, associated data or ciphertext.
    """
    context = _set_up_receiver(suite, private_key, kem_output, info)
    key, nonce = _key_and_nonce(suite, context)
    return suite.aead.open_(key, nonce, associated_data, ciphertext)


def export_to(
    suite: Suite, public_key: bytes, info: bytes, exporter_context: bytes, length: int, entropy: Entropy
) -> tuple[bytes, bytes]:
    """(kem_output, secret): a secret shared with the holder of the private key (RFC 9180 section 6.2).

    Raises:
        BadPublicKey: nothing was shared.
    """
    kem_output, context = _set_up_sender(suite, public_key, info, entropy)
    return kem_output, _export(context, exporter_context, length)


def export_from(
    suite: Suite, private_key: PrivateKey, kem_output: bytes, info: bytes, exporter_context: bytes, length: int
) -> bytes:
    """The secret that the sender of `kem_output` got from `export_to`.

    Raises:
        BadPublicKey: `kem_output` is none.
    """
    return _export(_set_up_receiver(suite, private_key, kem_output, info), exporter_context, length)


def _set_up_sender(suite: Suite, public_key: bytes, info: bytes, entropy: Entropy) -> tuple[bytes, _Context]:
    ephemeral = generate_key_pair(entropy)
    shared = x25519.exchange(ephemeral.private_key, public_key)
    return ephemeral.public_key, _key_schedule(suite, _kem_secret(shared, ephemeral.public_key, public_key), info)


def _set_up_receiver(suite: Suite, private_key: PrivateKey, kem_output: bytes, info: bytes) -> _Context:
    shared = x25519.exchange(private_key, kem_output)
    return _key_schedule(suite, _kem_secret(shared, kem_output, private_key.public_key()), info)


def _kem_secret(shared: bytes, kem_output: bytes, public_key: bytes) -> bytes:
    """ExtractAndExpand of RFC 9180 section 4.1; both public keys go in, so neither can be swapped."""
    secret = _labeled_extract(_KEM_SUITE_ID, b"", b"eae_prk", shared)
    return _labeled_expand(_KEM_SUITE_ID, secret, b"shared_secret", kem_output + public_key, hkdf.HASH_BYTES)


def _key_schedule(suite: Suite, shared_secret: bytes, info: bytes) -> _Context:
    suite_id = suite.suite_id
    psk_id_hash = _labeled_extract(suite_id, b"", b"psk_id_hash", b"")
    info_hash = _labeled_extract(suite_id, b"", b"info_hash", info)
    secret = _labeled_extract(suite_id, shared_secret, b"secret", b"")
    return _Context(suite_id, secret, _MODE_BASE + psk_id_hash + info_hash)


def _key_and_nonce(suite: Suite, context: _Context) -> tuple[bytes, bytes]:
    return context.expand(b"key", suite.aead.key_bytes), context.expand(b"base_nonce", suite.aead.nonce_bytes)


def _export(context: _Context, exporter_context: bytes, length: int) -> bytes:
    exporter_secret = context.expand(b"exp", hkdf.HASH_BYTES)
    return _labeled_expand(context.suite_id, exporter_secret, b"sec", exporter_context, length)


def _labeled_extract(suite_id: bytes, salt: bytes, label: bytes, key_material: bytes) -> bytes:
    return hkdf.extract(salt, b"HPKE-v1" + suite_id + label + key_material)


def _labeled_expand(suite_id: bytes, key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    return hkdf.expand(key, length.to_bytes(2, "big") + b"HPKE-v1" + suite_id + label + info, length)
