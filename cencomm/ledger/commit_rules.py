"""Whether a Commit is valid: a function of the group, the Commit and the ledger up to its anchor (rules C1 to C6).

Nothing newer than the anchored head enters, and no clock, so all members come to one verdict whatever they learned
in the meantime. What MLS itself checks (signatures, tags, that the tree after follows from the tree before) is done.
"""

from collections.abc import Sequence

from cencomm.ids import ChannelId
from cencomm.ledger.anchor import Anchor
from cencomm.ledger.anchor_rules import judge_anchor
from cencomm.ledger.certificate import CertificateMemo
from cencomm.ledger.kinds import Role
from cencomm.ledger.log import LogKind
from cencomm.ledger.refusal import AnchorRefused, CommitRefused, TreeRefused
from cencomm.ledger.replay import Ledger
from cencomm.ledger.tree_rules import UnentitledLeaf, entitled_leaf, judge_tree
from cencomm.ledger.views import CommitView, LeafView

__all__ = ["CommitView", "LeafView", "judge_commit", "judge_removal"]


def judge_commit(
    ledger: Ledger,
    channel: ChannelId,
    generation: int,
    *,
    before: Sequence[LeafView],
    after: Sequence[LeafView],
    commit: CommitView,
    sequence: int,
    epoch_began_at: int,
    epoch_anchored_at: int,
    certificates: CertificateMemo,
) -> Anchor:
    """The Commit is valid, and this is the anchor that the new epoch stands on.

    `before` are the leaves of the epoch that the Commit ends, `after` those of the tree that it makes, `sequence` is
    its place in the channel's log. `epoch_began_at` is the log sequence of the Commit that began the ending epoch,
    `epoch_anchored_at` the ledger sequence of that Commit's anchor; both are 0 in epoch 0. An empty memo of
    certificates gives the same verdict more slowly.

    Raises:
        CommitRefused: it is not valid for anybody; `rule` says why.
        LedgerBehind: a fault of ours: fetch the ledger and judge again.
    """
    anchor = _judge_beginning(
        ledger,
        channel,
        generation,
        before=before,
        commit=commit,
        sequence=sequence,
        epoch_began_at=epoch_began_at,
        epoch_anchored_at=epoch_anchored_at,
    )
    judgement = _Judgement(ledger, channel, anchor.ledger_sequence, certificates)
    judgement.judge_rights(commit, before)
    judgement.judge_result(commit, after)
    _judge_path(commit, before, after)
    return anchor


def judge_removal(
    ledger: Ledger,
    channel: ChannelId,
    generation: int,
    *,
    before: Sequence[LeafView],
    commit: CommitView,
    sequence: int,
    epoch_began_at: int,
    epoch_anchored_at: int,
    certificates: CertificateMemo,
) -> Anchor:
    """The Commit may remove us. The tree that it makes we cannot see: the others judge it.

    Arguments and errors as those of `judge_commit`; of `commit.added` only credentials and signature keys are looked
    at, since whoever is removed does not learn where the added ones stand.
    """
    anchor = _judge_beginning(
        ledger,
        channel,
        generation,
        before=before,
        commit=commit,
        sequence=sequence,
        epoch_began_at=epoch_began_at,
        epoch_anchored_at=epoch_anchored_at,
    )
    _Judgement(ledger, channel, anchor.ledger_sequence, certificates).judge_rights(commit, before)
    return anchor


def _judge_beginning(
    ledger: Ledger,
    channel: ChannelId,
    generation: int,
    *,
    before: Sequence[LeafView],
    commit: CommitView,
    sequence: int,
    epoch_began_at: int,
    epoch_anchored_at: int,
) -> Anchor:
    _judge_profile(commit, before)
    try:
        anchor = judge_anchor(
            ledger,
            commit.anchor,
            kind=LogKind.COMMIT,
            channel=channel,
            generation=generation,
            sequence=sequence,
            epoch_began_at=epoch_began_at,
        )
    except AnchorRefused as refused:
        raise CommitRefused(refused.rule, refused.sentence) from refused
    if anchor.ledger_sequence < epoch_anchored_at:  # else a member and a relay bring back whom the unit revoked
        raise CommitRefused("C4", "the Commit enacts an older ledger than the Commit before it")
    return anchor


