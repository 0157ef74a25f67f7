"""The fields that occur in many documents, with their exact lengths and ranges."""

from typing import Annotated

from msgspec import Meta

from cencomm.ids import (
    ACCOUNT_ID_BYTES,
    BLOB_ID_BYTES,
    CHANNEL_ID_BYTES,
    DEVICE_ID_BYTES,
    HASH_BYTES,
    OPERATION_ID_BYTES,
    REQUEST_ID_BYTES,
    SEND_ID_BYTES,
    AccountId,
    BlobId,
    ChannelId,
    DeviceId,
    OperationId,
    RequestId,
    SendId,
)
from cencomm.wire.limits import MAX_COUNTER

HANDLE_BYTES = SALT_BYTES = 16
SECRET_BYTES = 32
KEY_BYTES = 32

Account = Annotated[AccountId, Meta(min_length=ACCOUNT_ID_BYTES, max_length=ACCOUNT_ID_BYTES)]
Device = Annotated[DeviceId, Meta(min_length=DEVICE_ID_BYTES, max_length=DEVICE_ID_BYTES)]
Channel = Annotated[ChannelId, Meta(min_length=CHANNEL_ID_BYTES, max_length=CHANNEL_ID_BYTES)]
Operation = Annotated[OperationId, Meta(min_length=OPERATION_ID_BYTES, max_length=OPERATION_ID_BYTES)]
Blob = Annotated[BlobId, Meta(min_length=BLOB_ID_BYTES, max_length=BLOB_ID_BYTES)]
Request = Annotated[RequestId, Meta(min_length=REQUEST_ID_BYTES, max_length=REQUEST_ID_BYTES)]
Send = Annotated[SendId, Meta(min_length=SEND_ID_BYTES, max_length=SEND_ID_BYTES)]

Handle = Annotated[bytes, Meta(min_length=HANDLE_BYTES, max_length=HANDLE_BYTES)]
Salt = Annotated[bytes, Meta(min_length=SALT_BYTES, max_length=SALT_BYTES)]
SignInSecret = Annotated[bytes, Meta(min_length=SECRET_BYTES, max_length=SECRET_BYTES)]
"""What proves a password to the relay."""
Key = Annotated[bytes, Meta(min_length=KEY_BYTES, max_length=KEY_BYTES)]
Hash = Annotated[bytes, Meta(min_length=HASH_BYTES, max_length=HASH_BYTES)]

Counter = Annotated[int, Meta(ge=0, le=MAX_COUNTER)]
Sequence = Annotated[int, Meta(ge=1, le=MAX_COUNTER)]
Number32 = Annotated[int, Meta(ge=1, lt=1 << 32)]
Seconds = Counter
Kind = Annotated[int, Meta(ge=1, le=2)]
"""What a log entry is: 1 commit, 2 application (docs/protocol.md section 4)."""
