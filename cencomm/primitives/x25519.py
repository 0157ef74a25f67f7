"""X25519 (RFC 7748) as HPKE uses it."""

from dataclasses import dataclass

from nacl.bindings import (
    crypto_scalarmult,
    crypto_scalarmult_base,
    crypto_scalarmult_BYTES,
    crypto_scalarmult_SCALARBYTES,
)
from nacl.exceptions import RuntimeError as SodiumRefusedError

from cencomm.errors import ProtocolError, UsageError
from cencomm.secret import Entropy, Secret

PUBLIC_KEY_BYTES: int = crypto_scalarmult_BYTES
PRIVATE_KEY_BYTES: int = crypto_scalarmult_SCALARBYTES

_P = 2**255 - 19
_SMALL_ORDER = frozenset(
    (coordinate | top_bit).to_bytes(PUBLIC_KEY_BYTES, "little")
    for top_bit in (0, 1 << 255)  # which is not read (RFC 7748 section 5)
    for coordinate in (
        0,
        1,
        _P - 1,
        325606250916557431795983626356110631294008115727848805560023387167927233504,
        39382357235489614581723060781553021112529911719440698176882885853963445705823,
        _P,  # 0 and 1 once more, not reduced: no other of these has a second spelling below 2^255
        _P + 1,
    )
)
"""The coordinates whose points have an order that divides 8, on the curve or its twist. Private keys are multiples of
8 that neither group's large prime divides, so these points, and no others, give an all-zero exchange.
"""


class BadPublicKey(ProtocolError):  # noqa: N818 (names what was found)
    """Not a public key that an honest party can have: wrong length or small order."""

    def __init__(self) -> None:
        super().__init__("not a usable X25519 public key")


class PrivateKey(Secret):
    """An X25519 private key.

    Raises:
        UsageError: the bytes have another length.
    """

    __slots__ = ()

    def __init__(self, value: bytes) -> None:
        if len(value) != PRIVATE_KEY_BYTES:
            raise UsageError(f"an X25519 private key has {PRIVATE_KEY_BYTES} bytes, not {len(value)}")
        super().__init__(value)

    def public_key(self) -> bytes:
        return crypto_scalarmult_base(self._value)


@dataclass(frozen=True, slots=True)
class KeyPair:
    private_key: PrivateKey
    public_key: bytes


def key_pair(private_key: PrivateKey) -> KeyPair:
    return KeyPair(private_key, private_key.public_key())


def generate_key_pair(entropy: Entropy) -> KeyPair:
    return key_pair(PrivateKey(entropy(PRIVATE_KEY_BYTES)))


def check_public_key(public_key: bytes) -> None:
    """Something can be sealed to `public_key`: `exchange` takes it, whatever the private key.

    Without an exchange, since a group checks thousands of keys.

    Raises:
        BadPublicKey: every exchange with it would give zeros (RFC 7748 section 6.1, RFC 9180 section 7.1.4).
    """
    if len(public_key) != PUBLIC_KEY_BYTES or public_key in _SMALL_ORDER:
        raise BadPublicKey


def exchange(private_key: PrivateKey, public_key: bytes) -> bytes:
    """The shared secret, which is never all zero: hash it before use.

    Raises:
        BadPublicKey: `public_key` would force a result that everybody knows (RFC 9180 section 7.1.4).
    """
    if len(public_key) != PUBLIC_KEY_BYTES:
        raise BadPublicKey
    try:
        return crypto_scalarmult(private_key.expose(), public_key)
    except SodiumRefusedError:  # what libsodium answers to an all-zero result, and to nothing else
        raise BadPublicKey from None
