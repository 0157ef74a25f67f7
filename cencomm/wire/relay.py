"""What a relay says about itself to anybody."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from cencomm.wire.fields import Key, Seconds
from cencomm.wire.limits import MAX_RELAY_NAME_BYTES

PROTOCOL_VERSION = 1


class RelayAnswer(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """GET /v1/relay. The receipt key is believed only where a charter names it."""

    name: Annotated[str, Meta(min_length=1, max_length=MAX_RELAY_NAME_BYTES)]
    receipt_key: Key
    versions: Annotated[tuple[int, ...], Meta(min_length=1, max_length=16)]
    registration: Literal["open", "code"]
    time: Seconds
