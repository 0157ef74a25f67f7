"""What the owner of an account calls one of their computers, for the list of sessions; to the relay it is noise."""

from cencomm import codec
from cencomm.client.account.sign_in import LabelKey
from cencomm.errors import MalformedError, ProtocolError
from cencomm.primitives import secret_box
from cencomm.secret import Entropy
from cencomm.wire.accounts import SEALED_LABEL_BYTES

LABEL = b"cencomm session label"
MAX_NAME_BYTES = SEALED_LABEL_BYTES - secret_box.OVERHEAD_BYTES


def seal_label(key: LabelKey, handle: bytes, name: str, entropy: Entropy) -> bytes:
    """`name`, cut to 64 bytes and filled up to them, so that its length tells nothing either."""
    padded = name.encode()[:MAX_NAME_BYTES].ljust(MAX_NAME_BYTES, b"\x00")
    return secret_box.seal(key, padded, codec.opaque(LABEL) + handle, entropy)


def open_label(key: LabelKey, handle: bytes, sealed: bytes) -> str:
    """The name.

    Raises:
        MalformedError: sealed under another password, for another account, or by somebody else.
    """
    try:
        padded = secret_box.open_(key, sealed, codec.opaque(LABEL) + handle)
    except ProtocolError:
        raise MalformedError("the name of a computer does not open: it was sealed under another password") from None
    return padded.rstrip(b"\x00").decode("utf-8", "replace")
