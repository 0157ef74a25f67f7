"""Answers to history requests (H2): kept for who asked, readable and makeable by nobody here.

The relay cannot tell what an answer says or whether it is owed. It does see to it that a chunk comes from a server of
the channel, and goes to somebody who is entitled to the channel when it comes *and* when it is fetched. Each server has
an answer of its own, so none stands in another's way, whatever it fills its own with; which to believe, who asked finds
out, and says whose they take no more of (ADR 0018).
"""

from collections.abc import Container, Sequence

from sqlalchemy import Connection

from cencomm.ids import AccountId, OperationId, RequestId
from cencomm.ledger.history import SERVERS, HistoryRefused, history_opens_at, require_server
from cencomm.ledger.history_chunk import Chunk, ChunkHeader, verify_chunk
from cencomm.ledger.kinds import Role
from cencomm.ledger.membership import Member
from cencomm.ledger.refusal import Refused
from cencomm.ledger.replay import Ledger
from cencomm.relay.announcement import HistoryStirred
from cencomm.relay.entitlement import members_now, require_entitled, require_member
from cencomm.relay.errors import TooMany
from cencomm.relay.queries import history as queries
from cencomm.relay.queries.history import Answer, Request, RequestKey, StoredChunk
from cencomm.relay.state import Draft
from cencomm.wire.history import HistoryChunks, HistoryState
from cencomm.wire.limits import HISTORY_SECONDS, MAX_HISTORY_BYTES, MAX_HISTORY_CHUNKS, PAGE_BYTES

RETRY_SECONDS = 30  # until some of the server's chunks may have been fetched
UNASKED = Request(taken=0, ended=False)
UNANSWERED = Answer(chunks=0, answered=0, refused=False)


def keep_chunk(
    connection: Connection,
    draft: Draft,
    server: AccountId,
    operation: OperationId,
    request: RequestId,
    encoded: bytes,
    *,
    now: int,
) -> HistoryState:
    """The chunk is kept for who asked, unless they want no more or its number is there already: what is, is answered.

    Raises:
        MalformedError, BadSignature: no chunk.
        AccessDenied, NotFound: who brings it, or who asked, is not in the channel (any more).
        HistoryRefused: the charter gives no history, or the ledger makes nobody a server whose device signed it.
        Refused: it does not follow the server's own.
        TooMany: what waits of this server in this operation has to be fetched first.
    """
    chunk, ledger = verify_chunk(encoded), draft.ledger(operation)
    header = chunk.header
    if (header.operation, header.request) != (ledger.operation, request):
        raise Refused("H2", "the chunk is of another operation or request")
    member = require_entitled(ledger, server, header.channel, now=now)
    require_server(ledger, server, header.channel)
    _judge_signer(chunk, ledger, member)
    require_entitled(ledger, header.account, header.channel, now=now)
    history_opens_at(ledger, header.account, header.channel)
    queries.drop_expired(connection, now=now)
    key = RequestKey(ledger.operation, request, header.account)
    asked, answer = queries.find_request(connection, key, now=now), queries.find_answer(connection, key, server)
    before = answer or UNANSWERED
    if header.number >= before.chunks and not before.refused and not (asked or UNASKED).ended:
        _judge_place(header, before)
        if queries.waiting_bytes(connection, ledger.operation, server) + len(encoded) > MAX_HISTORY_BYTES:
            raise TooMany(retry_after=RETRY_SECONDS)
        if asked is None:
            queries.add_request(connection, key, expires=now + HISTORY_SECONDS)
        if answer is None:
            queries.add_answer(connection, key, server)
        queries.add_chunk(connection, header, server, encoded, expires=now + HISTORY_SECONDS)
        draft.announcements.append(HistoryStirred(ledger.operation, request, (header.account,)))
    return _state(connection, ledger, key, server, after=header.first - 1, now=now)


def answer_state(
    connection: Connection, ledger: Ledger, server: AccountId, key: RequestKey, *, after: int, now: int
) -> HistoryState:
    """What there is behind log entry `after`, for a server or for who asked.

    Raises:
        NotFound, AccessDenied, HistoryRefused: neither.
    """
    member = require_member(ledger, server, now=now)
    if server != key.account and member.role not in SERVERS:
        raise HistoryRefused("H2", "how far an answer goes is told to servers and to who asked")
    return _state(connection, ledger, key, server, after=after, now=now)


