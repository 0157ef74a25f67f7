"""Taking in an answer: chunk for chunk, each verified as a whole and durable before the next (H2).

chunk --signature, server, place in the answer--> items --each against the log--> messages, wrong ones, missing ones
"""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from cencomm.client.channel.taking import judge_content, seen_key
from cencomm.client.events import ControlDelivered, MessageDelivered, Place, Quarantined, Reason
from cencomm.client.history.attendance import Span, fetched_writes
from cencomm.client.history.errors import AnswerRefused
from cencomm.client.history.keeping import message_writes, missing_writes, wrong_writes
from cencomm.client.history.outline import LoggedEntry
from cencomm.client.history.request import Asked, end_writes, load_outline, load_request
from cencomm.client.history.verifying import Outline, judge_item
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.ledger_feed import sync_operation
from cencomm.client.transport.errors import NotFound, Refusal
from cencomm.client.vault.state_store import Writes
from cencomm.errors import ProtocolError, Unavailable
from cencomm.ids import HASH_BYTES, AccountId, DeviceId, short
from cencomm.ledger.history import HistoryRefused, require_server
from cencomm.ledger.history_chunk import Chunk, verify_chunk
from cencomm.ledger.history_items import Absent, Item, Opened
from cencomm.ledger.log import LogKind
from cencomm.ledger.replay import Ledger


@dataclass(frozen=True, slots=True)
class _Taken:
    """What one chunk brought."""

    messages: Sequence[MessageDelivered]
    wrong: Sequence[Quarantined]
    missing: Sequence[tuple[Place, Absent]]
    seen: Writes


async def take_answer(mailbox: Mailbox, asked: Asked) -> tuple[Asked, bool]:
    """The request after what of its answer is at the relay now, and whether that is all of it.

    It goes on from what is on disk, whatever an earlier call that broke off did not get to say.

    Raises:
        AnswerRefused: a chunk is not what was asked for; the request is given up, what came before stays.
        Unavailable: relay or disk, for now: call again.
    """
    kept = await load_request(mailbox.store, asked)
    if kept is None:
        return asked, True
    asked, outline = kept, await load_outline(mailbox.store, asked)
    while True:
        try:
            answer = await mailbox.relay.history_chunks(asked.operation, asked.request, after=asked.taken - 1)
        except NotFound:  # nobody has answered yet
            return asked, False
        if not answer.chunks:
            return asked, False
        await sync_operation(mailbox, asked.operation)  # servers may stand on more of the ledger than we did
        for encoded in answer.chunks:
            try:
                asked, is_last = await take_chunk(mailbox, asked, outline, encoded)
            except ProtocolError as error:
                await give_up(mailbox, asked)
                raise AnswerRefused(f"an answer was refused, ask again: {error}") from error
            if is_last:
                await _drop_at_relay(mailbox, asked)
                return asked, True


async def give_up(mailbox: Mailbox, asked: Asked) -> None:
    """Forget the request with its key, here and at the relay. What it brought so far stays."""
    async with mailbox.lock:
        await mailbox.write(await end_writes(mailbox.store, asked))
    await _drop_at_relay(mailbox, asked)


async def _drop_at_relay(mailbox: Mailbox, asked: Asked) -> None:
    """A courtesy: what is not dropped expires, and opens for nobody, now that the key is gone."""
    with contextlib.suppress(Unavailable, Refusal):
        await mailbox.relay.drop_history(asked.operation, asked.request)


async def take_chunk(mailbox: Mailbox, asked: Asked, outline: Outline, encoded: bytes) -> tuple[Asked, bool]:
    """The request after the next chunk, and whether it was the last.

    Raises:
        ProtocolError: it is not the next part of this answer, or is no answer, and who signed it; nothing was changed.
    """
    chunk = verify_chunk(encoded)
    ledger = mailbox.operation(asked.operation).ledger
    judge_chunk(chunk, asked, ledger, account=mailbox.identity.account, device=mailbox.device.device)
    header, said = chunk.header, _open(chunk, asked, outline, ledger)
    async with mailbox.lock:
        taken = await _judge_items(mailbox, outline, said, ledger)
        after = replace(
            asked,
            taken=asked.taken + 1,
            following=header.last + 1,
            messages=asked.messages + len(taken.messages),
            wrong=asked.wrong + len(taken.wrong),
            missing=asked.missing + len(taken.missing),
        )
        done = Span(asked.span.first, header.last)
        writes = {
            **taken.seen,
            **await message_writes(mailbox.store, taken.messages),
            **wrong_writes(taken.wrong),
            **missing_writes(taken.missing),
            **fetched_writes(asked.operation, asked.channel, asked.generation, done),
            **(await end_writes(mailbox.store, asked) if header.is_last else {after.key: after.encode()}),
        }
        await mailbox.write(writes)
    return after, header.is_last


