"""Saying something in a channel: signed, kept, then delivered (delivery.py).

What was signed is kept until the log shows it, so a process that dies in between goes on with `resume`.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from cencomm import codec
from cencomm.client.attachments.outgoing import bring, forget
from cencomm.client.attachments.uploading import AttachmentLost, Progress
from cencomm.client.channel.delivery import FINAL, WAITING, Sent, deliver, usable_session
from cencomm.client.channel.enactment import follow_and_enact
from cencomm.client.channel.errors import ChannelRestarting, ChannelWaits, NotYetAdded
from cencomm.client.channel.founding import waits_for_us
from cencomm.client.channel.freshness import judge_up_to_date
from cencomm.client.channel.outbox import POSTING_PREFIX, Posting, read_posting
from cencomm.client.channel.readership import judge_readers
from cencomm.client.channel.taking import seen_key
from cencomm.client.mailbox import Mailbox
from cencomm.errors import ProtocolError, Unavailable
from cencomm.forms.attachment import Attachment
from cencomm.forms.control import Control, ControlKind, decode_control, sign_control
from cencomm.forms.envelope import Body, Envelope, SignedEnvelope, decode_envelope, sign_envelope
from cencomm.forms.payload import Signed
from cencomm.ids import (
    MESSAGE_ID_BYTES,
    SEND_ID_BYTES,
    BlobId,
    ChannelId,
    MessageId,
    OperationId,
    SendId,
)

RETURNED_PREFIX = "returned/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an officer wants to say: a form of the operation, its values and how it is to be handled."""

    form: BlobId
    body: Body
    reply_to: MessageId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A message that can never be sent, and why: back to its author, who may write it anew (S3)."""

    operation: OperationId
    channel: ChannelId
    envelope: Envelope
    reason: str


async def send(
    mailbox: Mailbox,
    operation: OperationId,
    channel: ChannelId,
    draft: Draft,
    *,
    progress: Progress | None = None,
) -> Sent:
    """Sign, encrypt and publish. When this returns, every member will get the message.

    Attachments go to the relay before it, so that whoever reads it can fetch them (A6); `progress` counts their chunks.

    Raises:
        TooManyReaders: TLP:RED where people beyond `to` read.
        MayBeOutOfDate: TLP:RED, and nobody was heard for long who would know of other readers (H3).
        NotAMember, NotEntitled, ChannelNotUsable: this device cannot write here (any more).
        ProtocolError: the values do not answer the form, or the relay refuses the message; nothing was sent.
        ChannelWaits, Unavailable: relay, disk, the unit or the members do not let it out now; it is kept, and `resume`
            goes on.
    """
    entropy = mailbox.environment.entropy
    async with mailbox.lock:
        known = mailbox.operation(operation)
        mailbox.membership(operation)
        form = known.ledger.forms[draft.form]
        envelope = Envelope(
            message=MessageId(entropy(MESSAGE_ID_BYTES)),
            operation=operation,
            channel=channel,
            author=mailbox.device.certificate_hash,
            ledger_sequence=known.ledger.sequence,
            ledger_hash=known.ledger.head_hash,
            form=draft.form,
            form_hash=form.definition.hash,
            reply_to=draft.reply_to,
            body=draft.body,
        )
        mailbox.environment.judge_report(known, envelope)
        judge_readers(known, channel, draft.body, author=mailbox.identity.account)
        await judge_up_to_date(mailbox, operation, channel, draft.body)
        signed = sign_envelope(envelope, mailbox.device.signing_key)
        await _make_group_if_ours(mailbox, operation, channel)
        posting = await _keep(mailbox, operation, channel, envelope.message, signed)
        if not draft.body.attachments:
            return await _attempt(mailbox, posting)
    return await _attempt_with_attachments(mailbox, posting, draft.body.attachments, progress)


async def post_control(
    mailbox: Mailbox, operation: OperationId, channel: ChannelId, kind: ControlKind, body: bytes
) -> Sent:
    """Say something to the members' programs; `body` is the kind's own. When this returns, every member will get it.

    Raises:
        NotAMember, NotEntitled, ChannelNotUsable: this device cannot write here (any more).
        ChannelWaits, Unavailable: as `send`; it is kept, and `resume` goes on.
    """
    async with mailbox.lock:
        known = mailbox.operation(operation)
        mailbox.membership(operation)
        control = Control(
            kind=kind,
            message=MessageId(mailbox.environment.entropy(MESSAGE_ID_BYTES)),
            operation=operation,
            channel=channel,
            author=mailbox.device.certificate_hash,
            ledger_sequence=known.ledger.sequence,
            ledger_hash=known.ledger.head_hash,
            written_at=mailbox.environment.clock(),
            body=body,
        )
        signed = sign_control(control, mailbox.device.signing_key)
        return await _attempt(mailbox, await _keep(mailbox, operation, channel, control.message, signed))


async def _make_group_if_ours(mailbox: Mailbox, operation: OperationId, channel: ChannelId) -> None:
    """Who first has something to say in a channel that was declared for them makes its group (L8), with all others."""
    with contextlib.suppress(Unavailable):  # then what is said waits, or is refused, as without it
        if (operation, channel) not in mailbox.sessions and await waits_for_us(mailbox, operation, channel):
            await follow_and_enact(mailbox, operation, channel)


async def _keep(
    mailbox: Mailbox, operation: OperationId, channel: ChannelId, message: MessageId, signed: Signed
) -> Posting:
    posting = Posting(
        operation=operation,
        channel=channel,
        send_id=SendId(mailbox.environment.entropy(SEND_ID_BYTES)),
        signed=signed,
        message=message,
    )
    with contextlib.suppress(ChannelRestarting, ChannelWaits, NotYetAdded):  # that ends without its author
        usable_session(mailbox, posting)
    await mailbox.write({posting.key: posting.encode()})
    return posting


async def _attempt(mailbox: Mailbox, posting: Posting) -> Sent:
    try:
        return await deliver(mailbox, posting)
    except FINAL:
        await mailbox.write({posting.key: None})
        raise


async def _attempt_with_attachments(
    mailbox: Mailbox, posting: Posting, attachments: Sequence[Attachment], progress: Progress | None
) -> Sent:
    """Without the mailbox's lock while files travel: that takes minutes, and what is received must not wait for it."""
    async with mailbox.uploads:
        try:
            await bring(mailbox, posting.operation, posting.channel, attachments, progress)
        except FINAL:
            async with mailbox.lock:
                await mailbox.write({posting.key: None})
            await forget(mailbox, attachments)
            raise
        async with mailbox.lock:
            sent = await _attempt(mailbox, posting)
        await forget(mailbox, attachments)
        return sent


