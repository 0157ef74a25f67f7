"""Devices that are in the tree and cannot use their place: they say so, and any member removes and adds them (C9, C10).

A device whose Welcome did not lead into the group, or whose leaf committed somewhere else, signs a rejection. It is
acted upon only while the tree still holds exactly the leaf that it is about, and for one device once an hour, so that
nobody keeps the others busy with false ones.
"""

from dataclasses import dataclass
from hashlib import sha256

from cencomm import codec
from cencomm.client.channel.rejections import read_rejections
from cencomm.client.channel.session import ChannelSession
from cencomm.client.mailbox import Mailbox
from cencomm.errors import ProtocolError
from cencomm.ids import AccountId, ChannelId, DeviceId, OperationId
from cencomm.ledger.certificate import CertificateMemo, DeviceCertificate
from cencomm.ledger.rejection import Rejection, RejectionKind, RejectionReason
from cencomm.mls.credential import BasicCredential
from cencomm.mls.framing import PublicMessage, decode_mls_message
from cencomm.mls.group import Group
from cencomm.mls.key_package import KeyPackage
from cencomm.mls.leaf_node import LeafNode, LeafNodeSource
from cencomm.mls.proposal import Add

PREFIX = "readmitted/"
PAUSE_SECONDS = 3600  # between two re-additions of one device: each is a Commit, and work for every member


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """A leaf whose device rightly says that it cannot use it."""

    leaf: int
    certificate: DeviceCertificate

    @property
    def account(self) -> AccountId:
        return self.certificate.account

    def is_for(self, package: KeyPackage) -> bool:
        """Whether the package adds exactly this device again."""
        return _device(package.leaf_node, CertificateMemo()) == (self.certificate.identity_key, self.certificate.device)


async def unusable_leaves(mailbox: Mailbox, session: ChannelSession) -> list[Unusable]:
    """Those that may be removed and added again now.

    Raises:
        Unavailable, AccessDenied: the relay does not answer, or not to us.
    """
    said = {
        one.certificate.encoded: one
        for one in await read_rejections(mailbox, session.operation, session.channel)
        if one.kind is RejectionKind.WELCOME or one.reason is RejectionReason.OWN_LEAF
    }  # the newest of each device
    found = []
    for index, leaf in session.group.leaves():
        credential = leaf.credential.identity if isinstance(leaf.credential, BasicCredential) else b""
        rejection = said.get(credential)
        if rejection is None or rejection.certificate.device == mailbox.device.device:
            continue
        if await _was_readmitted(mailbox, session, rejection) or not await _is_about(mailbox, session, rejection, leaf):
            continue
        found.append(Unusable(leaf=index, certificate=rejection.certificate))
    return found


def readmitted_writes(
    before: ChannelSession, after: ChannelSession, certificates: CertificateMemo, *, now: int
) -> dict[str, bytes | None]:
    """What remembers which devices a Commit removed and added at once: every member counts alike."""
    if before.group.epoch == after.group.epoch or before.generation != after.generation:
        return {}
    old, new = _devices(before.group, certificates), _devices(after.group, certificates)
    return {
        _key(after.operation, after.channel, device): codec.uint(now, 8)
        for (identity, device), leaf in new.items()
        if leaf.leaf_node_source is LeafNodeSource.KEY_PACKAGE and old.get((identity, device), leaf) != leaf
    }


async def _was_readmitted(mailbox: Mailbox, session: ChannelSession, rejection: Rejection) -> bool:
    value = await mailbox.store.get(_key(session.operation, session.channel, rejection.certificate.device))
    return value is not None and mailbox.environment.clock() < int.from_bytes(value, "big") + PAUSE_SECONDS


async def _is_about(mailbox: Mailbox, session: ChannelSession, rejection: Rejection, leaf: LeafNode) -> bool:
    """Whether the rejected Commit is the one that put this leaf into the tree: an older one says nothing about it."""
    place = session.operation, session.channel, session.generation
    page = await mailbox.relay.log(*place, after=rejection.sequence - 1, limit=1)
    if not page.entries or sha256(page.entries[0].message).digest() != rejection.commit_hash:
        return False
    try:
        public = decode_mls_message(page.entries[0].message)
    except ProtocolError:
        return False
    if not isinstance(public, PublicMessage) or public.commit is None:
        return False
    if rejection.kind is RejectionKind.WELCOME:
        return leaf in [one.key_package.leaf_node for one in public.commit.proposals if isinstance(one, Add)]
    return public.commit.path is not None and public.commit.path.leaf_node == leaf


def _devices(group: Group, certificates: CertificateMemo) -> dict[tuple[bytes, DeviceId], LeafNode]:
    return {_device(leaf, certificates): leaf for _, leaf in group.leaves()}


def _device(leaf: LeafNode, certificates: CertificateMemo) -> tuple[bytes, DeviceId]:
    credential = leaf.credential
    certificate = certificates.verify(credential.identity if isinstance(credential, BasicCredential) else b"")
    return certificate.identity_key, certificate.device


def _key(operation: OperationId, channel: ChannelId, device: DeviceId) -> str:
    return f"{PREFIX}{operation.hex()}/{channel.hex()}/{device.hex()}"
