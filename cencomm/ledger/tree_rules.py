"""Whether each leaf of a tree has a right to be there (rule C5), at one head of the ledger and without a clock."""

from collections import Counter
from collections.abc import Sequence

from cencomm.errors import ProtocolError
from cencomm.ids import ChannelId
from cencomm.ledger.certificate import CertificateMemo, DeviceCertificate
from cencomm.ledger.membership import Member
from cencomm.ledger.refusal import TreeRefused
from cencomm.ledger.replay import Ledger, NotEntitled
from cencomm.ledger.views import LeafView

MAX_LEAVES_PER_IDENTITY = 5  # C5: so that nobody fills the tree


class UnentitledLeaf(TreeRefused):
    """A certified device that ended, or whose identity the ledger does not admit to the channel at that head."""

    def __init__(self, leaf: LeafView, sentence: str) -> None:
        super().__init__("C5", sentence)
        self.leaf = leaf


def certify(leaf: LeafView, certificates: CertificateMemo) -> DeviceCertificate:
    """The certificate in the leaf, which is for the leaf's own signature key.

    Raises:
        TreeRefused: it has no valid one.
    """
    try:
        certificate = certificates.verify(leaf.credential)
    except ProtocolError as refused:
        raise TreeRefused("C5", f"leaf {leaf.index} has no valid device certificate: {refused}") from refused
    if certificate.signature_key != leaf.signature_key:
        raise TreeRefused("C5", f"the certificate in leaf {leaf.index} is for another signature key")
    return certificate


def entitled_leaf(
    ledger: Ledger, channel: ChannelId, leaf: LeafView, *, at: int, certificates: CertificateMemo
) -> tuple[Member, DeviceCertificate]:
    """Who the leaf is: a member of this channel at the head `at`, and the certificate of the device.

    Raises:
        TreeRefused: its certificate is not valid.
        UnentitledLeaf: it is, but its identity does not belong here, or the device ended.
    """
    certificate = certify(leaf, certificates)
    try:
        member = ledger.entitled(channel, certificate.identity_key, at=at)
    except NotEntitled as refused:
        raise UnentitledLeaf(leaf, f"leaf {leaf.index} has no place in the channel: {refused}") from refused
    if member.account != certificate.account:  # any identity key can certify a device "of" somebody else's account
        raise UnentitledLeaf(leaf, f"leaf {leaf.index} names an account that is not its identity's")
    if ledger.has_ended(member.account, certificate.device, at=at):
        raise UnentitledLeaf(leaf, f"leaf {leaf.index} has no place in the channel: its device has ended")
    return member, certificate


def judge_tree(
    ledger: Ledger, channel: ChannelId, leaves: Sequence[LeafView], *, at: int, certificates: CertificateMemo
) -> None:
    """Each leaf is a certified device of a member of this channel at the head `at`, and no key or device twice.

    Raises:
        TreeRefused: the first leaf that is not; an `UnentitledLeaf` names it.
    """
    identities: Counter[bytes] = Counter()
    devices: set[tuple[bytes, bytes]] = set()
    keys: set[bytes] = set()
    for leaf in leaves:
        _, certificate = entitled_leaf(ledger, channel, leaf, at=at, certificates=certificates)
        identities[certificate.identity_key] += 1
        devices.add((certificate.identity_key, certificate.device))
        keys |= {leaf.signature_key, leaf.encryption_key}
    if len(keys) != 2 * len(leaves):
        raise TreeRefused("C5", "a key stands in the tree twice")
    if len(devices) != len(leaves):
        raise TreeRefused("C5", "a device stands in the tree twice")
    if any(count > MAX_LEAVES_PER_IDENTITY for count in identities.values()):
        raise TreeRefused("C5", f"an identity has more than {MAX_LEAVES_PER_IDENTITY} leaves")
