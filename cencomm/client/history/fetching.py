"""Taking in an answer: chunk for chunk, each verified as a whole and durable before the next (H2).

chunk --signature, server, place in the answer--> items --each against the log--> messages, wrong ones, missing ones

Each server has an answer of its own at the relay. One that signs what is no answer is passed over, named, and the next
one's is taken: the request and its key stay until every entry has its answer.
"""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from cencomm.client.channel.taking import judge_content, seen_key
from cencomm.client.events import ControlDelivered, MessageDelivered, Place, Quarantined, Reason
from cencomm.client.history.attendance import Span, fetched_writes
from cencomm.client.history.errors import AnswerRefused
from cencomm.client.history.keeping import found_writes, load_missing, missing_writes
from cencomm.client.history.outline import LoggedEntry
from cencomm.client.history.request import Asked, PassedOver, end_writes, load_outline, load_request
from cencomm.client.history.verifying import Outline, judge_item
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.ledger_feed import sync_operation
from cencomm.client.transport.errors import Refusal
from cencomm.client.vault.journal import Fetched
from cencomm.client.vault.state_store import Writes
from cencomm.errors import ProtocolError, Unavailable
from cencomm.forms.control import ControlKind
from cencomm.ids import HASH_BYTES, AccountId, DeviceId
from cencomm.ledger.history import HistoryRefused, require_server
from cencomm.ledger.history_chunk import Chunk, verify_chunk
from cencomm.ledger.history_items import Absent, Item, Opened
from cencomm.ledger.log import LogKind
from cencomm.ledger.replay import Ledger

HOLDS_ON = frozenset({ControlKind.RELEASE_DECISION})
"""Kinds of control messages that mean later what they meant then: without a withdrawal, whoever reads of the release
in history would keep what its owner took back (R7)."""


@dataclass(frozen=True, slots=True)
class _Taken:
    """What one chunk brought."""

    messages: Sequence[MessageDelivered]
    decisions: Sequence[ControlDelivered]
    wrong: Sequence[Quarantined]
    missing: Sequence[tuple[Place, Absent]]
    seen: Writes


async def take_answer(mailbox: Mailbox, asked: Asked) -> tuple[Asked, bool]:
    """The request after what of its answers is at the relay now, and whether that is all of it.

    It goes on from what is on disk, whatever an earlier call that broke off did not get to say. Who signed what is no
    answer stands in `Asked.guilty`.

    Raises:
        AnswerRefused: what the relay hands out is no part of an answer, whoever signed it; request and key are kept.
        Unavailable: relay or disk, for now: call again.
    """
    kept = await load_request(mailbox.store, asked)
    if kept is None:
        return asked, True
    asked, outline = kept, await load_outline(mailbox.store, asked)
    refused = set[AccountId]()
    while True:
        answer = await mailbox.relay.history_chunks(asked.operation, asked.request, first=asked.following)
        if not answer.chunks:
            return asked, False
        await sync_operation(mailbox, asked.operation)  # servers may stand on more of the ledger than we did
        for encoded in answer.chunks:
            chunk = _read_chunk(mailbox, asked, encoded)
            server = chunk.certificate.account
            if server in refused:
                raise AnswerRefused("the relay hands out again what was refused: tell the unit")
            try:
                asked = await take_chunk(mailbox, asked, outline, chunk)
            except HistoryRefused as wrong:
                asked = await _pass_over(mailbox, asked, server, str(wrong))
                refused.add(server)
                break  # what follows is of another server
            if asked.following > asked.span.last:
                await _drop_at_relay(mailbox, asked)
                return asked, True
        else:
            with contextlib.suppress(Unavailable, Refusal):  # a courtesy, that makes room for more
                await mailbox.relay.take_history(asked.operation, asked.request, last=asked.following - 1)


