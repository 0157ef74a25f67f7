"""Taking in a Commit: judged on ledger and resulting tree, then adopted, or the channel stalls (rules C2 to C6)."""

from dataclasses import replace
from hashlib import sha256

from cencomm.client.channel.leaves import beyond_profile, commit_view, leaf_view, leaf_views, removal_view
from cencomm.client.channel.session import NO_ROWS, ChannelSession, Staged, Standing
from cencomm.client.channel.witness import Witness
from cencomm.client.events import (
    ChannelStalled,
    EpochBegan,
    Event,
    Place,
    RemovedFromChannel,
)
from cencomm.errors import MalformedError, ProtocolError
from cencomm.ledger.anchor import decode_anchor
from cencomm.ledger.commit_rules import judge_commit, judge_removal
from cencomm.ledger.refusal import LedgerBehind, Refused
from cencomm.mls.errors import OwnMessage
from cencomm.mls.event import EpochAdvanced, MemberRemoved
from cencomm.mls.framing import PublicMessage, decode_mls_message
from cencomm.mls.group import Group


def receive_commit(
    session: ChannelSession, message: bytes, witness: Witness, place: Place
) -> tuple[ChannelSession, Event]:
    staged = session.staged
    if staged is not None and staged.message_hash == sha256(message).digest():
        return _adopt_own(session, staged, witness, place)
    try:
        return _judge_and_adopt(session, message, witness, place)
    except ProtocolError as error:
        return _stall(session, message, place, error)


def _judge_and_adopt(
    session: ChannelSession, message: bytes, witness: Witness, place: Place
) -> tuple[ChannelSession, Event]:
    """Raises ProtocolError for a Commit that nobody may follow."""
    public = decode_mls_message(message)
    if not isinstance(public, PublicMessage) or public.commit is None:
        raise MalformedError("a Commit travels as PublicMessage")
    needed = decode_anchor(public.authenticated_data).ledger_sequence
    if needed > witness.ledger.sequence:
        raise LedgerBehind(needed=needed, held=witness.ledger.sequence)
    group, event = session.group.process(message)
    if isinstance(event, MemberRemoved):
        judge_removal(
            witness.ledger,
            session.channel,
            session.generation,
            before=session.leaves(),
            commit=removal_view(public, public.commit, event, session.leaves()),
            sequence=place.sequence,
            epoch_began_at=session.epoch_began_at,
            epoch_anchored_at=session.judged_at if session.epoch_began_at else 0,
            certificates=witness.certificates,
        )
        committer = leaf_view(event.committer, event.committer_leaf)
        gone = replace(
            session.after(place.sequence, place.log_hash), standing=Standing.REMOVED, staged=None, outbox=NO_ROWS
        )
        return gone, RemovedFromChannel(place=place, committer=witness.account_of(committer))
    if not isinstance(event, EpochAdvanced):
        raise MalformedError("a Commit begins an epoch")
    anchor = judge_commit(
        witness.ledger,
        session.channel,
        session.generation,
        before=session.leaves(),
        after=tuple(leaf_views(group)),
        commit=commit_view(session.group.epoch, event, other_proposals=beyond_profile(public.commit)),
        sequence=place.sequence,
        epoch_began_at=session.epoch_began_at,
        epoch_anchored_at=session.judged_at if session.epoch_began_at else 0,
        certificates=witness.certificates,
    )
    began = EpochBegan(
        place=place,
        committer=witness.account_of(leaf_view(event.committer, event.committer_leaf)),
        added=tuple(witness.account_of(leaf_view(index, leaf)) for index, leaf in event.added),
        removed=tuple(witness.account_of(leaf_view(index, leaf)) for index, leaf in event.removed),
        own=False,
    )
    return _begin_epoch(session, group, anchor.ledger_sequence, place), began


def _adopt_own(session: ChannelSession, staged: Staged, witness: Witness, place: Place) -> tuple[ChannelSession, Event]:
    """The log shows our own Commit, by hash: the staged state is the state.

    It settles D5 only if this opening made it: one that was stored may have been adopted, and sent in, before.
    """
    before = {leaf.credential: leaf for leaf in session.leaves()}
    after = {leaf.credential: leaf for leaf in leaf_views(staged.group)}
    own = next(leaf for leaf in after.values() if leaf.index == staged.group.own_leaf)
    began = EpochBegan(
        place=place,
        committer=witness.account_of(own),
        added=tuple(witness.account_of(after[credential]) for credential in after.keys() - before.keys()),
        removed=tuple(witness.account_of(before[credential]) for credential in before.keys() - after.keys()),
        own=True,
    )
    adopted = _begin_epoch(session, staged.group, staged.ledger_sequence, place)
    return replace(adopted, must_commit=session.must_commit and staged.restored), began


def _begin_epoch(session: ChannelSession, group: Group, judged_at: int, place: Place) -> ChannelSession:
    """Secrets of the epoch before die here (S6); so do attempts that it did not carry: they are sent anew (S3)."""
    return replace(
        session,
        group=group,
        sequence=place.sequence,
        log_hash=place.log_hash,
        epoch_began_at=place.sequence,
        judged_at=judged_at,
        staged=None,
        outbox=NO_ROWS,
    )


def _stall(session: ChannelSession, message: bytes, place: Place, error: ProtocolError) -> tuple[ChannelSession, Event]:
    """Stay before the Commit, with the evidence: what was delivered stays delivered, `restart` goes on from here."""
    standing = Standing.STALLED
    match error:
        case Refused():
            rule = error.rule
        case OwnMessage():
            rule, standing = "C10", Standing.STRANDED
        case _:
            rule = "RFC 9420"
    stalled = ChannelStalled(place=place, rule=rule, detail=str(error), commit_hash=sha256(message).digest())
    return replace(session, standing=standing, staged=None), stalled
