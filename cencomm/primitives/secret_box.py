"""Sealing at rest under a key that we keep: XChaCha20-Poly1305, a random 24-byte nonce in front of the ciphertext.

The nonce is long enough to be drawn at random for every sealing of a key's life; no counter has to survive a crash.
"""

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_ABYTES,
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
    crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
)
from nacl.exceptions import CryptoError

from cencomm.errors import UsageError
from cencomm.primitives.aead import DecryptionFailed
from cencomm.secret import Entropy, Secret

KEY_BYTES: int = crypto_aead_xchacha20poly1305_ietf_KEYBYTES
NONCE_BYTES: int = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
OVERHEAD_BYTES: int = NONCE_BYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES


def seal(key: Secret, plaintext: bytes, associated_data: bytes, entropy: Entropy) -> bytes:
    """Nonce and ciphertext. `associated_data` is what the box is (vault, account, version): it is not inside."""
    _check(key)
    nonce = entropy(NONCE_BYTES)
    return nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, associated_data, nonce, key.expose())


def open_(key: Secret, box: bytes, associated_data: bytes) -> bytes:
    """The plaintext that a holder of `key` sealed as exactly this `associated_data`.

    Raises:
        DecryptionFailed: wrong key, other associated data, or bytes changed.
    """
    _check(key)
    if len(box) < OVERHEAD_BYTES:
        raise DecryptionFailed
    nonce, ciphertext = box[:NONCE_BYTES], box[NONCE_BYTES:]
    try:
        return crypto_aead_xchacha20poly1305_ietf_decrypt(ciphertext, associated_data, nonce, key.expose())
    except CryptoError:
        raise DecryptionFailed from None


def _check(key: Secret) -> None:
    if len(key) != KEY_BYTES:
        raise UsageError(f"a box is sealed under {KEY_BYTES} bytes, not {len(key)}")