async def _pass_over(mailbox: Mailbox, asked: Asked, server: AccountId, why: str) -> Asked:
    """The request goes on without this server; its answer goes at the relay, so that another's is handed out."""
    if not any(one.server == server for one in asked.passed_over):
        asked = replace(asked, passed_over=(*asked.passed_over, PassedOver(server, why)))
        async with mailbox.lock:
            await mailbox.write({asked.key: asked.encode()})
    await mailbox.relay.refuse_history(asked.operation, asked.request, server)
    return asked


async def _drop_at_relay(mailbox: Mailbox, asked: Asked) -> None:
    """A courtesy: what is not dropped expires, and opens for nobody, now that the key is gone."""
    with contextlib.suppress(Unavailable, Refusal):
        await mailbox.relay.drop_history(asked.operation, asked.request)


def _read_chunk(mailbox: Mailbox, asked: Asked, encoded: bytes) -> Chunk:
    """What answers for the next entry.

    Raises:
        AnswerRefused: it does not.
    """
    try:
        chunk = verify_chunk(encoded)
    except ProtocolError as error:
        raise AnswerRefused(f"what the relay hands out is no answer: {error}") from error
    require_next(chunk, asked, mailbox.operation(asked.operation).ledger, mailbox.identity.account)
    return chunk


def require_next(chunk: Chunk, asked: Asked, ledger: Ledger, account: AccountId) -> None:
    """Of this request, and for its next entry.

    Raises:
        AnswerRefused: it is not. Whoever signed it did not put it here: only the relay can have done that (ADR 0018).
    """
    header = chunk.header
    if chunk.certificate.account not in ledger.members:
        raise AnswerRefused("the relay hands out an answer of somebody who never was a member")
    if (header.operation, header.request, header.account) != (asked.operation, asked.request, account):
        raise AnswerRefused("the relay hands out an answer to another request")
    if not header.first <= asked.following <= header.last:
        raise AnswerRefused("the relay hands out another part of the answer than the next one")


async def take_chunk(mailbox: Mailbox, asked: Asked, outline: Outline, chunk: Chunk) -> Asked:
    """The request after the next chunk.

    Raises:
        HistoryRefused: it is no answer, and its server signed that; nothing was changed.
    """
    ledger = mailbox.operation(asked.operation).ledger
    judge_chunk(chunk, asked, ledger, device=mailbox.device.device)
    header, said = chunk.header, _open(chunk, asked, outline)
    async with mailbox.lock:
        wanted = await _wanted(mailbox, asked, said)
        taken = await _judge_items(mailbox, outline, wanted, ledger)
        after = replace(
            asked,
            taken=asked.taken + 1,
            following=header.last + 1,
            messages=asked.messages + len(taken.messages),
            wrong=asked.wrong + len(taken.wrong),
            missing=asked.missing + len(taken.missing),
        )
        here = Span(asked.span.first, header.last)  # of a second request, the first has noted it
        writes = {
            **taken.seen,
            **found_writes(outline.place(entry) for entry, item in wanted if isinstance(item, Opened)),
            **missing_writes(taken.missing, chunk.certificate.account),
            **({} if asked.lacking else fetched_writes(asked.operation, asked.channel, asked.generation, here)),
            **(await end_writes(mailbox.store, asked) if header.is_last else {after.key: after.encode()}),
        }
        await mailbox.write(writes, fetched=_in_order([*taken.messages, *taken.decisions, *taken.wrong]))
    return after


async def _wanted(
    mailbox: Mailbox, asked: Asked, said: Sequence[tuple[LoggedEntry, Item]]
) -> list[tuple[LoggedEntry, Item]]:
    """What another server's chunk has not answered for already; of a second request, what was missing."""
    behind = [(entry, item) for entry, item in said if entry.sequence >= asked.following]
    if not asked.lacking:
        return behind
    missing = await load_missing(mailbox.store, asked.operation)
    lacking = {one.sequence for one in missing if (one.channel, one.generation) == (asked.channel, asked.generation)}
    return [(entry, item) for entry, item in behind if entry.sequence in lacking]


