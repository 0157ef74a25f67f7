"""Whether a newcomer follows a Welcome (rule C9).

A Welcome alone proves only that somebody holds our key package. These checks tie it to the ledger and to the one
Commit in the log that everybody else judged, so that no member and no relay can open a group beside the group.
"""

from cencomm.ids import ChannelId
from cencomm.ledger.anchor import Anchor
from cencomm.ledger.anchor_rules import judge_anchor
from cencomm.ledger.certificate import CertificateMemo
from cencomm.ledger.log import LogKind
from cencomm.ledger.refusal import AnchorRefused, JoinRefused, TreeRefused
from cencomm.ledger.replay import Ledger
from cencomm.ledger.tree_rules import judge_tree
from cencomm.ledger.views import LoggedCommit, WelcomeView


def judge_join(
    ledger: Ledger,
    channel: ChannelId,
    generation: int,
    *,
    welcome: WelcomeView,
    commit: LoggedCommit | None,
    pinned: int,
    last_epoch: int | None,
    certificates: CertificateMemo,
) -> Anchor:
    """The Welcome leads into the channel's one group, at the epoch that the logged Commit began.

    Afterwards the caller deletes the init key in the write that stores the group.

    `commit` is the Commit of the log that adds our key package, None when the log holds none. `pinned` is the ledger
    sequence that was pinned when the key package was published; not the newest one, since the ledger may have grown
    between the Commit and our arrival. A restart since then may have ended the group: what its log holds up to the
    cut is ours to read, so `generation` need not be the current one (ADR 0008). `last_epoch` is the highest epoch of
    this group that we were ever in.

    Raises:
        JoinRefused: do not join; send a rejection of the Welcome.
        LedgerBehind: a fault of ours: fetch the ledger and judge again.
    """
    declared = ledger.channels.get(channel)
    begun = None if declared is None else declared.numbered(generation)
    if declared is None or begun is None:
        raise JoinRefused("C9", "the ledger has no such channel, or another generation of it")
    if welcome.group_id != begun.group_id:
        raise JoinRefused("C9", "the Welcome is for another group than the ledger names")
    logged = _judge_commit_of(welcome, commit)
    ended = declared.restart_after(generation)
    if ended is not None and logged.sequence > ended.cut_sequence:
        raise JoinRefused("C11", "the Commit stands behind the cut of a restart: the channel goes on without it")
    try:
        anchor = judge_anchor(
            ledger,
            welcome.extension,
            kind=LogKind.COMMIT,
            channel=channel,
            generation=generation,  # judged to be the one that is current at the anchored head
            sequence=logged.sequence,
            epoch_began_at=0,  # not known to a newcomer; the members judged it
        )
        if anchor.ledger_sequence < pinned:
            raise JoinRefused("C9", "the Welcome stands on an older ledger than our key package")
        judge_tree(ledger, channel, welcome.tree, at=anchor.ledger_sequence, certificates=certificates)
    except (AnchorRefused, TreeRefused) as refused:
        raise JoinRefused(refused.rule, refused.sentence) from refused
    if welcome.own not in welcome.tree:
        raise JoinRefused("C9", "our own leaf is not in the tree")
    if last_epoch is not None and welcome.epoch <= last_epoch:
        raise JoinRefused("C9", "we were in this epoch of the group, or in a later one, already")
    return anchor


def _judge_commit_of(welcome: WelcomeView, commit: LoggedCommit | None) -> LoggedCommit:
    if commit is None or welcome.key_package not in commit.key_packages:
        raise JoinRefused("C9", "the log holds no Commit that adds our key package")
    if commit.epoch + 1 != welcome.epoch:
        raise JoinRefused("C9", "the Welcome is for another epoch than the Commit began")
    if commit.confirmation_tag != welcome.confirmation_tag:
        raise JoinRefused("C9", "the Welcome is for another group state than the Commit made")
    if commit.sender != welcome.signer:
        raise JoinRefused("C9", "the Welcome was signed by another member than the Commit's sender")
    if commit.authenticated_data != welcome.extension:
        raise JoinRefused("C9", "the Welcome's anchor is not the Commit's")
    return commit
