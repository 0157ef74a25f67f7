"""Telling the coordination unit that this device cannot follow (rules C9, C11): signed, outside MLS.

A rejection is written down in the transaction that refuses, so that it is sent even if the line breaks right then. It
stays after it was sent: a Welcome that was refused once is not looked at again.
"""

import contextlib
from hashlib import sha256

from cencomm.client.channel.session import ChannelSession
from cencomm.client.events import ChannelStalled
from cencomm.client.mailbox import Mailbox
from cencomm.client.transport.errors import AgainstRule, NotEntitled, NotFound
from cencomm.client.vault.state_store import Writes
from cencomm.errors import ProtocolError, Unavailable
from cencomm.ids import ChannelId, OperationId
from cencomm.ledger.refusal import Refused
from cencomm.ledger.rejection import Rejection, RejectionKind, RejectionReason, sign_rejection, verify_rejection
from cencomm.wire.log import LogPage
from cencomm.wire.welcomes import Reject, WaitingWelcome

PREFIX = "rejection/"
SENT = b""
_REASONS = {
    "C1": RejectionReason.ANCHOR,
    "C2": RejectionReason.PROFILE,
    "C3": RejectionReason.ANCHOR,
    "C4": RejectionReason.ANCHOR,
    "C5": RejectionReason.TREE,
    "C6": RejectionReason.RIGHTS,
    "C9": RejectionReason.JOIN,
    "C10": RejectionReason.OWN_LEAF,
}


def reject_commit(mailbox: Mailbox, session: ChannelSession, event: ChannelStalled) -> Writes:
    """What keeps the rejection of a Commit until it is sent."""
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
    signed = sign_rejection(mailbox.device.signing_key, rejection)
    return {_commit_key(session, event.place.sequence): signed}


async def was_stalled_by(mailbox: Mailbox, session: ChannelSession, sequence: int) -> bool:
    """Whether this device rejected the Commit at that place of the session's log."""
    return await mailbox.store.get(_commit_key(session, sequence)) is not None


async def reject_own_leaf(
    mailbox: Mailbox,
    place: tuple[OperationId, ChannelId, int],
    kind: RejectionKind,
    sequence: int,
    commit_hash: bytes,
) -> Writes:
    """What keeps the rejection of whatever put our leaf there until it is sent; nothing if we said it before.

    Remembered by the Commit's hash: a relay that shows a Commit of its own invention, which no member knows, would
    otherwise keep us from rejecting the true one of that place.
    """
    operation, channel, generation = place
    key = f"{PREFIX}own-leaf/{channel.hex()}/{generation}/{sequence}/{commit_hash.hex()}"
    if await mailbox.store.get(key) is not None:
        return {}
    rejection = Rejection(
        kind=kind,
        operation=operation,
        channel=channel,
        generation=generation,
        sequence=sequence,
        commit_hash=commit_hash,
        certificate=mailbox.certificates.verify(mailbox.device.certificate),
        reason=RejectionReason.OWN_LEAF,
    )
    return {key: sign_rejection(mailbox.device.signing_key, rejection)}


def reject_welcome(
    mailbox: Mailbox,
    operation: OperationId,
    channel: ChannelId,
    generation: int,
    waiting: WaitingWelcome,
    page: LogPage,
    error: ProtocolError,
) -> Writes:
    """What keeps the rejection of a Welcome until it is sent, and the Welcome from being tried again."""
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
    return {_welcome_key(waiting): sign_rejection(mailbox.device.signing_key, rejection)}


async def was_rejected(mailbox: Mailbox, waiting: WaitingWelcome) -> bool:
    """Whether this device refused exactly this Welcome: another one for the same Commit is still welcome."""
    return await mailbox.store.get(_welcome_key(waiting)) is not None


async def send_rejections(mailbox: Mailbox) -> None:
    """Send what was not sent yet. The caller holds the lock. Whatever fails now is sent another time."""
    for key, signed in await mailbox.store.scan(PREFIX):
        if signed == SENT:
            continue
        rejection = verify_rejection(signed)
        with contextlib.suppress(Unavailable):
            with contextlib.suppress(AgainstRule, NotEntitled, NotFound):  # nobody wants it (any more)
                await mailbox.relay.reject(
                    rejection.operation, rejection.channel, rejection.generation, Reject(rejection=signed)
                )
            await mailbox.write({key: SENT})


def _commit_key(session: ChannelSession, sequence: int) -> str:
    return f"{PREFIX}commit/{session.channel.hex()}/{session.generation}/{sequence}"


def _welcome_key(waiting: WaitingWelcome) -> str:
    return f"{PREFIX}welcome/{sha256(waiting.welcome).hexdigest()}"
