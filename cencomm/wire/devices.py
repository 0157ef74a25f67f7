"""Devices, and the key packages that let others add them to a channel (C8)."""

from typing import Annotated

from msgspec import Meta, Struct

from cencomm.wire.errors import refuse_longer
from cencomm.wire.fields import Account, Counter, Device
from cencomm.wire.limits import (
    MAX_CERTIFICATE_BYTES,
    MAX_CLAIM_ACCOUNTS,
    MAX_FURTHER_DEVICES,
    MAX_KEY_PACKAGE_BYTES,
    MAX_LEAVES_PER_IDENTITY,
    MAX_ONE_TIME_KEY_PACKAGES,
)


class RegisterDevice(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST /v1/devices: an encoded DeviceCertificate of this account."""

    certificate: bytes

    def __post_init__(self) -> None:
        refuse_longer(self.certificate, MAX_CERTIFICATE_BYTES)


class PutKeyPackages(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST /v1/devices/{device}/key-packages: each an exact KeyPackage; `last_resort` replaces the one before.

    `alone`: the one-time packages that were there before, reserved ones too, serve nobody any more.
    """

    one_time: Annotated[tuple[bytes, ...], Meta(max_length=MAX_ONE_TIME_KEY_PACKAGES)] = ()
    last_resort: bytes | None = None
    alone: bool = False

    def __post_init__(self) -> None:
        for package in (*self.one_time, self.last_resort):
            refuse_longer(package, MAX_KEY_PACKAGE_BYTES)


class KeyPackagesStored(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    remaining: Counter


class KeyPackagesWaiting(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """GET /v1/devices/{device}/key-packages: one-time packages neither reserved nor consumed."""

    remaining: Counter
    last_resort: bool


class ClaimKeyPackages(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST …/channels/{ch}/claims: reserve one package of each device of these accounts, to add them."""

    accounts: Annotated[tuple[Account, ...], Meta(min_length=1, max_length=MAX_CLAIM_ACCOUNTS)]


class ClaimedKeyPackage(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    account: Account
    device: Device
    key_package: bytes


class ClaimedKeyPackages(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Reserved for the asking account for RESERVATION_SECONDS; its accepted Commit consumes them."""

    packages: Annotated[tuple[ClaimedKeyPackage, ...], Meta(max_length=MAX_CLAIM_ACCOUNTS * MAX_LEAVES_PER_IDENTITY)]


class FurtherDevice(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    account: Account
    device: Device


class FurtherDevices(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """GET /v1/operations/{op}/devices: of members who ever registered more than one, those that can be claimed now.

    The relay's word alone: who reads it compares with the tree, and believes the certificates in key packages.
    """

    devices: Annotated[tuple[FurtherDevice, ...], Meta(max_length=MAX_FURTHER_DEVICES)]
