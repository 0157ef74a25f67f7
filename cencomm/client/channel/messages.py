"""Taking in an application message: decrypted, borne out by anchor, commitment, signature, author (C1, S7, S8)."""

from dataclasses import replace
from hashlib import sha256

from cencomm.client.channel.leaves import leaf_view
from cencomm.client.channel.outbox import OutboxRow
from cencomm.client.channel.session import ChannelSession
from cencomm.client.channel.witness import Witness
from cencomm.client.events import (
    ControlDelivered,
    Event,
    MessageDelivered,
    Place,
    Quarantined,
    Reason,
)
from cencomm.errors import MalformedError, ProtocolError
from cencomm.forms.control import Control, SignedControl
from cencomm.forms.envelope import Envelope
from cencomm.forms.payload import Signed, commitment, decode_payload
from cencomm.ids import NO_HASH
from cencomm.ledger.anchor import Anchor
from cencomm.ledger.anchor_rules import judge_anchor, judge_log_view
from cencomm.ledger.author import AuthorRefused, judge_author
from cencomm.ledger.certificate import DeviceCertificate
from cencomm.ledger.log import LogKind
from cencomm.ledger.refusal import AnchorRefused
from cencomm.ledger.views import LeafView
from cencomm.mls.errors import OwnMessage, WrongEpoch
from cencomm.mls.event import ApplicationReceived
from cencomm.mls.framing import ContentType, PrivateMessage, decode_mls_message
from cencomm.mls.group import Group
from cencomm.primitives.signatures import BadSignature


class _SetAside(Exception):  # noqa: N818 (never leaves this module)
    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def receive_application(
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
) -> MessageDelivered | ControlDelivered:
    """What MLS decrypted, as a message that anchor, commitment, signature and author bear out."""
    anchor = _judge_application_anchor(session, event.authenticated_data, witness, place)
    try:
        salt, signed = decode_payload(event.plaintext)
    except MalformedError as error:
        raise _SetAside(Reason.BAD_PAYLOAD, str(error)) from None
    if commitment(salt, signed) != anchor.commitment:
        raise _SetAside(Reason.BAD_COMMITMENT, "the log commits to another envelope than the one inside")
    try:
        said = signed.verify(certificate.signature_key)
        judge_author(said.author, sender)
    except BadSignature as error:
        raise _SetAside(Reason.BAD_SIGNATURE, str(error)) from None
    except AuthorRefused as error:
        raise _SetAside(Reason.NOT_THE_AUTHOR, str(error)) from None
    except MalformedError as error:
        raise _SetAside(Reason.BAD_PAYLOAD, str(error)) from None
    if (said.operation, said.channel) != (session.operation, session.channel):
        raise _SetAside(Reason.WRONG_CHANNEL, "the envelope was written for another channel")
    # We hold all that the anchor names. An envelope that names more is not waited for: no relay could have refused it.
    if witness.ledger.hash_at(said.ledger_sequence) != said.ledger_hash:
        raise _SetAside(Reason.FOREIGN_LEDGER, "the author saw another ledger when writing")
    member = witness.ledger.members.get(certificate.account)
    revoked = member is None or member.revoked_at is not None or member.identity_key != certificate.identity_key
    return _delivered(place, sender.credential, certificate, salt, signed, said, own=False, revoked=revoked)


def _delivered(
    place: Place,
    credential: bytes,
    certificate: DeviceCertificate,
    salt: bytes,
    signed: Signed,
    said: Envelope | Control,
    *,
    own: bool,
    revoked: bool,
) -> MessageDelivered | ControlDelivered:
    if isinstance(signed, SignedControl):
        assert isinstance(said, Control)  # what a SignedControl verifies to
        return ControlDelivered(
            place=place,
            account=certificate.account,
            identity_key=certificate.identity_key,
            certificate=credential,
            salt=salt,
            signed=signed,
            control=said,
            own=own,
            author_revoked=revoked,
        )
    assert isinstance(said, Envelope)  # what a SignedEnvelope verifies to
    return MessageDelivered(
        place=place,
        account=certificate.account,
        identity_key=certificate.identity_key,
        certificate=credential,
        salt=salt,
        signed=signed,
        envelope=said,
        own=own,
        author_revoked=revoked,
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
    said = row.signed.verify(certificate.signature_key)
    return settled, _delivered(place, own.credential, certificate, row.salt, row.signed, said, own=True, revoked=False)
