"""Devices and their key packages: what lets others add a device while it is away (C5, C8)."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection

from cencomm import codec
from cencomm.ids import AccountId, ChannelId, DeviceId
from cencomm.ledger.certificate import verify_certificate
from cencomm.ledger.membership import Member
from cencomm.ledger.refusal import Refused
from cencomm.ledger.replay import Ledger
from cencomm.mls.cipher_suite import CipherSuite
from cencomm.mls.credential import BasicCredential
from cencomm.mls.key_package import KeyPackage
from cencomm.relay.announcement import KeyPackageTaken, LedgerGrew
from cencomm.relay.entitlement import has_ended, members_now, require_entitled, require_member
from cencomm.relay.errors import NoKeyPackage, NotFound, Taken, TooMany
from cencomm.relay.queries import devices as queries
from cencomm.relay.queries.devices import Device, StoredKeyPackage
from cencomm.relay.state import Draft
from cencomm.wire.devices import (
    ClaimedKeyPackage,
    FurtherDevice,
    FurtherDevices,
    KeyPackagesWaiting,
    PutKeyPackages,
)
from cencomm.wire.limits import (
    MAX_DEVICES,
    MAX_FURTHER_DEVICES,
    MAX_KEPT_KEY_PACKAGES,
    MAX_LEAVES_PER_IDENTITY,
    MAX_ONE_TIME_KEY_PACKAGES,
    RESERVATION_SECONDS,
)

SUITE = CipherSuite(0x0003)  # the product's, docs/protocol.md section 5
DAY_SECONDS = 24 * 3600


def register_device(connection: Connection, account: AccountId, certificate: bytes, *, now: int) -> DeviceId:
    """The device belongs to the account. To register it again with the same certificate is no error.

    Raises:
        MalformedError, BadSignature: no certificate.
        Refused: of another account, at its end, or ended by its owner (C5).
        Taken: the device id is registered with another certificate.
        TooMany: the account has MAX_DEVICES.
    """
    certified = verify_certificate(certificate)
    if certified.account != account:
        raise Refused("C5", "the certificate is for another account")
    if certified.not_after < now:
        raise Refused("C5", "the certificate has ended")
    known = queries.find_device(connection, certified.device)
    if known is not None:
        if known.certificate != certificate:
            raise Taken("this device is registered already")
        if known.not_after < now:
            raise Refused("C5", "this device has ended")
        return certified.device
    if queries.count_devices(connection, account, now=now) >= MAX_DEVICES:
        raise TooMany(retry_after=DAY_SECONDS)
    device = Device(
        id=certified.device,
        account=account,
        identity_key=certified.identity_key,
        certificate=certificate,
        not_after=certified.not_after,
    )
    queries.add_device(connection, device)
    return device.id


def own_device(connection: Connection, account: AccountId, device: DeviceId) -> Device:
    """Raises:
    NotFound: no such device, or somebody else's.
    """
    found = queries.find_device(connection, device)
    if found is None or found.account != account:
        raise NotFound
    return found


def put_key_packages(
    connection: Connection, account: AccountId, device_id: DeviceId, put: PutKeyPackages, *, now: int
) -> int:
    """How many one-time packages the device has waiting then. A package that was here before counts once.

    Raises:
        NotFound: not the account's device.
        ProtocolError: one of them is no valid key package of this device; none was stored.
        TooMany: more than MAX_ONE_TIME_KEY_PACKAGES would wait, or MAX_KEPT_KEY_PACKAGES be kept.
    """
    device = own_device(connection, account, device_id)
    if device.not_after < now:
        raise Refused("C5", "this device has ended")
    queries.forget_ended_key_packages(connection, device.id, now=now)
    one_time = [judge_key_package(device, package, last_resort=False, now=now) for package in put.one_time]
    if put.alone:
        queries.spend_one_time_key_packages(connection, device.id)
    queries.add_key_packages(connection, one_time)
    if put.last_resort is not None:
        last_resort = judge_key_package(device, put.last_resort, last_resort=True, now=now)
        queries.retire_last_resort(connection, device.id, but=last_resort.ref)
        queries.add_key_packages(connection, [last_resort])
    waiting = queries.count_waiting(connection, device.id, now=now)
    kept = queries.count_kept(connection, device.id)
    if waiting > MAX_ONE_TIME_KEY_PACKAGES or kept > MAX_KEPT_KEY_PACKAGES:
        raise TooMany(retry_after=DAY_SECONDS)
    return waiting


def has_key_packages(connection: Connection, device: DeviceId) -> bool:
    """Whether the device ever published one that has not ended."""
    return queries.count_kept(connection, device) > 0


def announce_first_device(draft: Draft, account: AccountId) -> None:
    """Somebody has a device now, the first or a further one: members wake up and add it."""
    for operation, ledger in draft.ledgers.items():
        member = ledger.members.get(account)
        if member is not None and member.revoked_at is None and not draft.is_estranged(operation, account):
            draft.announcements.append(LedgerGrew(operation=operation, sequence=ledger.sequence))


def further_devices(connection: Connection, ledger: Ledger, asking: AccountId, *, now: int) -> FurtherDevices:
    """Whose devices might have no leaf yet although their account has one: exactly what a claim would hand out (C5).

    Who has one device only is absent from a channel or there, which every member sees without us.

    Raises:
        NotFound, AccessDenied: `asking` is no member now.
    """
    require_member(ledger, asking, now=now)
    seen: Counter[AccountId] = Counter()
    listed: list[FurtherDevice] = []
    accounts = members_now(ledger, now=now)
    for account, device, identity_key, published in queries.further_devices(connection, accounts, now=now):
        if identity_key != ledger.members[account].identity_key:
            continue
        seen[account] += 1
        claimable = published and seen[account] <= MAX_LEAVES_PER_IDENTITY
        if claimable and not ledger.has_ended(account, device, at=ledger.sequence):
            listed.append(FurtherDevice(account=account, device=device))
    return FurtherDevices(devices=tuple(listed[:MAX_FURTHER_DEVICES]))


def judge_key_package(device: Device, encoded: bytes, *, last_resort: bool, now: int) -> StoredKeyPackage:
    """A key package that a member may add to a channel: valid, of our suite, and certified as this device's.

    Raises:
        ProtocolError: it is not.
    """
    package = codec.decode(encoded, KeyPackage.read)
    if package.cipher_suite != SUITE:
        raise Refused("C8", "the suite of a key package is 0x0003")
    package.verify(now)
    leaf = package.leaf_node
    if leaf.credential != BasicCredential(device.certificate):
        raise Refused("C5", "the key package does not carry the device's certificate")
    if leaf.signature_key != verify_certificate(device.certificate).signature_key:
        raise Refused("C5", "the key package is signed by another key than the certified one")
    if package.is_last_resort is not last_resort:
        raise Refused("C8", "exactly a package of last resort says that it is one")
    assert leaf.lifetime is not None  # `verify` saw to it
    return StoredKeyPackage(
        ref=package.ref(),
        device=device.id,
        key_package=encoded,
        last_resort=last_resort,
        not_after=min(leaf.lifetime.not_after, device.not_after),
    )


def waiting_key_packages(
    connection: Connection, account: AccountId, device_id: DeviceId, *, now: int
) -> KeyPackagesWaiting:
    """Raises NotFound when it is not the account's device."""
    device = own_device(connection, account, device_id)
    return KeyPackagesWaiting(
        remaining=queries.count_waiting(connection, device.id, now=now),
        last_resort=queries.has_last_resort(connection, device.id, now=now),
    )


