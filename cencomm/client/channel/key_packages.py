"""A device's stock of key packages: published ones whose private halves wait here to be used once (rule C8)."""

from collections.abc import Iterable, Mapping

from cencomm import codec
from cencomm.client.account.device import OwnDevice
from cencomm.client.vault.state_store import StateStore, Writes
from cencomm.ledger.anchor import GROUP_INFO_EXTENSION
from cencomm.mls.cipher_suite import MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519 as SUITE
from cencomm.mls.key_package import KeyPackageBundle, create_key_package
from cencomm.mls.leaf_node import Capabilities
from cencomm.secret import Entropy

PREFIX = "key-package/"
USED_PREFIX = "used-last-resort/"
STOCK = 20  # one-time packages that wait at the relay (C8)
REFILL_BELOW = 10
LIFETIME_SECONDS = 84 * 24 * 3600  # 12 weeks: devices in the field may stay off for a season
GRACE_SECONDS = 24 * 3600  # a last resort that was used may be in another Welcome that is on its way
CLOCK_SKEW_SECONDS = 3600  # the adder's clock may be behind ours


def make_bundle(device: OwnDevice, *, now: int, last_resort: bool, entropy: Entropy) -> KeyPackageBundle:
    """A key package of this device, valid from an hour ago for twelve weeks."""
    return create_key_package(
        credential=device.certificate,
        signing_key=device.signing_key,
        cipher_suite=SUITE,
        lifetime=(now - CLOCK_SKEW_SECONDS, now + LIFETIME_SECONDS),
        capabilities=Capabilities(cipher_suites=(SUITE,), extensions=(GROUP_INFO_EXTENSION,)),
        last_resort=last_resort,
        entropy=entropy,
    )


def bundle_key(bundle: KeyPackageBundle) -> str:
    return PREFIX + bundle.key_package.ref().hex()


def stock_writes(bundles: Iterable[KeyPackageBundle]) -> Writes:
    """Saved before they are published: a Welcome must never find the private half missing."""
    return {bundle_key(bundle): bundle.encode() for bundle in bundles}


async def load_stock(store: StateStore) -> list[KeyPackageBundle]:
    return [KeyPackageBundle.decode(value) for _, value in await store.scan(PREFIX)]


def used_writes(bundle: KeyPackageBundle, *, now: int) -> Writes:
    """What the joining with `bundle` does to it, in the write that stores the group.

    A one-time package dies with its use; one of last resort is replaced at the next refill and dies after a grace.
    """
    if not bundle.key_package.is_last_resort:
        return {bundle_key(bundle): None}
    return {USED_PREFIX + bundle.key_package.ref().hex(): codec.uint(now, 8)}


async def load_used(store: StateStore) -> dict[str, int]:
    """The last resorts that served: the key of each in the store, and when it was last used, in seconds."""
    rows = await store.scan(USED_PREFIX)
    return {PREFIX + key.removeprefix(USED_PREFIX): int.from_bytes(value, "big") for key, value in rows}


def dead_writes(stock: Iterable[KeyPackageBundle], used: Mapping[str, int], *, now: int) -> Writes:
    """Private halves that no honest Welcome needs any more are deleted: expired, or served and long replaced."""
    writes: dict[str, bytes | None] = {}
    for bundle in stock:
        key, lifetime = bundle_key(bundle), bundle.key_package.leaf_node.lifetime
        expired = lifetime is not None and lifetime.not_after + GRACE_SECONDS < now
        if expired or (key in used and used[key] + GRACE_SECONDS < now):
            writes[key] = None
            writes[USED_PREFIX + key.removeprefix(PREFIX)] = None
    return writes


def has_fresh_last_resort(stock: Iterable[KeyPackageBundle], used: Mapping[str, int]) -> bool:
    """One that never served."""
    return any(one.key_package.is_last_resort and bundle_key(one) not in used for one in stock)