async def resume(mailbox: Mailbox) -> list[Sent | Returned]:
    """Send what an earlier run of this program signed and did not see in the log.

    Raises:
        Unavailable, ProtocolError: the first that kept a message here, when all were tried; they stay kept.
    """
    return await _resume(mailbox, await _kept(mailbox))


async def resume_without_files(mailbox: Mailbox) -> list[Sent | Returned]:
    """As `resume`, but for messages whose files may take minutes."""
    return await _resume(mailbox, [one for one in await _kept(mailbox) if not _attachments(one)])


async def resume_with_files(mailbox: Mailbox) -> list[Sent | Returned]:
    """As `resume`, the others: beside everything else that a program does."""
    return await _resume(mailbox, [one for one in await _kept(mailbox) if _attachments(one)])


async def _resume(mailbox: Mailbox, postings: Sequence[Posting]) -> list[Sent | Returned]:
    done: list[Sent | Returned] = []
    first: ProtocolError | Unavailable | None = None
    for posting in postings:
        attachments = _attachments(posting)
        if attachments and mailbox.uploads.locked():
            continue  # this program is at it: two would take the chunks away from each other
        try:
            async with mailbox.uploads if attachments else contextlib.nullcontext():
                await _bring(mailbox, posting, attachments)
                async with mailbox.lock:
                    done.append(await deliver(mailbox, posting))
        except WAITING:
            continue
        except FINAL as refused:
            async with mailbox.lock:
                if isinstance(posting.signed, SignedEnvelope):
                    done.append(await _give_back(mailbox, posting, str(refused)))
                else:  # said by the program, not by a person: there is nobody to give it back to
                    await mailbox.write({posting.key: None})
        except (ProtocolError, Unavailable) as trouble:
            first = first or trouble
            continue
        await forget(mailbox, attachments)
    if first is not None:
        raise first
    return done


async def _bring(mailbox: Mailbox, posting: Posting, attachments: Sequence[Attachment]) -> None:
    """The relay holds the files, unless they are lost and what they belong to was said already.

    Then a restart has it said again (C11), perhaps because the relay lost it with the files (H4): it was acknowledged,
    so it goes out. Whoever read it in time has the files, whoever reads it now is told that they are not there.
    """
    try:
        await bring(mailbox, posting.operation, posting.channel, attachments)
    except AttachmentLost:
        said = seen_key(posting.operation, mailbox.identity.identity_key, posting.message)
        if await mailbox.store.get(said) is None:
            raise


async def waiting(mailbox: Mailbox) -> list[Envelope]:
    """What was signed here and is not seen in the log yet."""
    return [
        decode_envelope(posting.signed.content)
        for posting in await _kept(mailbox)
        if isinstance(posting.signed, SignedEnvelope)
    ]


async def _kept(mailbox: Mailbox) -> list[Posting]:
    """In the order in which they were written, as far as the clock tells: after a restart many go out again."""
    postings = [codec.decode(value, read_posting) for _, value in await mailbox.store.scan(POSTING_PREFIX)]
    return sorted(postings, key=_written_at)


def _written_at(posting: Posting) -> int:
    if isinstance(posting.signed, SignedEnvelope):
        return decode_envelope(posting.signed.content).body.written_at
    return decode_control(posting.signed.content).written_at


async def returned(mailbox: Mailbox) -> list[Returned]:
    """What came back and was not discarded yet."""
    return [codec.decode(value, _read_returned) for _, value in await mailbox.store.scan(RETURNED_PREFIX)]


async def discard_returned(mailbox: Mailbox) -> None:
    """The author has seen what came back."""
    async with mailbox.lock:
        await mailbox.write({key: None for key, _ in await mailbox.store.scan(RETURNED_PREFIX)})


def _attachments(posting: Posting) -> tuple[Attachment, ...]:
    if not isinstance(posting.signed, SignedEnvelope):
        return ()
    return decode_envelope(posting.signed.content).body.attachments


async def _give_back(mailbox: Mailbox, posting: Posting, reason: str) -> Returned:
    kept = codec.concat([posting.encode(), codec.opaque(reason.encode())])
    await mailbox.write({posting.key: None, RETURNED_PREFIX + posting.send_id.hex(): kept})
    return _returned(posting, reason)


def _read_returned(reader: codec.Reader) -> Returned:
    posting = read_posting(reader)
    return _returned(posting, reader.opaque().decode())


def _returned(posting: Posting, reason: str) -> Returned:
    envelope = decode_envelope(posting.signed.content)
    return Returned(operation=posting.operation, channel=posting.channel, envelope=envelope, reason=reason)