def claim_key_packages(
    connection: Connection,
    draft: Draft,
    ledger: Ledger,
    channel: ChannelId,
    claimer: AccountId,
    accounts: Sequence[AccountId],
    *,
    now: int,
) -> tuple[ClaimedKeyPackage, ...]:
    """One package of each device of these accounts, reserved for `claimer`.

    Raises:
        AccessDenied: the claimer is not entitled to the channel.
        Refused: one of the accounts is not; nobody may add them.
        NoKeyPackage: some have no device that could be added and has not ended; nothing is reserved.
    """
    require_entitled(ledger, claimer, channel, now=now)
    queries.forget_ended_claims(connection, now=now)
    claimed: list[ClaimedKeyPackage] = []
    without: list[AccountId] = []
    for account in dict.fromkeys(accounts):
        member = ledger.members.get(account)
        if member is None or has_ended(member, now=now) or not _is_entitled(ledger, channel, member):
            raise Refused("C5", "an account is not entitled to the channel")
        devices = queries.newest_devices(
            connection, account, member.identity_key, now=now, most=MAX_LEAVES_PER_IDENTITY
        )
        found = [
            package
            for device in devices
            if not ledger.has_ended(account, device, at=ledger.sequence)
            and (package := _reserve(connection, draft, claimer, account, device, now=now))
        ]
        claimed += found
        if not found:
            without.append(account)
    if without:
        raise NoKeyPackage(without)
    return tuple(claimed)


def _is_entitled(ledger: Ledger, channel: ChannelId, member: Member) -> bool:
    return ledger.is_entitled(channel, member.identity_key, at=ledger.sequence)


def _reserve(
    connection: Connection, draft: Draft, claimer: AccountId, account: AccountId, device: DeviceId, *, now: int
) -> ClaimedKeyPackage | None:
    package = queries.pick_key_package(connection, device, now=now)
    if package is None:
        return None
    queries.reserve(connection, package.ref, claimer, until=now + RESERVATION_SECONDS)
    remaining = queries.count_waiting(connection, device, now=now)
    draft.announcements.append(KeyPackageTaken(account, device, remaining))
    return ClaimedKeyPackage(account=account, device=device, key_package=package.key_package)