def chunks_for(connection: Connection, ledger: Ledger, key: RequestKey, *, first: int, now: int) -> HistoryChunks:
    """What answers for the entries from `first` on, as far as there is no gap; for who asked and nobody else.

    Raises:
        NotFound, AccessDenied: not in the operation, or in the channel, any more: what was sealed when they were is
            not handed out now.
    """
    require_member(ledger, key.account, now=now)
    if queries.find_request(connection, key, now=now) is None:
        return HistoryChunks(chunks=())
    chosen = cover(queries.chunks_from(connection, key, first), first, _archives(ledger))
    for channel in {one.channel for one in chosen}:
        require_entitled(ledger, key.account, channel, now=now)
        history_opens_at(ledger, key.account, channel)
    return HistoryChunks(chunks=tuple(queries.read_chunks(connection, key, chosen, most_bytes=PAGE_BYTES)))


def cover(chunks: Sequence[StoredChunk], first: int, preferred: Container[AccountId]) -> list[StoredChunk]:
    """Chunks that answer for `first` and all behind it up to a gap: a preferred server's where it fits, the longest.

    Args:
        chunks: by their first entry.
        preferred: who was there all the time. Others may hold less; and a chunk that says "not held" reaches far.
    """
    chosen, reached, following, fitting = list[StoredChunk](), first - 1, 0, list[StoredChunk]()
    while True:
        while following < len(chunks) and chunks[following].first <= reached + 1:
            fitting.append(chunks[following])
            following += 1
        fitting = [one for one in fitting if one.last > reached]
        if not fitting:
            return chosen
        chosen.append(max(fitting, key=lambda one: (one.server in preferred, one.last)))
        reached = chosen[-1].last


def take(connection: Connection, draft: Draft, ledger: Ledger, key: RequestKey, last: int, *, now: int) -> None:
    """Who asked has an answer for all up to `last`: what answered for it makes room. Harmless to repeat."""
    asked = _own(connection, ledger, key, now=now)
    if asked is not None and last > asked.taken:
        queries.take(connection, key, last)
        _tell_servers(draft, ledger, key, now=now)


def refuse(
    connection: Connection, draft: Draft, ledger: Ledger, key: RequestKey, server: AccountId, *, now: int
) -> None:
    """Who asked takes nothing (more) of this server: its chunks go and no others come. Harmless to repeat.

    It says nothing about the server to anybody else, and counts for this one request.
    """
    if _own(connection, ledger, key, now=now) is not None:
        queries.refuse(connection, key, server)
        _tell_servers(draft, ledger, key, now=now)


def end(connection: Connection, draft: Draft, ledger: Ledger, key: RequestKey, *, now: int) -> None:
    """Who asked has it all, or wants it no more; harmless to repeat."""
    if _own(connection, ledger, key, now=now) is not None:
        queries.end(connection, key)
        _tell_servers(draft, ledger, key, now=now)


def _own(connection: Connection, ledger: Ledger, key: RequestKey, *, now: int) -> Request | None:
    """None: nobody answered it yet, so there is nothing to note, and no account fills the tables with notes."""
    require_member(ledger, key.account, now=now)
    return queries.find_request(connection, key, now=now)


def _tell_servers(draft: Draft, ledger: Ledger, key: RequestKey, *, now: int) -> None:
    servers = tuple(one for one in members_now(ledger, now=now) if ledger.members[one].role in SERVERS)
    draft.announcements.append(HistoryStirred(key.operation, key.request, servers))


def _archives(ledger: Ledger) -> frozenset[AccountId]:
    return frozenset(one.account for one in ledger.members.values() if one.role is Role.ARCHIVE)


def _judge_signer(chunk: Chunk, ledger: Ledger, member: Member) -> None:
    certificate = chunk.certificate
    if (certificate.account, certificate.identity_key) != (member.account, member.identity_key):
        raise HistoryRefused("H2", "a chunk of history is signed by a device of whoever brings it")
    if ledger.has_ended(certificate.account, certificate.device, at=ledger.sequence):
        raise HistoryRefused("H2", "the device that signed this chunk has ended")


def _judge_place(header: ChunkHeader, answer: Answer) -> None:
    if header.number >= MAX_HISTORY_CHUNKS:
        raise Refused("H2", f"an answer has at most {MAX_HISTORY_CHUNKS} chunks: ask for less at once")
    if header.number != answer.chunks or header.first <= answer.answered:
        raise Refused("H2", "the chunk does not follow those that are there of this server")


def _state(
    connection: Connection, ledger: Ledger, key: RequestKey, server: AccountId, *, after: int, now: int
) -> HistoryState:
    asked = queries.find_request(connection, key, now=now)
    if asked is None:
        return HistoryState(chunks=0, answered=0, taken=0, reached=after, closed=False)
    answer = queries.find_answer(connection, key, server) or UNANSWERED
    first = max(after, asked.taken) + 1
    covered = cover(queries.chunks_from(connection, key, first), first, _archives(ledger))
    return HistoryState(
        chunks=answer.chunks,
        answered=answer.answered,
        taken=asked.taken,
        reached=covered[-1].last if covered else first - 1,
        closed=asked.ended or answer.refused,
    )
