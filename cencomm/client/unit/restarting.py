"""Restarting a channel: on what grounds, and doing it (rule C11).

    a Commit that we or two members cannot follow   cut before it
    nobody entitled is left who could commit         cut at the log's end
    the relay's log is not the one it signed         cut at the last place that it and we have in common

One coordinator's word stops a channel for a moment, so the client offers it on nothing else, and the entry says why.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cencomm.client.channel.enactment import enact
from cencomm.client.channel.errors import LogContradicted, RolledBack
from cencomm.client.channel.last_common import last_common
from cencomm.client.channel.leaves import leaf_view
from cencomm.client.channel.log_feed import follow_log
from cencomm.client.channel.public_roster import Roster, added_credentials, follow_commit, logged_entries, views
from cencomm.client.channel.rejections import read_rejections
from cencomm.client.channel.sent import KEEP_SECONDS
from cencomm.client.channel.session import ChannelSession, Standing
from cencomm.client.history.attendance import load_attendance
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation import coordination
from cencomm.client.operation.ledger_feed import follow_ledger
from cencomm.client.operation.operation import Operation
from cencomm.client.operation.proposal import Proposal
from cencomm.client.unit.act import act
from cencomm.client.unit.office import judge_office
from cencomm.errors import ProtocolError, UsageError
from cencomm.ids import NO_HASH, ChannelId, OperationId
from cencomm.ledger.certificate import CertificateMemo
from cencomm.ledger.kinds import RestartReason
from cencomm.ledger.log import LogKind, log_hash
from cencomm.ledger.refusal import TreeRefused
from cencomm.ledger.rejection import Rejection, RejectionKind, RejectionReason
from cencomm.ledger.restart import MAX_REJECTERS, MIN_REJECTERS
from cencomm.ledger.tree_rules import certify, entitled_leaf
from cencomm.mls.framing import PublicMessage, decode_mls_message
from cencomm.mls.public_message import unprotect_public, verify_content
from cencomm.mls.tree_validation import occupied


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """Why `generation` of the channel has to end, and behind which log entry. Identity keys, guilt of nobody."""

    channel: ChannelId
    generation: int
    reason: RestartReason
    cut_sequence: int
    cut_hash: bytes
    committer: bytes | None = None
    rejecters: tuple[bytes, ...] = ()


async def find_grounds(mailbox: Mailbox, operation: OperationId, channel: ChannelId) -> Grounds | None:
    """Why the channel has to be restarted; None when nothing is wrong that a restart would cure.

    Raises:
        NotInOffice: we are no coordinator.
        Unavailable, ProtocolError: ledger or log cannot be read now.
    """
    async with mailbox.lock:
        await follow_ledger(mailbox, operation)
        judge_office(mailbox, operation)
        try:
            await follow_log(mailbox, operation, channel)
        except (RolledBack, LogContradicted):
            return await _lost(mailbox, mailbox.sessions[(operation, channel)])
        session = mailbox.sessions.get((operation, channel))
        if session is not None and session.standing is Standing.STALLED:
            return await _stalled(mailbox, session)
        if session is not None and session.standing is Standing.LIVE:
            return await _rejected(mailbox, session)
        return await _nobody_left(mailbox, operation, channel)


async def restart(mailbox: Mailbox, operation: OperationId, grounds: Grounds) -> None:
    """End the generation. The entry goes alone and first (L3); then we make the new group, unless another did.

    Raises:
        UsageError: another coordinator restarted the channel in the meantime.
    """
    entropy = mailbox.environment.entropy

    def propose(known: Operation) -> Proposal:
        if known.ledger.channels[grounds.channel].generation != grounds.generation:
            raise UsageError(
                "another coordinator has restarted this channel in the meantime: nothing more is to be done"
            )
        return coordination.restart_channel(
            known,
            grounds.channel,
            reason=grounds.reason,
            cut=(grounds.cut_sequence, grounds.cut_hash),
            committer=grounds.committer,
            rejecters=grounds.rejecters,
            entropy=entropy,
        )

    await act(mailbox, operation, propose)
    await enact(mailbox, operation, grounds.channel)


async def _lost(mailbox: Mailbox, session: ChannelSession) -> Grounds:
    sequence, hash_ = await last_common(mailbox, session)
    return _grounds(session, RestartReason.LOG_LOST, (sequence, hash_))


async def _stalled(mailbox: Mailbox, session: ChannelSession) -> Grounds:
    """Our own client does not follow the Commit behind our position; whoever else rejects it is named."""
    place = session.operation, session.channel, session.generation
    page = await mailbox.relay.log(*place, after=session.sequence, hash_=session.log_hash, limit=1)
    said = await read_rejections(mailbox, session.operation, session.channel)
    rejecters = {_identity(one) for one in said if _is_of(one, session.sequence + 1)}
    return _grounds(
        session,
        RestartReason.DOES_NOT_PROCESS,
        (session.sequence, session.log_hash),
        committer=_committer(session, page.entries[0].message) if page.entries else None,
        rejecters=rejecters,
    )


async def _rejected(mailbox: Mailbox, session: ChannelSession) -> Grounds | None:
    """Two members reject one Commit that we followed: the earliest such counts.

    Not of one that we followed longer ago than authors keep what they sent: what lies behind it nobody could send
    again, so two insiders would make acknowledged messages unreadable for good.
    """
    said = await read_rejections(mailbox, session.operation, session.channel)
    recent = await _followed_recently(mailbox, session)
    places: defaultdict[tuple[int, bytes], set[bytes]] = defaultdict(set)
    back: dict[int, frozenset[bytes]] = {}
    for one in said:
        if not _is_of(one, one.sequence) or one.sequence not in recent:
            continue
        if one.sequence not in back:
            back[one.sequence] = await _added_since(mailbox, session, one.sequence)
        if one.certificate.encoded not in back[one.sequence]:
            places[one.sequence, one.commit_hash].add(_identity(one))
    for (sequence, commit_hash), rejecters in sorted(places.items()):
        if len(rejecters) < MIN_REJECTERS:
            continue
        before = await _hash_before(mailbox, session, sequence, commit_hash)
        if before is not None:
            return _grounds(session, RestartReason.REJECTED, (sequence - 1, before), rejecters=rejecters)
    return None


async def _followed_recently(mailbox: Mailbox, session: ChannelSession) -> frozenset[int]:
    """Places of Commits whose messages all authors still have, as far as our clock tells."""
    attendance = await load_attendance(mailbox.store, session.operation, session.channel, session.generation)
    since = mailbox.environment.clock() - KEEP_SECONDS
    return frozenset(epoch.sequence for epoch in attendance.epochs if epoch.followed_at >= since)


async def _added_since(mailbox: Mailbox, session: ChannelSession, sequence: int) -> frozenset[bytes]:
    """Credentials that were added behind that entry: whoever rejected it has been let in again since."""
    added: set[bytes] = set()
    place = session.operation, session.channel, session.generation
    async for entry, _ in logged_entries(mailbox, *place, after=sequence):
        if entry.kind == LogKind.COMMIT:
            added |= added_credentials(entry.message)
    return frozenset(added)


async def _hash_before(mailbox: Mailbox, session: ChannelSession, sequence: int, commit_hash: bytes) -> bytes | None:
    """Our log's hash before that Commit, if it is the one that was rejected, and not too long ago to tell."""
    place = session.operation, session.channel, session.generation
    page = await mailbox.relay.log(*place, after=sequence - 1, limit=1)
    if not page.entries or sha256(page.entries[0].message).digest() != commit_hash:
        return None
    entry = page.entries[0]
    after = log_hash(session.channel, session.generation, page.previous, sequence, LogKind(entry.kind), entry.message)
    held = mailbox.log_hashes[(session.operation, session.channel)].get(sequence)
    return page.previous if after == held else None  # the relay's word for it alone would not do


