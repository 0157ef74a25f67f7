"""Taking in an application message: decrypted, borne out by anchor, commitment, signature, author (C1, S7, S8)."""

from dataclasses import replace
from hashlib import sha256

from cencomm.client.channel.bearing_out import (
    NotBorneOut,
    bear_out_anchor,
    bear_out_author,
    bear_out_commitment,
    delivered,
)
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
from cencomm.forms.payload import decode_payload
from cencomm.ledger.certificate import DeviceCertificate
from cencomm.mls.errors import OwnMessage, WrongEpoch
from cencomm.mls.event import ApplicationReceived
from cencomm.mls.framing import ContentType, PrivateMessage, decode_mls_message
from cencomm.mls.group import Group


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
        message_or_control = _open(session, event, certificate, witness, place)
    except NotBorneOut as aside:
        return moved, Quarantined(
            place=place, reason=aside.reason, detail=str(aside), message=message, account=certificate.account
        )
    return moved, message_or_control


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
    certificate: DeviceCertificate,
    witness: Witness,
    place: Place,
) -> MessageDelivered | ControlDelivered:
    """What MLS decrypted, as a message that anchor, commitment, signature and author bear out."""
    ledger = witness.ledger
    anchor = bear_out_anchor(
        ledger,
        event.authenticated_data,
        place,
        epoch_began_at=session.epoch_began_at,
        hash_at=witness.hash_at,
    )
    try:
        salt, signed = decode_payload(event.plaintext)
    except MalformedError as error:
        raise NotBorneOut(Reason.BAD_PAYLOAD, str(error)) from None
    bear_out_commitment(anchor, salt, signed)
    said = bear_out_author(signed, certificate, ledger, place)
    member = ledger.members.get(certificate.account)
    revoked = member is None or member.revoked_at is not None or member.identity_key != certificate.identity_key
    return delivered(place, certificate, salt, signed, said, own=False, revoked=revoked)


def _settle_own(moved: ChannelSession, row: OutboxRow, witness: Witness, place: Place) -> tuple[ChannelSession, Event]:
    """Our own message, by the hash of its ciphertext: delivered from the outbox, since MLS cannot decrypt one's own."""
    own = next(leaf for leaf in moved.leaves() if leaf.index == moved.group.own_leaf)
    certificate = witness.certificates.verify(own.credential)
    settled = replace(moved, outbox={key: value for key, value in moved.outbox.items() if value is not row})
    said = row.signed.verify(certificate.signature_key)
    return settled, delivered(place, certificate, row.salt, row.signed, said, own=True, revoked=False)
