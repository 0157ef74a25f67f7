"""A device's stock of key packages: published ones whose private halves wait here to be used once (rule C8)."""

from collections.abc import Iterable

from cencomm.client.device import OwnDevice
from cencomm.client.state_store import StateStore, Writes
from cencomm.ledger.anchor import GROUP_INFO_EXTENSION
from cencomm.mls.cipher_suite import MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519 as SUITE
from cencomm.mls.key_package import KeyPackageBundle, create_key_package
from cencomm.mls.leaf_node import Capabilities
from cencomm.secret import Entropy

PREFIX = "key-package/"
STOCK = 20  # one-time packages that wait at the relay (C8)
REFILL_BELOW = 10
LIFETIME_SECONDS = 84 * 24 * 3600  # 12 weeks: devices in the field may stay off for a season
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
