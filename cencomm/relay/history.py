"""Answers to history requests (H2): kept for who asked, readable and makeable by nobody here.

The relay cannot tell what an answer says or whether it is owed. It does see to it that a chunk comes from a server of
the channel, goes to somebody who is entitled to the channel when it comes *and* when it is fetched, and follows the
one before, so that two servers can take turns and no third can put anything in between.
"""

from sqlalchemy import Connection

from cencomm.ids import AccountId
from cencomm.ledger.history import HistoryRefused, history_opens_at, require_server
from cencomm.ledger.history_chunk import FIRST_CHUNK, Chunk, verify_chunk
from cencomm.ledger.history_request import RequestId
from cencomm.ledger.membership import Member
from cencomm.ledger.refusal import Refused
from cencomm.ledger.replay import Ledger
from cencomm.relay.entitlement import require_entitled, require_member
from cencomm.relay.errors import NotFound, TooMany
from cencomm.relay.queries import history as queries
from cencomm.relay.queries.history import Answer
from cencomm.wire.history import HistoryChunks, HistoryState
from cencomm.wire.limits import HISTORY_SECONDS, MAX_HISTORY_BYTES, MAX_HISTORY_CHUNKS, PAGE_BYTES

RETRY_SECONDS = 30  # until some of the operation's chunks may have been fetched
NOTHING = HistoryState(chunks=0, reached=0, complete=False)


def keep_chunk(
    connection: Connection, ledger: Ledger, account: AccountId, request: RequestId, encoded: bytes, *, now: int
) -> HistoryState:
    """The chunk is kept for who asked. One whose number is there already changes nothing: what is there is answered.

    Raises:
        MalformedError, BadSignature: no chunk.
        AccessDenied, NotFound: who brings it, or who asked, is not in the channel (any more).
        HistoryRefused: the charter gives no history, or the ledger makes nobody a server whose device signed it.
        Refused: it does not follow what is there.
        TooMany: what waits in this operation has to be fetched first.
    """
    chunk = verify_chunk(encoded)
    header = chunk.header
    if (header.operation, header.request) != (ledger.operation, request):
        raise Refused("H2", "the chunk is of another operation or request")
    member = require_entitled(ledger, account, header.channel, now=now)
    require_server(ledger, account, header.channel)
    _judge_signer(chunk, ledger, member)
    require_entitled(ledger, header.account, header.channel, now=now)
    history_opens_at(ledger, header.account, header.channel)
    queries.drop_expired(connection, now=now)
    answer = queries.find_answer(connection, ledger.operation, request, now=now)
    if answer is not None and header.number < answer.chunks:
        return _state(answer)
    _judge_place(chunk, answer)
    if queries.waiting_bytes(connection, ledger.operation) + len(encoded) > MAX_HISTORY_BYTES:
        raise TooMany(retry_after=RETRY_SECONDS)
    queries.add_chunk(connection, header, encoded, expires=now + HISTORY_SECONDS)
    queries.postpone_expiry(connection, ledger.operation, request, expires=now + HISTORY_SECONDS)
    return HistoryState(chunks=header.number + 1, reached=header.last, complete=header.is_last)


def answer_state(
    connection: Connection, ledger: Ledger, account: AccountId, request: RequestId, *, now: int
) -> HistoryState:
    """How far the answer goes, for servers and for who asked.

    Raises:
        NotFound, AccessDenied: neither.
    """
    require_member(ledger, account, now=now)
    answer = queries.find_answer(connection, ledger.operation, request, now=now)
    if answer is None:
        return NOTHING
    require_entitled(ledger, account, answer.channel, now=now)
    if answer.account != account:
        require_server(ledger, account, answer.channel)
    return _state(answer)


def chunks_for(
    connection: Connection, ledger: Ledger, account: AccountId, request: RequestId, *, after: int, now: int
) -> HistoryChunks:
    """The chunks behind number `after`, for who asked and nobody else.

    Raises:
        NotFound: there are none, or they are somebody else's.
        AccessDenied: not entitled to the channel any more: what was sealed when they were is not handed out now.
    """
    answer = _own(connection, ledger, account, request, now=now)
    require_entitled(ledger, account, answer.channel, now=now)
    history_opens_at(ledger, account, answer.channel)
    chunks = queries.chunks_after(connection, ledger.operation, request, after=after, most_bytes=PAGE_BYTES)
    return HistoryChunks(chunks=tuple(chunks), complete=answer.complete)


def drop_answer(connection: Connection, ledger: Ledger, account: AccountId, request: RequestId, *, now: int) -> None:
    """Who asked has it all, or wants it no more; harmless to repeat."""
    try:
        _own(connection, ledger, account, request, now=now)
    except NotFound:
        return
    queries.drop_answer(connection, ledger.operation, request)


def _own(connection: Connection, ledger: Ledger, account: AccountId, request: RequestId, *, now: int) -> Answer:
    require_member(ledger, account, now=now)
    answer = queries.find_answer(connection, ledger.operation, request, now=now)
    if answer is None or answer.account != account:
        raise NotFound
    return answer


def _judge_signer(chunk: Chunk, ledger: Ledger, member: Member) -> None:
    certificate = chunk.certificate
    if (certificate.account, certificate.identity_key) != (member.account, member.identity_key):
        raise HistoryRefused("H2", "a chunk of history is signed by a device of whoever brings it")
    if ledger.has_ended(certificate.account, certificate.device, at=ledger.sequence):
        raise HistoryRefused("H2", "the device that signed this chunk has ended")


def _judge_place(chunk: Chunk, answer: Answer | None) -> None:
    header = chunk.header
    if header.number >= MAX_HISTORY_CHUNKS:
        raise Refused("H2", f"an answer has at most {MAX_HISTORY_CHUNKS} chunks: ask for less at once")
    if answer is None:
        if header.number != FIRST_CHUNK:
            raise Refused("H2", "an answer begins with its first chunk")
        return
    if (header.account, header.channel, header.generation) != (answer.account, answer.channel, answer.generation):
        raise Refused("H2", "the chunk is for somebody else, or of another log, than those before it")
    if answer.complete or (header.number, header.first) != (answer.chunks, answer.reached + 1):
        raise Refused("H2", "the chunk does not follow those that are there")


def _state(answer: Answer) -> HistoryState:
    return HistoryState(chunks=answer.chunks, reached=answer.reached, complete=answer.complete)
