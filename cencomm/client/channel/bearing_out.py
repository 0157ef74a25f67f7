"""What bears out a message, whether MLS decrypted it just now or a server of history gave it (C1, S7, S8).

place in ledger and log --anchor--> commitment --> signed bytes --signature--> author, channel, ledger at writing
"""

from collections.abc import Callable

from cencomm.client.events import ControlDelivered, MessageDelivered, Place, Reason
from cencomm.errors import MalformedError
from cencomm.forms.control import Control, SignedControl
from cencomm.forms.envelope import Envelope
from cencomm.forms.payload import Signed, commitment
from cencomm.ids import NO_HASH
from cencomm.ledger.anchor import Anchor
from cencomm.ledger.anchor_rules import judge_anchor, judge_log_view
from cencomm.ledger.author import AuthorRefused, judge_author
from cencomm.ledger.certificate import DeviceCertificate
from cencomm.ledger.log import LogKind
from cencomm.ledger.refusal import AnchorRefused
from cencomm.ledger.replay import Ledger
from cencomm.primitives.signatures import BadSignature


class NotBorneOut(Exception):  # noqa: N818 (names what was found)
    """The message is to be set aside, for this reason. Never leaves the module that judges an entry."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def bear_out_anchor(
    ledger: Ledger,
    authenticated_data: bytes,
    place: Place,
    *,
    epoch_began_at: int,
    hash_at: Callable[[int], bytes | None],
) -> Anchor:
    """The entry's anchor, which names this place, our ledger and our log.

    Raises:
        NotBorneOut: it does not.
        LedgerBehind: it names more of the ledger than we hold: fetch it, then judge again.
    """
    try:
        anchor = judge_anchor(
            ledger,
            authenticated_data,
            kind=LogKind.APPLICATION,
            channel=place.channel,
            generation=place.generation,
            sequence=place.sequence,
            epoch_began_at=epoch_began_at,
        )
    except AnchorRefused as error:
        foreign = error.rule == "C3"
        raise NotBorneOut(Reason.FOREIGN_LEDGER if foreign else Reason.BAD_ANCHOR, str(error)) from None
    held = hash_at(anchor.log_sequence)
    try:
        judge_log_view(anchor, held if held is not None else NO_HASH)
    except AnchorRefused as error:
        raise NotBorneOut(Reason.FOREIGN_LOG, str(error)) from None
    return anchor


def bear_out_commitment(anchor: Anchor, salt: bytes, signed: Signed) -> None:
    """Raises NotBorneOut: the log commits to something else (S7)."""
    if commitment(salt, signed) != anchor.commitment:
        raise NotBorneOut(Reason.BAD_COMMITMENT, "the log commits to another envelope than this one")


def bear_out_author(signed: Signed, certificate: DeviceCertificate, ledger: Ledger, place: Place) -> Envelope | Control:
    """What the certified device signed, for this channel and on our ledger (S8).

    Raises:
        NotBorneOut: it did not.
    """
    try:
        said = signed.verify(certificate.signature_key)
        judge_author(said.author, certificate)
    except BadSignature as error:
        raise NotBorneOut(Reason.BAD_SIGNATURE, str(error)) from None
    except AuthorRefused as error:
        raise NotBorneOut(Reason.NOT_THE_AUTHOR, str(error)) from None
    except MalformedError as error:
        raise NotBorneOut(Reason.BAD_PAYLOAD, str(error)) from None
    if (said.operation, said.channel) != (place.operation, place.channel):
        raise NotBorneOut(Reason.WRONG_CHANNEL, "the envelope was written for another channel")
    # We hold all that the anchor names. An envelope that names more is not waited for: no relay could have refused it.
    if ledger.hash_at(said.ledger_sequence) != said.ledger_hash:
        raise NotBorneOut(Reason.FOREIGN_LEDGER, "the author saw another ledger when writing")
    return said


def delivered(
    place: Place,
    certificate: DeviceCertificate,
    salt: bytes,
    signed: Signed,
    said: Envelope | Control,
    *,
    own: bool,
    revoked: bool,
) -> MessageDelivered | ControlDelivered:
    """The event of something that was borne out. `revoked`: its author is known to have left since (C12)."""
    if isinstance(signed, SignedControl):
        assert isinstance(said, Control)  # what a SignedControl verifies to
        return ControlDelivered(
            place=place,
            account=certificate.account,
            identity_key=certificate.identity_key,
            certificate=certificate.encoded,
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
        certificate=certificate.encoded,
        salt=salt,
        signed=signed,
        envelope=said,
        own=own,
        author_revoked=revoked,
    )