def judge_chunk(chunk: Chunk, asked: Asked, ledger: Ledger, *, device: DeviceId) -> None:
    """An answer to this request, by a device that may serve it, whose answer is still wanted.

    Raises:
        HistoryRefused: it is of another log, device or range, or its signer may not serve (H2).
    """
    header, certificate = chunk.header, chunk.certificate
    if any(one.server == certificate.account for one in asked.passed_over):
        raise HistoryRefused("H2", "the answer of this server is not taken")
    if (header.channel, header.generation, header.device) != (asked.channel, asked.generation, device):
        raise HistoryRefused("H2", "the chunk is of another log, or for another device")
    if not asked.span.first <= header.first <= header.last <= asked.span.last:
        raise HistoryRefused("H2", "the chunk goes beyond what was asked for")
    if header.is_last != (header.last == asked.span.last):
        raise HistoryRefused("H2", "the answer ends elsewhere than was asked for")
    server = require_server(ledger, certificate.account, asked.channel)
    ended = ledger.has_ended(certificate.account, certificate.device, at=ledger.sequence)
    if server.identity_key != certificate.identity_key or ended:
        raise HistoryRefused("H2", "the device that signed the chunk is none of a server's any more")


def _open(chunk: Chunk, asked: Asked, outline: Outline) -> Sequence[tuple[LoggedEntry, Item]]:
    """What it says of each entry. A chunk that was judged is what its signer made for this very place.

    Raises:
        HistoryRefused: it does not open, or does not fit the log: its signer's doing, or that of a relay which shows
            them another log (L4).
    """
    header = chunk.header
    try:
        return list(pair(outline.between(header.first, header.last), chunk.open_(asked.private_key)))
    except ProtocolError as error:
        raise HistoryRefused("H2", f"it signed what is no answer: {error}") from error


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
    """What each item brings here.

    Raises:
        HistoryRefused: one is not borne out. An honest server gives nothing that it did not bear out itself, by the
            same checks; so the entry is asked of another, and not set aside on this one's word.
    """
    messages, decisions = list[MessageDelivered](), list[ControlDelivered]()
    wrong, missing = list[Quarantined](), list[tuple[Place, Absent]]()
    seen: dict[str, bytes | None] = {}
    for entry, item in said:
        if isinstance(item, Absent):
            missing.append((outline.place(entry), item))
            continue
        verdict = judge_item(item, entry, outline, ledger, mailbox.certificates, mailbox.identity.account)
        if isinstance(verdict, Quarantined):
            raise HistoryRefused("H2", f"entry {entry.sequence} is not what it gave for it: {verdict.detail}")
        if isinstance(verdict, ControlDelivered) and verdict.control.kind not in HOLDS_ON:
            continue  # what members' programs said to each other then; it held then
        said_as = verdict.control if isinstance(verdict, ControlDelivered) else verdict.envelope
        key = seen_key(verdict.place.operation, verdict.identity_key, said_as.message)
        known = seen.get(key)
        if known is not None:  # S4 within the chunk; `judge_content` sees to all before it
            if known[:HASH_BYTES] != sha256(verdict.signed.encode()).digest():
                wrong.append(_conflict(verdict))
            continue
        event, writes = await judge_content(mailbox, verdict)
        seen.update(writes)
        if isinstance(event, MessageDelivered):
            messages.append(event)
        elif isinstance(event, ControlDelivered):
            decisions.append(event)
        elif isinstance(event, Quarantined):
            wrong.append(replace(event, detail=f"history: {event.detail}"))
    return _Taken(messages, decisions, wrong, missing, seen)


def _in_order(fetched: Sequence[Fetched]) -> Sequence[Fetched]:
    return sorted(fetched, key=lambda one: one.place.sequence)


def _conflict(message: MessageDelivered | ControlDelivered) -> Quarantined:
    return Quarantined(
        place=message.place,
        reason=Reason.CONFLICT,
        detail="history: other bytes under a message id that this author used before",
        message=message.signed.encode(),
        account=message.account,
    )
