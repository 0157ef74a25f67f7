"""A long text sealed piece by piece: XChaCha20-Poly1305 with the piece's place as its nonce (the STREAM construction).

A piece opens only where it stood: at its index, as the last one or not as the last one. So a text whose pieces were
swapped, dropped, doubled or cut off at the end does not open, although each piece was sealed by itself.

Source: Hoang, Reyhanitabar, Rogaway and Vizár, Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance,
CRYPTO 2015, section 7.
"""

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_ABYTES,
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
    crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
)
from nacl.exceptions import CryptoError

from cencomm import codec
from cencomm.errors import UsageError
from cencomm.primitives.aead import DecryptionFailed
from cencomm.secret import Secret

KEY_BYTES: int = crypto_aead_xchacha20poly1305_ietf_KEYBYTES
TAG_BYTES: int = crypto_aead_xchacha20poly1305_ietf_ABYTES
_NONCE_BYTES: int = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_INDEX_BYTES = _NONCE_BYTES - 1


def seal_piece(key: Secret, plaintext: bytes, associated_data: bytes, *, index: int, last: bool) -> bytes:
    """The sealed piece, TAG_BYTES longer.

    `key` is fresh for each text, and each piece of it is sealed once: two texts under one key and index give both away.
    """
    nonce = _nonce(key, index, last=last)
    return crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, associated_data, nonce, key.expose())


def open_piece(key: Secret, sealed: bytes, associated_data: bytes, *, index: int, last: bool) -> bytes:
    """The piece that a holder of `key` sealed for exactly this place.

    Raises:
        DecryptionFailed: nobody did.
    """
    nonce = _nonce(key, index, last=last)
    if len(sealed) < TAG_BYTES:
        raise DecryptionFailed
    try:
        return crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, associated_data, nonce, key.expose())
    except CryptoError:
        raise DecryptionFailed from None


def _nonce(key: Secret, index: int, *, last: bool) -> bytes:
    if len(key) != KEY_BYTES:
        raise UsageError(f"a piece is sealed under {KEY_BYTES} bytes, not {len(key)}")
    return codec.uint(index, _INDEX_BYTES) + codec.uint(last, 1)
