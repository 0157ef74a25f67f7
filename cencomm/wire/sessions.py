"""What the owner of an account sees of its sessions and devices; the relay knows no more of them."""

from typing import Annotated

from msgspec import Meta, Struct

from cencomm.wire.accounts import SealedLabel
from cencomm.wire.fields import Device, Seconds
from cencomm.wire.limits import MAX_DEVICES, MAX_SESSIONS

SESSION_ID_BYTES = 16
SessionId = Annotated[bytes, Meta(min_length=SESSION_ID_BYTES, max_length=SESSION_ID_BYTES)]
"""The first half of a token's hash: names a session, opens none."""


class OpenSession(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """`used`: to the hour. `known`: it was begun on a computer that had signed in before."""

    session: SessionId
    began: Seconds
    used: Seconds
    expires: Seconds
    known: bool
    current: bool
    device: Device | None = None
    label: SealedLabel | None = None


class OpenSessions(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """GET /v1/sessions: the newest first."""

    sessions: Annotated[tuple[OpenSession, ...], Meta(max_length=MAX_SESSIONS)]


class OwnDevice(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A device that the account registered, and what its owner called the computer that did."""

    device: Device
    not_after: Seconds
    current: bool
    label: SealedLabel | None = None


class OwnDevices(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """GET /v1/devices: those that have neither ended nor expired, the newest first."""

    devices: Annotated[tuple[OwnDevice, ...], Meta(max_length=MAX_DEVICES)]
