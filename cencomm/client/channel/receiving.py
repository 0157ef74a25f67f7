"""Taking in the next entry of a channel's log: order and hash chain, Commits under the ledger's rules, messages.

    entry --chain (S1)--> commit ------> staged by us? adopt (S3)
                                         else process, judge the resulting tree (C2-C6), adopt or stall
                          application -> own row? settle (S3)
                                         else decrypt, anchor (C1), commitment (S7), signature and author (S8)

A message that cannot be taken is set aside with a reason and the log goes on. What is missing on *our* side (ledger
entries that an anchor names) is raised as LedgerBehind and nothing moves: fetch, then call again.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256

from cencomm.client.channel.errors import LogGap
from cencomm.client.channel.leaves import beyond_profile, commit_view, leaf_view, leaf_views, removal_view
from cencomm.client.channel.outbox import OutboxRow
from cencomm.client.channel.session import NO_ROWS, ChannelSession, Staged, Standing
from cencomm.client.events import (
    ChannelStalled,
    EpochBegan,
    Event,
    MessageDelivered,
    Place,
    Quarantined,
    Reason,
    RemovedFromChannel,
)
from cencomm.errors import MalformedError, ProtocolError, UsageError
from cencomm.forms.envelope import commitment, decode_payload
from cencomm.ids import NO_HASH, AccountId
from cencomm.ledger.anchor import Anchor, decode_anchor
from cencomm.ledger.anchor_rules import judge_anchor, judge_log_view
from cencomm.ledger.author import AuthorRefused, judge_author
from cencomm.ledger.certificate import CertificateMemo, DeviceCertificate
from cencomm.ledger.commit_rules import judge_commit, judge_removal
from cencomm.ledger.log import LogKind, log_hash
from cencomm.ledger.refusal import AnchorRefused, LedgerBehind, Refused
from cencomm.ledger.replay import Ledger
from cencomm.ledger.views import LeafView
from cencomm.mls.errors import OwnMessage, WrongEpoch
from cencomm.mls.event import ApplicationReceived, EpochAdvanced, MemberRemoved
from cencomm.mls.framing import ContentType, PrivateMessage, PublicMessage, decode_mls_message
from cencomm.mls.group import Group
from cencomm.primitives.signatures import BadSignature
from cencomm.wire.log import LogEntry

HashAt = Callable[[int], bytes | None]
"""Log sequence -> our chain hash there, as far back as the Commit that began the epoch."""


@dataclass(frozen=True, slots=True)
class Witness:
    """What a log entry is judged against: our ledger, our log, and certificates that verified before."""

    ledger: Ledger
    hash_at: HashAt
    certificates: CertificateMemo


def receive(session: ChannelSession, entry: LogEntry, witness: Witness) -> tuple[ChannelSession, Event]:
    """The session after exactly this entry, and what it brought.

    Raises:
        LogGap: not the entry that follows; read the log from `session.sequence`.
        LedgerBehind: fetch the ledger, then call again; nothing was changed.
    """
    if session.standing is not Standing.LIVE:
        raise UsageError("this device processes nothing more in the channel")
    if entry.sequence != session.sequence + 1:
        raise LogGap(expected=session.sequence + 1, got=entry.sequence)
    kind = LogKind(entry.kind)
    place = Place(
        operation=session.operation,
        channel=session.channel,
        generation=session.generation,
        sequence=entry.sequence,
        log_hash=log_hash(session.channel, session.generation, session.log_hash, entry.sequence, kind, entry.message),
        epoch=session.group.epoch,
    )
    if kind is LogKind.COMMIT:
        return _receive_commit(session, entry.message, witness, place)
    return _receive_application(session, entry.message, witness, place)


def _receive_commit(
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
        return gone, RemovedFromChannel(place=place, committer=_account(committer, witness))
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
        committer=_account(leaf_view(event.committer, event.committer_leaf), witness),
        added=tuple(_account(leaf_view(index, leaf), witness) for index, leaf in event.added),
        removed=tuple(_account(leaf_view(index, leaf), witness) for index, leaf in event.removed),
        own=False,
    )
    return _begin_epoch(session, group, anchor.ledger_sequence, place), began


def _adopt_own(session: ChannelSession, staged: Staged, witness: Witness, place: Place) -> tuple[ChannelSession, Event]:
    """The log shows our own Commit, by hash: the staged state is the state."""
    before = {leaf.credential: leaf for leaf in session.leaves()}
    after = {leaf.credential: leaf for leaf in leaf_views(staged.group)}
    own = next(leaf for leaf in after.values() if leaf.index == staged.group.own_leaf)
    began = EpochBegan(
        place=place,
        committer=_account(own, witness),
        added=tuple(_account(after[credential], witness) for credential in after.keys() - before.keys()),
        removed=tuple(_account(before[credential], witness) for credential in before.keys() - after.keys()),
        own=True,
    )
    return _begin_epoch(session, staged.group, staged.ledger_sequence, place), began


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
    match error:
        case Refused():
            rule = error.rule
        case OwnMessage():
            rule = "C10"
        case _:
            rule = "RFC 9420"
    stalled = ChannelStalled(place=place, rule=rule, detail=str(error), commit_hash=sha256(message).digest())
    return replace(session, standing=Standing.STALLED, staged=None), stalled


class _SetAside(Exception):  # noqa: N818 (never leaves this module)
    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def _receive_application(
    session: ChannelSession, message: bytes, witness: Witness, place: Place
) -> tuple[ChannelSession, Event]:
    moved = session.after(place.sequence, place.log_hash)
    row = session.outbox.get(sha256(message).digest())
    if row is not None:
        return _settle_own(moved, row, witness, place)
    try:
        group, event = _decrypt(session.group, message)
    except ProtocolError as error:
        reason = Reason.UNDECRYPTABLE
        if isinstance(error, WrongEpoch):
            reason = Reason.WRONG_EPOCH
        elif isinstance(error, OwnMessage):
            reason = Reason.OWN_UNKNOWN
        return moved, Quarantined(place=place, reason=reason, detail=str(error), message=message, account=None)
    moved = replace(moved, group=group)
    sender = leaf_view(event.sender, event.sender_leaf)
    certificate = witness.certificates.verify(sender.credential)
    try:
        delivered = _open(session, event, sender, certificate, witness, place)
    except _SetAside as aside:
        return moved, Quarantined(
            place=place, reason=aside.reason, detail=str(aside), message=message, account=certificate.account
        )
    return moved, delivered


def _decrypt(group: Group, message: bytes) -> tuple[Group, ApplicationReceived]:
    """The group without the key that was used, and what was said.

    Nothing else than an application message is ever given to the group here: a Commit or a proposal under the kind
    "application" would change who can read without having been judged (C2).
    """
    framed = decode_mls_message(message)
    if not isinstance(framed, PrivateMessage) or framed.content_type is not ContentType.APPLICATION:
        raise MalformedError("an application entry of the log that holds no application message")
    after, event = group.process(framed)
    if not isinstance(event, ApplicationReceived):
        raise MalformedError("a message whose sealed content is not what its framing says")
    return after, event


def _open(
    session: ChannelSession,
    event: ApplicationReceived,
    sender: LeafView,
    certificate: DeviceCertificate,
    witness: Witness,
    place: Place,
) -> MessageDelivered:
    """What MLS decrypted, as a message that anchor, commitment, signature and author bear out."""
    anchor = _judge_application_anchor(session, event.authenticated_data, witness, place)
    try:
        salt, signed = decode_payload(event.plaintext)
    except MalformedError as error:
        raise _SetAside(Reason.BAD_PAYLOAD, str(error)) from None
    if commitment(salt, signed) != anchor.commitment:
        raise _SetAside(Reason.BAD_COMMITMENT, "the log commits to another envelope than the one inside")
    try:
        envelope = signed.verify(certificate.signature_key)
        judge_author(envelope.author, sender)
    except BadSignature as error:
        raise _SetAside(Reason.BAD_SIGNATURE, str(error)) from None
    except AuthorRefused as error:
        raise _SetAside(Reason.NOT_THE_AUTHOR, str(error)) from None
    except MalformedError as error:
        raise _SetAside(Reason.BAD_PAYLOAD, str(error)) from None
    if (envelope.operation, envelope.channel) != (session.operation, session.channel):
        raise _SetAside(Reason.WRONG_CHANNEL, "the envelope was written for another channel")
    # We hold all that the anchor names. An envelope that names more is not waited for: no relay could have refused it.
    if witness.ledger.hash_at(envelope.ledger_sequence) != envelope.ledger_hash:
        raise _SetAside(Reason.FOREIGN_LEDGER, "the author saw another ledger when writing")
    member = witness.ledger.members.get(certificate.account)
    return MessageDelivered(
        place=place,
        account=certificate.account,
        identity_key=certificate.identity_key,
        certificate=sender.credential,
        salt=salt,
        signed=signed,
        envelope=envelope,
        own=False,
        author_revoked=member is None
        or member.revoked_at is not None
        or member.identity_key != certificate.identity_key,
    )


def _judge_application_anchor(
    session: ChannelSession, authenticated_data: bytes, witness: Witness, place: Place
) -> Anchor:
    try:
        anchor = judge_anchor(
            witness.ledger,
            authenticated_data,
            kind=LogKind.APPLICATION,
            channel=session.channel,
            generation=session.generation,
            sequence=place.sequence,
            epoch_began_at=session.epoch_began_at,
        )
    except AnchorRefused as error:
        foreign = error.rule == "C3"
        raise _SetAside(Reason.FOREIGN_LEDGER if foreign else Reason.BAD_ANCHOR, str(error)) from None
    held = witness.hash_at(anchor.log_sequence)
    try:
        judge_log_view(anchor, held if held is not None else NO_HASH)
    except AnchorRefused as error:
        raise _SetAside(Reason.FOREIGN_LOG, str(error)) from None
    return anchor


def _settle_own(moved: ChannelSession, row: OutboxRow, witness: Witness, place: Place) -> tuple[ChannelSession, Event]:
    """Our own message, by the hash of its ciphertext: delivered from the outbox, since MLS cannot decrypt one's own."""
    own = next(leaf for leaf in moved.leaves() if leaf.index == moved.group.own_leaf)
    certificate = witness.certificates.verify(own.credential)
    settled = replace(moved, outbox={key: value for key, value in moved.outbox.items() if value is not row})
    return settled, MessageDelivered(
        place=place,
        account=certificate.account,
        identity_key=certificate.identity_key,
        certificate=own.credential,
        salt=row.salt,
        signed=row.signed,
        envelope=row.signed.verify(certificate.signature_key),
        own=True,
        author_revoked=False,
    )


def _account(leaf: LeafView, witness: Witness) -> AccountId:
    return witness.certificates.verify(leaf.credential).account
