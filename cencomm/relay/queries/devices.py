"""Devices, their key packages, and who has reserved which (C8)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import IntegrityError

from cencomm.ids import AccountId, DeviceId
from cencomm.relay.errors import Taken
from cencomm.relay.tables.devices import CLAIMS, DEVICES, KEY_PACKAGES

_SPENT = {"spent": 1, "key_package": b""}  # the hash stays: the same package is not put there again


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    id: DeviceId
    account: AccountId
    identity_key: bytes
    certificate: bytes
    not_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKeyPackage:
    ref: bytes
    device: DeviceId
    key_package: bytes
    last_resort: bool
    not_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedDevice:
    """Whose device a reserved key package adds."""

    ref: bytes
    device: DeviceId
    account: AccountId
    identity_key: bytes
    last_resort: bool


def add_device(connection: Connection, device: Device) -> None:
    """Raises:
    Taken: somebody registered this device id.
    """
    values = {
        "id": device.id,
        "account": device.account,
        "identity_key": device.identity_key,
        "certificate": device.certificate,
        "not_after": device.not_after,
    }
    try:
        connection.execute(insert(DEVICES).values(values))
    except IntegrityError:
        raise Taken("this device is registered already") from None


def find_device(connection: Connection, device: DeviceId) -> Device | None:
    row = connection.execute(select(DEVICES).where(DEVICES.c.id == device)).one_or_none()
    return None if row is None else _device(row)


def _device(row: Row[Any]) -> Device:
    return Device(
        id=DeviceId(row.id),
        account=AccountId(row.account),
        identity_key=row.identity_key,
        certificate=row.certificate,
        not_after=row.not_after,
    )


def newest_devices(
    connection: Connection, account: AccountId, identity_key: bytes, *, now: int, most: int
) -> list[DeviceId]:
    """Those that the identity vouches for and whose certificates have not ended, newest first."""
    found = (
        select(DEVICES.c.id)
        .where(DEVICES.c.account == account, DEVICES.c.identity_key == identity_key, DEVICES.c.not_after >= now)
        .order_by(DEVICES.c.row.desc())
        .limit(most)
    )
    return [DeviceId(row.id) for row in connection.execute(found)]


def further_devices(
    connection: Connection, accounts: Iterable[AccountId], *, now: int
) -> list[tuple[AccountId, DeviceId, bytes, bool]]:
    """Of those accounts that ever registered more than one device, each that has not ended, an account's newest first.

    Returns:
        Account, device, the identity key that vouches for it, and whether it has a key package that is not spent.
    """
    several = select(DEVICES.c.account).group_by(DEVICES.c.account).having(func.count() > 1)
    published = select(KEY_PACKAGES.c.ref).where(*_usable(DEVICES.c.id, now=now)).exists()
    found = (
        select(DEVICES.c.account, DEVICES.c.id, DEVICES.c.identity_key, published.label("published"))
        .where(DEVICES.c.account.in_(list(accounts)), DEVICES.c.account.in_(several), DEVICES.c.not_after >= now)
        .order_by(DEVICES.c.account, DEVICES.c.row.desc())
    )
    return [
        (AccountId(row.account), DeviceId(row.id), row.identity_key, bool(row.published))
        for row in connection.execute(found)
    ]


def devices_of(connection: Connection, account: AccountId, *, now: int, most: int) -> list[Device]:
    """Those that have not ended, newest first."""
    found = (
        select(DEVICES)
        .where(DEVICES.c.account == account, DEVICES.c.not_after >= now)
        .order_by(DEVICES.c.row.desc())
        .limit(most)
    )
    return [_device(row) for row in connection.execute(found)]


def end_device(connection: Connection, device: DeviceId, *, now: int) -> None:
    """As if its certificate had ended: its packages serve nobody, the reserved ones neither."""
    connection.execute(update(DEVICES).where(DEVICES.c.id == device).values(not_after=now - 1))
    packages = select(KEY_PACKAGES.c.ref).where(KEY_PACKAGES.c.device == device)
    connection.execute(delete(CLAIMS).where(CLAIMS.c.ref.in_(packages)))
    connection.execute(update(KEY_PACKAGES).where(KEY_PACKAGES.c.device == device).values(_SPENT))


def count_devices(connection: Connection, account: AccountId, *, now: int) -> int:
    counted = select(func.count()).where(DEVICES.c.account == account, DEVICES.c.not_after >= now)
    return connection.execute(counted).scalar_one()


def spend_one_time_key_packages(connection: Connection, device: DeviceId) -> None:
    """The device's one-time packages serve nobody, the reserved ones neither."""
    packages = select(KEY_PACKAGES.c.ref).where(KEY_PACKAGES.c.device == device, KEY_PACKAGES.c.last_resort == 0)
    connection.execute(delete(CLAIMS).where(CLAIMS.c.ref.in_(packages)))
    connection.execute(update(KEY_PACKAGES).where(KEY_PACKAGES.c.ref.in_(packages)).values(_SPENT))


def add_key_packages(connection: Connection, packages: Sequence[StoredKeyPackage]) -> None:
    """Those that are new; one that was here before is not made fresh by sending it again."""
    if not packages:
        return
    rows = [
        {
            "ref": package.ref,
            "device": package.device,
            "key_package": package.key_package,
            "last_resort": int(package.last_resort),
            "not_after": package.not_after,
            "spent": 0,
        }
        for package in packages
    ]
    connection.execute(upsert(KEY_PACKAGES).on_conflict_do_nothing(index_elements=["ref"]), rows)


