"""Whose key packages may be added to a channel: each judged by itself, so that a bad one keeps out nobody but itself.

A key package is made by its owner and handed out by the relay. Whatever would make the Commit invalid for others (rules
C5, C8; RFC 9420 sections 7.3, 10.1) is looked for here, before one Commit carries the removals and everybody's adds.
"""

from collections import Counter
from collections.abc import Iterable

from cencomm import codec
from cencomm.client.channel.leaves import leaf_view
from cencomm.client.channel.session import ChannelSession
from cencomm.errors import ProtocolError
from cencomm.ids import DeviceId
from cencomm.ledger.anchor import GROUP_INFO_EXTENSION
from cencomm.ledger.certificate import CertificateMemo
from cencomm.ledger.refusal import Refused
from cencomm.ledger.replay import Ledger
from cencomm.ledger.tree_rules import MAX_LEAVES_PER_IDENTITY, entitled_leaf
from cencomm.mls.key_package import KeyPackage
from cencomm.mls.leaf_validation import check_leaf


def usable_packages(
    packages: Iterable[bytes],
    session: ChannelSession,
    ledger: Ledger,
    *,
    removes: Iterable[int],
    now: int,
    certificates: CertificateMemo,
) -> list[KeyPackage]:
    """Those of the claimed key packages that can all be added in one Commit, beside those removals.

    A relay that hands out somebody else's packages gains nothing, and a member who published a bad one is left out.
    """
    room = _Room(session, ledger, frozenset(removes), now, certificates)
    good = []
    for data in packages:
        try:
            good.append(room.admit(data))
        except ProtocolError:
            continue
    return good


class _Room:
    """The tree as far as newcomers can collide with it, and with each other."""

    def __init__(
        self, session: ChannelSession, ledger: Ledger, removes: frozenset[int], now: int, certificates: CertificateMemo
    ) -> None:
        self._session = session
        self._ledger = ledger
        self._now = now
        self._certificates = certificates
        leaves = session.leaves()
        self._keys = {node.encryption_key for node in session.group.tree.nodes if node is not None}
        self._keys |= {leaf.signature_key for leaf in leaves if leaf.index not in removes}
        staying = [certificates.verify(leaf.credential) for leaf in leaves if leaf.index not in removes]
        self._devices: set[tuple[bytes, DeviceId]] = {(one.identity_key, one.device) for one in staying}
        self._leaves_of = Counter(one.identity_key for one in staying)

    def admit(self, data: bytes) -> KeyPackage:
        """The package, whose place is taken from now on.

        Raises:
            ProtocolError: it would make a Commit invalid; nothing is taken.
        """
        session = self._session
        package = codec.decode(data, KeyPackage.read)
        if package.cipher_suite != session.group.cipher_suite:
            raise Refused("C8", "the key package is for another suite than the channel's")
        package.verify(self._now)
        node = package.leaf_node
        check_leaf(node, session.group.cipher_suite, session.group.context.extensions)
        if not node.supports_extension(GROUP_INFO_EXTENSION):
            raise Refused("C8", "the leaf does not list the extension that carries the anchor")
        leaf = leaf_view(0, node)
        at = self._ledger.sequence
        _, certificate = entitled_leaf(self._ledger, session.channel, leaf, at=at, certificates=self._certificates)
        if certificate.not_after <= self._now:
            raise Refused("C5", "the certificate of the device has expired")
        keys = {leaf.signature_key, leaf.encryption_key, package.init_key}
        if len(keys) != 3 or not keys.isdisjoint(self._keys):  # noqa: PLR2004 (three kinds of keys)
            raise Refused("C5", "a key of the key package stands in the tree, or in another key package")
        device = certificate.identity_key, certificate.device
        if device in self._devices:
            raise Refused("C5", "the device stands in the tree, or was added just now")
        if self._leaves_of[certificate.identity_key] >= MAX_LEAVES_PER_IDENTITY:
            raise Refused("C5", f"the identity has {MAX_LEAVES_PER_IDENTITY} leaves")
        self._keys |= keys
        self._devices.add(device)
        self._leaves_of[certificate.identity_key] += 1
        return package
