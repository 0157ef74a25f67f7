"""Turning the ledger into a Commit: who is entitled and absent is added, who is present and not entitled is removed.

Any member can do it, and nobody is believed: the Commit names the ledger head that it enacts, and every receiver
judges the tree that results (rules C3 to C6).
"""

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cencomm.client.channel.errors import ChannelNotUsable
from cencomm.client.channel.leaves import commit_view, leaf_views
from cencomm.client.channel.sending import unentitled_leaves
from cencomm.client.channel.session import ChannelSession, Staged, Standing
from cencomm.errors import ProtocolError
from cencomm.ids import NO_HASH, SEND_ID_BYTES, AccountId, ChannelId, OperationId, SendId
from cencomm.ledger.anchor import GROUP_INFO_EXTENSION, Anchor
from cencomm.ledger.certificate import CertificateMemo
from cencomm.ledger.commit_rules import judge_commit
from cencomm.ledger.log import LogKind
from cencomm.ledger.replay import Ledger
from cencomm.ledger.tree_rules import UnentitledLeaf, entitled_leaf
from cencomm.mls.extension import Extension
from cencomm.mls.group import Group, create_group
from cencomm.mls.key_package import KeyPackage, KeyPackageBundle
from cencomm.mls.tree_math import LeafIndex
from cencomm.secret import Entropy


@dataclass(frozen=True, slots=True)
class Difference:
    """What separates a group from the ledger: accounts that are entitled and have no leaf, leaves to remove."""

    absent: tuple[AccountId, ...]
    unentitled: tuple[int, ...]

    def __bool__(self) -> bool:
        return bool(self.absent or self.unentitled)


def difference(session: ChannelSession, ledger: Ledger, certificates: CertificateMemo) -> Difference:
    """A leaf of a replaced identity or an ended device is nobody's presence: the next is added as that one goes."""
    present = _present(session, ledger, certificates)
    entitled = ledger.entitled_accounts(session.channel, at=ledger.sequence)
    return Difference(tuple(sorted(entitled - present)), unentitled_leaves(session, ledger, certificates))


def _present(session: ChannelSession, ledger: Ledger, certificates: CertificateMemo) -> set[AccountId]:
    present = set()
    for leaf in session.leaves():
        try:
            member, _ = entitled_leaf(ledger, session.channel, leaf, at=ledger.sequence, certificates=certificates)
        except UnentitledLeaf:
            continue
        present.add(member.account)
    return present


def stage(
    session: ChannelSession,
    ledger: Ledger,
    *,
    adds: Sequence[KeyPackage],
    removes: Iterable[int],
    certificates: CertificateMemo,
    entropy: Entropy,
) -> ChannelSession:
    """The session with a Commit staged: save it, then publish `staged`, then read it back from the log.

    Raises:
        ChannelNotUsable: this device is not in the channel.
        CommitRefused: our own Commit would break a rule: it is never sent.
    """
    if session.standing is not Standing.LIVE:
        raise ChannelNotUsable(session.standing.name.lower())
    anchor = Anchor(
        kind=LogKind.COMMIT,
        operation=session.operation,
        channel=session.channel,
        generation=session.generation,
        ledger_sequence=ledger.sequence,
        ledger_hash=ledger.head_hash,
        log_sequence=session.sequence,
        log_hash=session.log_hash,
        commitment=NO_HASH,
    ).encode()
    commit = session.group.commit(
        adds=tuple(adds),
        removes=tuple(LeafIndex(index) for index in removes),
        authenticated_data=anchor,
        group_info_extensions=(Extension(GROUP_INFO_EXTENSION, anchor),),
        entropy=entropy,
    )
    judge_commit(
        ledger,
        session.channel,
        session.generation,
        before=session.leaves(),
        after=tuple(leaf_views(commit.group)),
        commit=commit_view(session.group.epoch, commit.event, other_proposals=False),
        sequence=session.sequence + 1,
        epoch_began_at=session.epoch_began_at,
        epoch_anchored_at=session.judged_at if session.epoch_began_at else 0,
        certificates=certificates,
    )
    staged = Staged(
        send_id=SendId(entropy(SEND_ID_BYTES)),
        group=commit.group,
        message=commit.message,
        welcome=commit.welcome,
        ratchet_tree=commit.ratchet_tree if commit.welcome is not None else None,
        ledger_sequence=ledger.sequence,
    )
    return replace(session, staged=staged)


@dataclass(frozen=True, slots=True)
class Renewal:
    """A device that goes only as it comes (C6): its leaf, and the key package that it comes with."""

    leaf: int
    package: KeyPackage


def stage_what_fits(
    session: ChannelSession,
    ledger: Ledger,
    *,
    adds: Sequence[KeyPackage],
    removes: Sequence[int],
    again: Sequence[Renewal] = (),
    certificates: CertificateMemo,
    entropy: Entropy,
) -> ChannelSession | None:
    """As `stage`, but nobody's key package holds up anybody else: None when nothing is left to commit.

    If the Commit fails with all of them, the removals go alone and first, so that those removed read nothing more;
    never the leaf of whom `again` lets in, which no member may take away alone (C6). With nobody to remove, each of
    those is tried by itself, then each newcomer beside those that fit.
    """

    def attempt(adds: Sequence[KeyPackage], removes: Sequence[int]) -> ChannelSession:
        return stage(session, ledger, adds=adds, removes=removes, certificates=certificates, entropy=entropy)

    everybody = (*(one.package for one in again), *adds)
    try:
        return attempt(everybody, (*removes, *(one.leaf for one in again)))
    except ProtocolError:
        if not everybody:
            raise
    if removes:
        return attempt((), removes)
    for renewal in again:
        with contextlib.suppress(ProtocolError):
            return attempt((renewal.package,), (renewal.leaf,))
    fitting: list[KeyPackage] = []
    staged = None
    for one in adds:
        try:
            staged = attempt([*fitting, one], ())
        except ProtocolError:
            continue
        fitting.append(one)
    return staged


def found(
    operation: OperationId, channel: ChannelId, ledger: Ledger, *, bundle: KeyPackageBundle, entropy: Entropy
) -> ChannelSession:
    """A session at epoch 0, alone in the group that the ledger names (L8). Its first accepted Commit is the group."""
    entry = ledger.channels[channel]
    group: Group = create_group(group_id=entry.group_id, key_package=bundle, entropy=entropy)
    return ChannelSession(
        operation=operation,
        channel=channel,
        generation=entry.generation,
        group=group,
        sequence=0,
        log_hash=NO_HASH,
        epoch_began_at=0,
        judged_at=ledger.sequence,
    )