async def _nobody_left(mailbox: Mailbox, operation: OperationId, channel: ChannelId) -> Grounds | None:
    """We are not in the group. It lives on while one of its leaves is entitled: that one can add us."""
    ledger = mailbox.operation(operation).ledger
    generation = ledger.channels[channel].generation
    roster: Roster = {}
    end, hash_ = 0, NO_HASH
    async for entry, digest in logged_entries(mailbox, operation, channel, generation, after=0):
        end, hash_ = entry.sequence, digest
        if entry.kind == LogKind.COMMIT:
            roster = follow_commit(roster, entry.message)
    if end == 0:
        return None  # no group was made yet, which takes no restart
    for leaf in views(roster):
        try:
            entitled_leaf(ledger, channel, leaf, at=ledger.sequence, certificates=mailbox.certificates)
        except TreeRefused:
            continue
        return None
    return Grounds(
        channel=channel,
        generation=generation,
        reason=RestartReason.NO_LIVE_LEAF,
        cut_sequence=end,
        cut_hash=hash_,
    )


def _is_of(rejection: Rejection, sequence: int) -> bool:
    """Whether it refuses the Commit at that place. That one's own state is dead says nothing against a Commit (C10)."""
    return (
        rejection.kind is RejectionKind.COMMIT
        and rejection.reason is not RejectionReason.OWN_LEAF
        and rejection.sequence == sequence
    )


def _identity(rejection: Rejection) -> bytes:
    return rejection.certificate.identity_key


def _committer(session: ChannelSession, message: bytes) -> bytes | None:
    """Whose leaf signed the Commit, if the signature says so: the claim of a sender alone can be anybody's."""
    state = session.group.state
    try:
        public = decode_mls_message(message)
        if not isinstance(public, PublicMessage) or public.sender.leaf_index is None:
            return None
        content = unprotect_public(state.suite, state.secrets.membership_key, public, state.context)
        leaf = occupied(state.tree, public.sender.leaf_index)
        verify_content(state.suite, leaf.signature_key, content, state.context)
        return certify(leaf_view(public.sender.leaf_index, leaf), CertificateMemo()).identity_key
    except ProtocolError:
        return None


def _grounds(
    session: ChannelSession,
    reason: RestartReason,
    cut: tuple[int, bytes],
    *,
    committer: bytes | None = None,
    rejecters: Iterable[bytes] = (),
) -> Grounds:
    return Grounds(
        channel=session.channel,
        generation=session.generation,
        reason=reason,
        cut_sequence=cut[0],
        cut_hash=cut[1],
        committer=committer,
        rejecters=tuple(sorted(rejecters)[:MAX_REJECTERS]),
    )
