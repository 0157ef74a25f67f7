"""Telling the coordination unit that this device cannot follow (rules C9, C11): signed, outside MLS."""

from hashlib import sha256

from cencomm.client.channel import ChannelSession
from cencomm.client.events import ChannelStalled
from cencomm.client.mailbox import Mailbox
from cencomm.errors import ProtocolError
from cencomm.ids import ChannelId, OperationId
from cencomm.ledger.refusal import Refused
from cencomm.ledger.rejection import Rejection, RejectionKind, RejectionReason, sign_rejection
from cencomm.wire.log import LogPage
from cencomm.wire.welcomes import Reject, WaitingWelcome

_REASONS = {
    "C1": RejectionReason.ANCHOR,
    "C2": RejectionReason.PROFILE,
    "C3": RejectionReason.ANCHOR,
    "C4": RejectionReason.ANCHOR,
    "C5": RejectionReason.TREE,
    "C6": RejectionReason.RIGHTS,
    "C9": RejectionReason.JOIN,
}


async def reject_commit(mailbox: Mailbox, session: ChannelSession, event: ChannelStalled) -> None:
    rejection = Rejection(
        kind=RejectionKind.COMMIT,
        operation=session.operation,
        channel=session.channel,
        generation=session.generation,
        sequence=event.place.sequence,
        commit_hash=event.commit_hash,
        certificate=mailbox.certificates.verify(mailbox.device.certificate),
        reason=_REASONS.get(event.rule, RejectionReason.DOES_NOT_PROCESS),
    )
    await _send(mailbox, rejection)


async def reject_welcome(
    mailbox: Mailbox,
    operation: OperationId,
    channel: ChannelId,
    generation: int,
    waiting: WaitingWelcome,
    page: LogPage,
    error: ProtocolError,
) -> None:
    rule = error.rule if isinstance(error, Refused) else ""
    rejection = Rejection(
        kind=RejectionKind.WELCOME,
        operation=operation,
        channel=channel,
        generation=generation,
        sequence=waiting.sequence,
        commit_hash=sha256(page.entries[0].message if page.entries else b"").digest(),
        certificate=mailbox.certificates.verify(mailbox.device.certificate),
        reason=_REASONS.get(rule, RejectionReason.DOES_NOT_PROCESS),
    )
    await _send(mailbox, rejection)


async def _send(mailbox: Mailbox, rejection: Rejection) -> None:
    signed = sign_rejection(mailbox.device.signing_key, rejection)
    await mailbox.relay.reject(rejection.operation, rejection.channel, rejection.generation, Reject(rejection=signed))
