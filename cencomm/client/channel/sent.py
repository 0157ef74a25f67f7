"""What this device sent and the log shows, kept in case a restart cuts it off (rule C11).

The log is cut where a Commit failed for somebody. What was sent behind that place counts no more, and only its author
can say it again: the same signed bytes under the same message id, so that whoever has read it passes over it.

Kept until a later Commit is confirmed: it was followed here, and KEEP_SECONDS passed in which a member that cannot
follow it could say so. Following it oneself confirms nothing, since a hostile Commit may hold good secrets for some.
"""

from dataclasses import dataclass

from cencomm import codec
from cencomm.client.channel.outbox import Posting
from cencomm.client.channel.session import ChannelSession
from cencomm.client.events import ControlDelivered, Event, MessageDelivered, Place
from cencomm.client.mailbox import Mailbox
from cencomm.client.vault.state_store import Writes
from cencomm.codec import Reader
from cencomm.forms.payload import Signed, read_signed
from cencomm.ids import MESSAGE_ID_BYTES, SEND_ID_BYTES, ChannelId, MessageId, OperationId, SendId

PREFIX = "sent/"
KEEP_SECONDS = 7 * 24 * 3600  # coordinators who were away for a weekend and a day find a Commit of Friday to be none
MAX_KEPT = 2_000  # of a channel, once a later Commit was followed; about a month of the busiest post


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One message of ours, at log entry `sequence` of a generation since `at`, in seconds."""

    key: str
    generation: int
    sequence: int
    at: int
    message: MessageId
    signed: Signed


def kept_writes(event: Event, *, now: int) -> dict[str, bytes | None]:
    """What keeps the message of `event`, if it is ours."""
    if not isinstance(event, MessageDelivered | ControlDelivered) or not event.own:
        return {}
    message = event.envelope.message if isinstance(event, MessageDelivered) else event.control.message
    return {_key(event.place): codec.concat([codec.uint(now, 8), message, event.signed.encode()])}


async def sent_again(mailbox: Mailbox, session: ChannelSession, *, cut: int) -> Writes:
    """What is sent in the ended generation becomes: behind the cut a posting, up to it nothing that has to be kept."""
    writes: dict[str, bytes | None] = {}
    for kept in await _load(mailbox, session.operation, session.channel):
        if kept.generation != session.generation:
            continue
        writes[kept.key] = None
        if kept.sequence > cut:
            posting = Posting(
                operation=session.operation,
                channel=session.channel,
                send_id=SendId(mailbox.environment.entropy(SEND_ID_BYTES)),
                signed=kept.signed,
                message=kept.message,
            )
            writes[posting.key] = posting.encode()
    return writes


async def bury(mailbox: Mailbox, session: ChannelSession) -> None:
    """Forget what no restart needs any more: sent before the Commit that began this epoch, and long ago or too much."""
    confirmed = [
        kept
        for kept in await _load(mailbox, session.operation, session.channel)
        if kept.generation < session.generation or kept.sequence < session.epoch_began_at
    ]
    before = mailbox.environment.clock() - KEEP_SECONDS
    gone = {kept.key: None for kept in confirmed[:-MAX_KEPT]}
    gone |= {kept.key: None for kept in confirmed if kept.at < before}
    if gone:
        await mailbox.write(gone)


async def _load(mailbox: Mailbox, operation: OperationId, channel: ChannelId) -> list[Kept]:
    """In log order."""
    return [_decode(key, value) for key, value in await mailbox.store.scan(_prefix(operation, channel))]


def _decode(key: str, value: bytes) -> Kept:
    *_, generation, sequence = key.split("/")

    def read(reader: Reader) -> Kept:
        return Kept(
            key=key,
            generation=int(generation),
            sequence=int(sequence),
            at=reader.uint(8),
            message=MessageId(reader.fixed(MESSAGE_ID_BYTES)),
            signed=read_signed(reader),
        )

    return codec.decode(value, read)


def _prefix(operation: OperationId, channel: ChannelId) -> str:
    return f"{PREFIX}{operation.hex()}/{channel.hex()}/"


def _key(place: Place) -> str:
    return f"{_prefix(place.operation, place.channel)}{place.generation:08d}/{place.sequence:016d}"