class _Judgement:
    """The head and the memo that the parts of one judgement share."""

    __slots__ = ("_at", "_certificates", "_channel", "_ledger")

    def __init__(self, ledger: Ledger, channel: ChannelId, at: int, certificates: CertificateMemo) -> None:
        self._ledger, self._channel, self._at, self._certificates = ledger, channel, at, certificates

    def judge_rights(self, commit: CommitView, before: Sequence[LeafView]) -> None:
        """C6: an entitled committer; of what is entitled, members remove only what is theirs or comes back."""
        committer = _leaf_at(before, commit.committer)
        if committer is None or commit.committer in {leaf.index for leaf in commit.removed}:
            raise CommitRefused("C6", "the committer is not in the group, or removes itself")
        try:
            member, own = entitled_leaf(
                self._ledger, self._channel, committer, at=self._at, certificates=self._certificates
            )
        except TreeRefused as refused:
            raise CommitRefused("C6", f"the committer may not enact: {refused.sentence}") from refused
        if member.role is Role.COORDINATOR:
            return
        returning = {self._device(leaf) for leaf in commit.added}
        for leaf in commit.removed:
            device = self._device(leaf)
            if device is not None and device[0] != own.identity_key and device not in returning:
                raise CommitRefused("C6", f"the committer may not remove leaf {leaf.index}, which is entitled")

    def judge_result(self, commit: CommitView, after: Sequence[LeafView]) -> None:
        """C4 and C5: nobody is in the new tree who has no right to be."""
        try:
            judge_tree(self._ledger, self._channel, after, at=self._at, certificates=self._certificates)
        except UnentitledLeaf as refused:
            if any(refused.leaf.index == leaf.index for leaf in commit.added):
                raise CommitRefused("C6", f"the Commit adds an outsider: {refused.sentence}") from refused
            raise CommitRefused("C4", f"the Commit leaves somebody in: {refused.sentence}") from refused
        except TreeRefused as refused:
            raise CommitRefused(refused.rule, refused.sentence) from refused

    def _device(self, leaf: LeafView) -> tuple[bytes, bytes] | None:
        """(identity key, device) of an entitled leaf; None when anybody may remove it."""
        try:
            _, certificate = entitled_leaf(
                self._ledger, self._channel, leaf, at=self._at, certificates=self._certificates
            )
        except TreeRefused:
            return None
        return certificate.identity_key, certificate.device


def _judge_profile(commit: CommitView, before: Sequence[LeafView]) -> None:
    """C2: the narrow profile; L8: how a group begins."""
    if commit.other_proposals:
        raise CommitRefused("C2", "a Commit holds by-value Add and Remove only")
    if not commit.has_path:
        raise CommitRefused("C2", "a Commit has a path")
    if commit.epoch == 0 and len(before) != 1:
        raise CommitRefused("L8", "a group begins with its creator alone")


def _judge_path(commit: CommitView, before: Sequence[LeafView], after: Sequence[LeafView]) -> None:
    """C5: a path renews the encryption key only; a new certificate comes by Remove and Add, where all look at it."""
    old, new = _leaf_at(before, commit.committer), _leaf_at(after, commit.committer)
    if old is None or new is None:
        raise CommitRefused("C5", "the path has no leaf")
    if old.credential != new.credential or old.signature_key != new.signature_key:
        raise CommitRefused("C5", "the path changes the committer's credential or signature key")


def _leaf_at(leaves: Sequence[LeafView], index: int) -> LeafView | None:
    return next((leaf for leaf in leaves if leaf.index == index), None)
