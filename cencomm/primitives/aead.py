"""Authenticated encryption with a nonce that the caller derives and uses once: the two algorithms of our suites."""

from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nacl.bindings import (
    crypto_aead_chacha20poly1305_ietf_ABYTES,
    crypto_aead_chacha20poly1305_ietf_decrypt,
    crypto_aead_chacha20poly1305_ietf_encrypt,
    crypto_aead_chacha20poly1305_ietf_KEYBYTES,
    crypto_aead_chacha20poly1305_ietf_NPUBBYTES,
)
from nacl.exceptions import CryptoError

from cencomm.errors import ProtocolError, UsageError

Transform = Callable[[bytes, bytes, bytes, bytes], bytes]
"""(key, nonce, associated data, text) -> text; lengths of key and nonce are right."""


class DecryptionFailed(ProtocolError):  # noqa: N818 (names what happened)
    """The ciphertext, its associated data, key or nonce is not what was sealed; nobody learns which."""

    def __init__(self) -> None:
        super().__init__("the ciphertext does not authenticate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Aead:
    """One algorithm. Sealing twice under one (key, nonce) gives both plaintexts away: derive each pair once."""

    hpke_id: int  # RFC 9180 section 7.3
    key_bytes: int
    nonce_bytes: int
    tag_bytes: int
    _seal: Transform
    _open: Transform

    def seal(self, key: bytes, nonce: bytes, associated_data: bytes, plaintext: bytes) -> bytes:
        """Ciphertext with its tag behind."""
        self._check(key, nonce)
        return self._seal(key, nonce, associated_data, plaintext)

    def open_(self, key: bytes, nonce: bytes, associated_data: bytes, ciphertext: bytes) -> bytes:
        """The plaintext, which a holder of `key` sealed with exactly this nonce and associated data.

        Raises:
            DecryptionFailed: nobody did.
        """
        self._check(key, nonce)
        if len(ciphertext) < self.tag_bytes:
            raise DecryptionFailed
        return self._open(key, nonce, associated_data, ciphertext)

    def _check(self, key: bytes, nonce: bytes) -> None:
        if len(key) != self.key_bytes or len(nonce) != self.nonce_bytes:
            raise UsageError(f"this AEAD takes {self.key_bytes} bytes of key and {self.nonce_bytes} of nonce")


def _chacha_seal(key: bytes, nonce: bytes, associated_data: bytes, plaintext: bytes) -> bytes:
    return crypto_aead_chacha20poly1305_ietf_encrypt(plaintext, associated_data, nonce, key)


def _chacha_open(key: bytes, nonce: bytes, associated_data: bytes, ciphertext: bytes) -> bytes:
    try:
        return crypto_aead_chacha20poly1305_ietf_decrypt(ciphertext, associated_data, nonce, key)
    except CryptoError:
        raise DecryptionFailed from None


def _gcm_seal(key: bytes, nonce: bytes, associated_data: bytes, plaintext: bytes) -> bytes:
    return AESGCM(key).encrypt(nonce, plaintext, associated_data)


def _gcm_open(key: bytes, nonce: bytes, associated_data: bytes, ciphertext: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, associated_data)
    except InvalidTag:
        raise DecryptionFailed from None


CHACHA20_POLY1305 = Aead(
    hpke_id=0x0003,
    key_bytes=crypto_aead_chacha20poly1305_ietf_KEYBYTES,
    nonce_bytes=crypto_aead_chacha20poly1305_ietf_NPUBBYTES,
    tag_bytes=crypto_aead_chacha20poly1305_ietf_ABYTES,
    _seal=_chacha_seal,
    _open=_chacha_open,
)
AES_128_GCM = Aead(
    hpke_id=0x0001,
    key_bytes=16,  # `cryptography` publishes no sizes: AES-128, and the nonce and tag of NIST SP 800-38D section 8.2.1
    nonce_bytes=12,
    tag_bytes=16,
    _seal=_gcm_seal,
    _open=_gcm_open,
)
