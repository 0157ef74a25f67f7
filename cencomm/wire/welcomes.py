"""Welcomes that wait for the devices of an account, and rejections by members (C9, C11)."""

from typing import Annotated

from msgspec import Meta, Struct

from cencomm.wire.errors import refuse_longer
from cencomm.wire.fields import Device, Sequence
from cencomm.wire.limits import (
    MAX_LEAVES_PER_IDENTITY,
    MAX_RATCHET_TREE_BYTES,
    MAX_REJECTION_BYTES,
    MAX_REJECTIONS,
    MAX_WELCOME_BYTES,
)


class WaitingWelcome(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The newest Welcome for a device; `sequence` is that of the Commit in the log that added it."""

    device: Device
    sequence: Sequence
    welcome: bytes
    ratchet_tree: bytes

    def __post_init__(self) -> None:
        refuse_longer(self.welcome, MAX_WELCOME_BYTES)
        refuse_longer(self.ratchet_tree, MAX_RATCHET_TREE_BYTES)


class Welcomes(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    welcomes: Annotated[tuple[WaitingWelcome, ...], Meta(max_length=MAX_LEAVES_PER_IDENTITY)]


class Reject(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST …/rejections: a signed RejectionContent (docs/protocol.md section 4.2)."""

    rejection: bytes

    def __post_init__(self) -> None:
        refuse_longer(self.rejection, MAX_REJECTION_BYTES)


class Rejections(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    rejections: Annotated[tuple[bytes, ...], Meta(max_length=MAX_REJECTIONS)]