def judge_chunk(chunk: Chunk, asked: Asked, ledger: Ledger, *, account: AccountId, device: DeviceId) -> None:
    """The next part of the answer to this request, by a device that may serve it.

    Raises:
        HistoryRefused: it is of another request or place, or its signer may not serve (H2).
    """
    header, certificate = chunk.header, chunk.certificate
    if (header.operation, header.channel, header.generation) != (asked.operation, asked.channel, asked.generation):
        raise HistoryRefused("H2", "the chunk is of another log")
    if (header.request, header.account, header.device) != (asked.request, account, device):
        raise HistoryRefused("H2", "the chunk answers another request")
    if (header.number, header.first) != (asked.taken, asked.following) or header.last > asked.span.last:
        raise HistoryRefused("H2", "the chunk is not the next part of the answer, or goes beyond what was asked for")
    if header.is_last != (header.last == asked.span.last):
        raise HistoryRefused("H2", "the answer ends elsewhere than was asked for")
    server = require_server(ledger, certificate.account, asked.channel)
    ended = ledger.has_ended(certificate.account, certificate.device, at=ledger.sequence)
    if server.identity_key != certificate.identity_key or ended:
        raise HistoryRefused("H2", "the device that signed the chunk is none of a server's any more")


def _open(chunk: Chunk, asked: Asked, outline: Outline, ledger: Ledger) -> Sequence[tuple[LoggedEntry, Item]]:
    """What it says of each entry. A chunk that was judged is what its signer made for this very place.

    Raises:
        HistoryRefused: it does not open, or does not fit the log: its signer's doing, or that of a relay which shows
            them another log (L4). Who does that first, each time, keeps history away until the unit acts: named here.
    """
    header, signer = chunk.header, chunk.certificate.account
    try:
        return list(pair(outline.between(header.first, header.last), chunk.open_(asked.private_key)))
    except ProtocolError as error:
        who = f"{ledger.members[signer].role.name.lower()} {short(signer)}"
        raise HistoryRefused("H2", f"{who} signed what is no answer: {error}") from error


def pair(entries: Sequence[LoggedEntry], items: Sequence[Item]) -> Iterator[tuple[LoggedEntry, Item]]:
    """Each application entry with what is said of it.

    Raises:
        HistoryRefused: one is left out, or something is added (H2).
    """
    said = {item.sequence: item for item in items}
    for entry in entries:
        item = said.pop(entry.sequence, None)
        if entry.kind is LogKind.COMMIT:
            if isinstance(item, Opened):
                raise HistoryRefused("H2", f"entry {entry.sequence} is a Commit, no message")
        elif item is None:
            raise HistoryRefused("H2", f"the answer leaves out entry {entry.sequence}")
        else:
            yield entry, item
    if said:
        raise HistoryRefused("H2", f"the answer adds entry {min(said)}, which the log does not hold there")


async def _judge_items(
    mailbox: Mailbox, outline: Outline, said: Sequence[tuple[LoggedEntry, Item]], ledger: Ledger
) -> _Taken:
    messages, wrong, missing = list[MessageDelivered](), list[Quarantined](), list[tuple[Place, Absent]]()
    seen: dict[str, bytes | None] = {}
    for entry, item in said:
        if isinstance(item, Absent):
            missing.append((outline.place(entry), item))
            continue
        verdict = judge_item(item, entry, outline, ledger, mailbox.certificates, mailbox.identity.account)
        if isinstance(verdict, ControlDelivered):
            continue  # what members' programs said to each other then; it held then
        if isinstance(verdict, MessageDelivered):
            key = seen_key(verdict.place.operation, verdict.identity_key, verdict.envelope.message)
            known = seen.get(key)
            if known is not None:  # S4 within the chunk; `judge_content` sees to all before it
                if known[:HASH_BYTES] != sha256(verdict.signed.encode()).digest():
                    wrong.append(_conflict(verdict))
                continue
            event, writes = await judge_content(mailbox, verdict)
            seen.update(writes)
            if isinstance(event, MessageDelivered):
                messages.append(event)
            elif isinstance(event, Quarantined):
                wrong.append(replace(event, detail=f"history: {event.detail}"))
        else:
            wrong.append(verdict)
    return _Taken(messages, wrong, missing, seen)


def _conflict(message: MessageDelivered) -> Quarantined:
    return Quarantined(
        place=message.place,
        reason=Reason.CONFLICT,
        detail="history: other bytes under a message id that this author used before",
        message=message.signed.encode(),
        account=message.account,
    )