def forget_ended_key_packages(connection: Connection, device: DeviceId, *, now: int) -> None:
    """The device's packages that have ended, spent ones too: putting one there again is refused for its lifetime."""
    ended = select(KEY_PACKAGES.c.ref).where(KEY_PACKAGES.c.device == device, KEY_PACKAGES.c.not_after < now)
    connection.execute(delete(CLAIMS).where(CLAIMS.c.ref.in_(ended)))
    connection.execute(delete(KEY_PACKAGES).where(KEY_PACKAGES.c.ref.in_(ended)))


def count_kept(connection: Connection, device: DeviceId) -> int:
    """The device's packages, spent ones too."""
    return connection.execute(select(func.count()).where(KEY_PACKAGES.c.device == device)).scalar_one()


def retire_last_resort(connection: Connection, device: DeviceId, *, but: bytes) -> None:
    """The device's last resort is spent, unless it is `but` already."""
    connection.execute(
        update(KEY_PACKAGES)
        .where(KEY_PACKAGES.c.device == device, KEY_PACKAGES.c.last_resort == 1, KEY_PACKAGES.c.ref != but)
        .values(_SPENT)
    )


def count_waiting(connection: Connection, device: DeviceId, *, now: int) -> int:
    """One-time packages that could be reserved now."""
    counted = select(func.count()).select_from(KEY_PACKAGES).where(*_free(device, now=now))
    return connection.execute(counted).scalar_one()


def has_last_resort(connection: Connection, device: DeviceId, *, now: int) -> bool:
    """One that no Commit has consumed: the others serve on, but are to be replaced."""
    found = select(KEY_PACKAGES.c.ref).where(*_last_resort(device, now=now), KEY_PACKAGES.c.used == 0)
    return connection.execute(found).first() is not None


def pick_key_package(connection: Connection, device: DeviceId, *, now: int) -> StoredKeyPackage | None:
    """A one-time package while there is one, the last resort only then."""
    for conditions in (_free(device, now=now), _last_resort(device, now=now)):
        row = connection.execute(select(KEY_PACKAGES).where(*conditions).limit(1)).one_or_none()
        if row is not None:
            return StoredKeyPackage(
                ref=row.ref,
                device=DeviceId(row.device),
                key_package=row.key_package,
                last_resort=bool(row.last_resort),
                not_after=row.not_after,
            )
    return None


def reserve(connection: Connection, ref: bytes, account: AccountId, *, until: int) -> None:
    connection.execute(
        upsert(CLAIMS)
        .values(ref=ref, account=account, until=until)
        .on_conflict_do_update(index_elements=["ref", "account"], set_={"until": until})
    )


def forget_ended_claims(connection: Connection, *, now: int) -> None:
    connection.execute(delete(CLAIMS).where(CLAIMS.c.until < now))


def find_claimed(connection: Connection, refs: Iterable[bytes], account: AccountId, *, now: int) -> list[ClaimedDevice]:
    """Of these key packages, those that `account` has reserved and nobody has used."""
    found = (
        select(KEY_PACKAGES.c.ref, KEY_PACKAGES.c.last_resort, DEVICES.c.id, DEVICES.c.account, DEVICES.c.identity_key)
        .join(DEVICES, DEVICES.c.id == KEY_PACKAGES.c.device)
        .join(CLAIMS, CLAIMS.c.ref == KEY_PACKAGES.c.ref)
        .where(KEY_PACKAGES.c.ref.in_(list(refs)), KEY_PACKAGES.c.spent == 0)
        .where(CLAIMS.c.account == account, CLAIMS.c.until >= now)
    )
    return [
        ClaimedDevice(
            ref=row.ref,
            device=DeviceId(row.id),
            account=AccountId(row.account),
            identity_key=row.identity_key,
            last_resort=bool(row.last_resort),
        )
        for row in connection.execute(found)
    ]


def consume(connection: Connection, claimed: Sequence[ClaimedDevice]) -> None:
    """The one-time packages among them are spent and their reservations end; a last resort is used, and serves on."""
    one_time = [one.ref for one in claimed if not one.last_resort]
    last_resorts = [one.ref for one in claimed if one.last_resort]
    connection.execute(update(KEY_PACKAGES).where(KEY_PACKAGES.c.ref.in_(last_resorts)).values(used=1))
    connection.execute(update(KEY_PACKAGES).where(KEY_PACKAGES.c.ref.in_(one_time)).values(_SPENT))
    connection.execute(delete(CLAIMS).where(CLAIMS.c.ref.in_(one_time)))


def _free(device: DeviceId, *, now: int) -> tuple[ColumnElement[bool], ...]:
    reserved = select(CLAIMS.c.ref).where(CLAIMS.c.ref == KEY_PACKAGES.c.ref, CLAIMS.c.until >= now).exists()
    return (*_usable(device, now=now), KEY_PACKAGES.c.last_resort == 0, ~reserved)


def _last_resort(device: DeviceId, *, now: int) -> tuple[ColumnElement[bool], ...]:
    return (*_usable(device, now=now), KEY_PACKAGES.c.last_resort == 1)


def _usable(device: DeviceId | ColumnElement[bytes], *, now: int) -> tuple[ColumnElement[bool], ...]:
    return (KEY_PACKAGES.c.device == device, KEY_PACKAGES.c.spent == 0, KEY_PACKAGES.c.not_after >= now)
