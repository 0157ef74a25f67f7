"""The plaintext of one MLS application message: an envelope or a control message, salted and padded (rule S7).

    SignedEnvelope | SignedControl --salt, pad--> payload
                                   --salt, hash-> commitment, which the anchor carries into the log

Source: docs/protocol.md section 6.
"""

from hashlib import sha256
from typing import TypeAlias

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError
from cencomm.forms.control import CONTROL_PREFIX, MAX_CONTROL_BYTES, SignedControl
from cencomm.forms.envelope import MAX_ENVELOPE_BYTES, SignedEnvelope

LABEL_COMMITMENT = b"cencomm commitment"
SALT_BYTES = 32
SMALLEST_PAYLOAD_BYTES = 1 << 10  # rule S7: padding to 1, 2, 4, … kB
MAX_PAYLOAD_BYTES = MAX_ENVELOPE_BYTES

_ENVELOPE = 1
_CONTROL = 2

Signed: TypeAlias = SignedEnvelope | SignedControl
"""What a device signed: exact bytes and the signature over them."""


def decode_signed(data: bytes) -> Signed:
    """What `encode` of either kind gave.

    Raises:
        MalformedError: any other bytes.
    """
    return codec.decode(data, read_signed)


def read_signed(reader: Reader) -> Signed:
    """As `decode_signed`, within something larger."""
    content, signature = reader.opaque(most=MAX_PAYLOAD_BYTES), reader.opaque(most=64)
    if not content.startswith(CONTROL_PREFIX):
        return SignedEnvelope(content, signature)
    if len(content) > MAX_CONTROL_BYTES:
        raise MalformedError(f"a control message has at most {MAX_CONTROL_BYTES} bytes, not {len(content)}")
    return SignedControl(content, signature)


def commitment(salt: bytes, signed: Signed) -> bytes:
    """What the log says of a message without telling anything about it (rule S7)."""
    return sha256(
        codec.opaque(LABEL_COMMITMENT) + codec.fixed(salt, SALT_BYTES) + codec.opaque(signed.encode())
    ).digest()


def encode_payload(salt: bytes, signed: Signed) -> bytes:
    """The plaintext of an application message, padded so that its length tells little.

    Raises:
        UsageError: longer than MAX_PAYLOAD_BYTES: the report must be split, or its files attached.
    """
    body = codec.uint(_type(signed), 1) + codec.fixed(salt, SALT_BYTES) + codec.opaque(signed.encode())
    if len(body) > MAX_PAYLOAD_BYTES:
        raise PayloadTooLargeError(len(body))
    return body.ljust(_bucket(len(body)), b"\x00")


def decode_payload(data: bytes) -> tuple[bytes, Signed]:
    """Salt and signed content of a plaintext.

    Raises:
        MalformedError: also for padding that is not zeros or not the one that we write: nothing travels beside.
    """
    if len(data) > MAX_PAYLOAD_BYTES:
        raise MalformedError("a payload beyond the largest bucket")
    reader = Reader(data)
    kind = reader.uint(1)
    salt = reader.fixed(SALT_BYTES)
    signed = decode_signed(reader.opaque(most=MAX_PAYLOAD_BYTES))
    if kind != _type(signed):
        raise MalformedError(f"payload type {kind} does not hold what it says, or is not known to this version")
    used = reader.mark()
    if len(data) != _bucket(used) or any(data[used:]):
        raise MalformedError("padding that we do not write")
    return salt, signed


class PayloadTooLargeError(MalformedError):
    """The sender's report does not fit; nothing was sent."""

    def __init__(self, size: int) -> None:
        super().__init__(
            f"this message has {size} bytes, at most {MAX_PAYLOAD_BYTES} fit: shorten it or send it in two"
        )


def _bucket(size: int) -> int:
    bucket = SMALLEST_PAYLOAD_BYTES
    while bucket < size:
        bucket *= 2
    return bucket


def _type(signed: Signed) -> int:
    return _CONTROL if isinstance(signed, SignedControl) else _ENVELOPE
