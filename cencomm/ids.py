"""Identifiers. Each is opaque bytes of a fixed length; none carries meaning that a relay could read."""

from typing import NewType

from cencomm.errors import MalformedError

AccountId = NewType("AccountId", bytes)
DeviceId = NewType("DeviceId", bytes)
ChannelId = NewType("ChannelId", bytes)
OperationId = NewType("OperationId", bytes)  # hash of the charter entry (rule L2)
BlobId = NewType("BlobId", bytes)
SendId = NewType("SendId", bytes)
RequestId = NewType("RequestId", bytes)
MessageId = NewType("MessageId", bytes)
AttachmentId = NewType("AttachmentId", bytes)

ACCOUNT_ID_BYTES = DEVICE_ID_BYTES = CHANNEL_ID_BYTES = BLOB_ID_BYTES = SEND_ID_BYTES = MESSAGE_ID_BYTES = 16
ATTACHMENT_ID_BYTES = REQUEST_ID_BYTES = 16
OPERATION_ID_BYTES = HASH_BYTES = 32
NO_HASH = bytes(HASH_BYTES)


def from_hex(text: str, *, length: int) -> bytes:
    """The `length` bytes that `text` writes in lower-case hexadecimal, and nothing else.

    Raises:
        MalformedError: wrong length, upper case, or not hexadecimal: one identifier has one spelling.
    """
    try:
        value = bytes.fromhex(text)
    except ValueError:
        raise MalformedError("not a hexadecimal identifier") from None
    if len(value) != length or value.hex() != text:
        raise MalformedError(f"an identifier of {length} bytes is {2 * length} lower-case hexadecimal digits")
    return value


def short(identifier: bytes) -> str:
    """Eight digits of an identifier: enough for a log line, too few to link or to look up."""
    return identifier[:4].hex()
