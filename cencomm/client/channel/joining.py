"""Entering a channel by a Welcome, only if log and ledger bear it out (rule C9)."""

from collections.abc import Iterable
from dataclasses import dataclass

from cencomm.client.channel.leaves import leaf_view, leaf_views, logged_commit
from cencomm.client.channel.session import ChannelSession
from cencomm.errors import ProtocolError
from cencomm.ids import ChannelId, OperationId
from cencomm.ledger.anchor import GROUP_INFO_EXTENSION
from cencomm.ledger.certificate import CertificateMemo
from cencomm.ledger.join_rules import judge_join
from cencomm.ledger.log import LogKind, log_hash
from cencomm.ledger.refusal import JoinRefused
from cencomm.ledger.replay import Ledger
from cencomm.ledger.views import WelcomeView
from cencomm.mls.errors import NotForUs
from cencomm.mls.group import Joined as GroupJoined
from cencomm.mls.group import join_group
from cencomm.mls.key_package import KeyPackageBundle
from cencomm.wire.log import LogPage
from cencomm.wire.welcomes import WaitingWelcome


@dataclass(frozen=True, slots=True)
class Joined:
    """A new session, right after the Commit that added us, and the key package whose private half dies with it."""

    session: ChannelSession
    bundle: KeyPackageBundle


def join(
    operation: OperationId,
    channel: ChannelId,
    ledger: Ledger,
    *,
    generation: int,
    waiting: WaitingWelcome,
    page: LogPage,
    bundles: Iterable[KeyPackageBundle],
    admitted_at: int,
    last_epoch: int | None,
    certificates: CertificateMemo,
) -> Joined:
    """The session that a Welcome leads to.

    Args:
        generation: whose log and Welcome these are; an ended one may be joined up to its cut (ADR 0008).
        page: the log from `waiting.sequence - 1` on; its first entry is the Commit that added us.
        bundles: our key packages with their private halves.
        admitted_at: the ledger entry that admitted us: no anchor before it can be ours.
        last_epoch: the highest epoch of this group that this device was ever in.

    Raises:
        JoinRefused, ProtocolError: report the Welcome as rejected; any member removes and adds us again.
        LedgerBehind: fetch the ledger first.
        NotForUs: it is for a key package that this device does not hold (any more).
    """
    group_joined, bundle = _open(waiting, bundles)
    group, info = group_joined.group, group_joined.group_info
    entry = page.entries[0] if page.entries else None
    if entry is None or entry.sequence != waiting.sequence or entry.kind != LogKind.COMMIT:
        raise JoinRefused("C9", "the log holds no Commit where the relay says that we were added")
    extensions = [item for item in info.extensions if item.extension_type == GROUP_INFO_EXTENSION]
    if len(extensions) != 1 or len(info.extensions) != 1:
        raise JoinRefused("C9", "the GroupInfo has not exactly the one extension of our profile")
    own = dict(group.leaves())[group.own_leaf]
    anchor = judge_join(
        ledger,
        channel,
        generation,
        welcome=WelcomeView(
            group_id=group.group_id,
            epoch=group.epoch,
            signer=group_joined.signer,
            confirmation_tag=info.confirmation_tag,
            extension=extensions[0].extension_data,
            tree=tuple(leaf_views(group)),
            own=leaf_view(group.own_leaf, own),
            key_package=bundle.key_package.encode(),
        ),
        commit=logged_commit(entry.sequence, entry.message),
        pinned=admitted_at,
        last_epoch=last_epoch,
        certificates=certificates,
    )
    digest = log_hash(channel, generation, page.previous, entry.sequence, LogKind.COMMIT, entry.message)
    session = ChannelSession(
        operation=operation,
        channel=channel,
        generation=generation,
        group=group,
        sequence=entry.sequence,
        log_hash=digest,
        epoch_began_at=entry.sequence,
        judged_at=anchor.ledger_sequence,
    )
    return Joined(session, bundle)


def _open(waiting: WaitingWelcome, bundles: Iterable[KeyPackageBundle]) -> tuple[GroupJoined, KeyPackageBundle]:
    for bundle in bundles:
        try:
            return join_group(waiting.welcome, key_package=bundle, ratchet_tree=waiting.ratchet_tree), bundle
        except NotForUs:
            continue
    raise NotForUs("the Welcome is for none of this device's key packages")


__all__ = ["Joined", "ProtocolError", "join"]
