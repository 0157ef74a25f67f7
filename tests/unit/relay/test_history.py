"""Answers to history requests wait at the relay: in order, by servers of the channel, for who asked (H2)."""

from dataclasses import replace

import pytest
from sqlalchemy import create_engine, func

from cencomm.ids import NO_HASH
from cencomm.ledger.history_chunk import ChunkHeader, make_chunk
from cencomm.ledger.history_items import Opened
from cencomm.ledger.history_request import RequestId
from cencomm.ledger.kinds import History, Role
from cencomm.relay.config import RelayConfig
from cencomm.relay.tables import HISTORY_CHUNKS
from cencomm.wire.history import HistoryChunks, HistoryState, PutHistoryChunk
from cencomm.wire.limits import HISTORY_SECONDS, MAX_HISTORY_BYTES
from tests.fakes.founded_operation import Operation, charter_of, found_operation
from tests.fakes.served_relay import Answer, Person, Relay

REQUEST = RequestId(b"q" * 16)


def header(operation: Operation, reader: Person, number: int = 0, first: int = 1, **changed: object) -> ChunkHeader:
    one = ChunkHeader(
        operation=operation.ledger.operation,
        channel=operation.channel,
        generation=1,
        request=REQUEST,
        account=reader.account,
        device=reader.device,
        number=number,
        first=first,
        last=first + 9,
        is_last=False,
    )
    return replace(one, **changed)  # type: ignore[arg-type]  # fields by name


def chunk(header: ChunkHeader, server: Person, *, size: int = 10) -> bytes:
    item = Opened(sequence=header.first, certificate=b"c", salt=NO_HASH, signed=bytes(size))
    return make_chunk(
        header,
        [item],
        public_key=server.exchange.public_key,
        certificate=server.certificate,
        device=server.device_key,
        entropy=server.entropy,
    )


def path(operation: Operation, request: RequestId = REQUEST) -> str:
    return f"{operation.path}/history/{request.hex()}"


async def put(operation: Operation, header: ChunkHeader, *, by: Person | None = None) -> Answer:
    server = by or operation.coordinator
    return await server.ask("POST", path(operation), PutHistoryChunk(chunk=chunk(header, server)))


async def test_chunks_are_handed_out_to_who_asked_in_their_order(operation: Operation, officer: Person) -> None:
    states = [
        (await put(operation, header(operation, officer, number, 1 + 10 * number, is_last=number == 2))).read(
            HistoryState
        )
        for number in range(3)
    ]

    everything = (await officer.ask("GET", f"{path(operation)}/chunks")).read(HistoryChunks)
    rest = (await officer.ask("GET", f"{path(operation)}/chunks?after=0")).read(HistoryChunks)
    assert (len(everything.chunks), everything.complete) == (3, True)
    assert rest.chunks == everything.chunks[1:]
    assert [(state.chunks, state.reached, state.complete) for state in states] == [
        (1, 10, False),
        (2, 20, False),
        (3, 30, True),
    ]
    assert (await officer.ask("GET", path(operation))).read(HistoryState) == states[-1]
    assert (await officer.ask("DELETE", path(operation))).status == 204
    assert (await officer.ask("GET", f"{path(operation)}/chunks")).code == "not_found"
    assert (await officer.ask("DELETE", path(operation))).status == 204


async def test_a_chunk_that_is_there_already_is_not_replaced_h2(operation: Operation, officer: Person) -> None:
    """A server that was killed between the relay's answer and its own note brings it again, sealed anew."""
    await put(operation, header(operation, officer))
    before = (await officer.ask("GET", f"{path(operation)}/chunks")).read(HistoryChunks)

    again = await put(operation, header(operation, officer, last=5))

    assert again.read(HistoryState).reached == 10
    assert (await officer.ask("GET", f"{path(operation)}/chunks")).read(HistoryChunks) == before


@pytest.mark.parametrize(
    "changed",
    [{"number": 2}, {"first": 10}, {"first": 12}, {"generation": 2}],
    ids=["gap in numbers", "overlap", "gap in entries", "another log"],
)
async def test_a_chunk_follows_the_one_before_h2(
    changed: dict[str, object], operation: Operation, officer: Person
) -> None:
    await put(operation, header(operation, officer))

    following = header(operation, officer, 1, 11, last=30)

    assert (await put(operation, replace(following, **changed))).code == "refused"  # type: ignore[arg-type]  # by name


async def test_an_answer_is_for_one_account_h2(relay: Relay, operation: Operation, officer: Person) -> None:
    other = await relay.person("other")
    await other.put_key_packages(1, last_resort=True)
    await operation.admit(other)
    await put(operation, header(operation, officer))

    assert (await put(operation, header(operation, other, 1, 11))).code == "refused"
    assert (await other.ask("GET", f"{path(operation)}/chunks")).code == "not_found"
    assert (await other.ask("GET", path(operation))).code == "refused"
    await other.ask("DELETE", path(operation))
    assert (await officer.ask("GET", f"{path(operation)}/chunks")).status == 200


async def test_nothing_follows_the_last_chunk_h2(operation: Operation, officer: Person) -> None:
    await put(operation, header(operation, officer, is_last=True))

    assert (await put(operation, header(operation, officer, 1, 11))).code == "refused"


async def test_only_archive_and_coordinators_serve_h2(relay: Relay, operation: Operation, officer: Person) -> None:
    stranger = await relay.person("stranger")

    assert (await put(operation, header(operation, officer), by=officer)).code == "refused"
    assert (await put(operation, header(operation, officer), by=stranger)).code == "not_found"


async def test_a_chunk_is_signed_by_who_brings_it_h2(operation: Operation, officer: Person) -> None:
    foreign = chunk(header(operation, officer), officer)

    answer = await operation.coordinator.ask("POST", path(operation), PutHistoryChunk(chunk=foreign))

    assert (answer.code, answer.error.details.rule) == ("refused", "H2")


async def test_a_chunk_is_for_the_request_that_the_path_names_h2(operation: Operation, officer: Person) -> None:
    encoded = chunk(header(operation, officer), operation.coordinator)
    elsewhere = path(operation, RequestId(b"x" * 16))

    answer = await operation.coordinator.ask("POST", elsewhere, PutHistoryChunk(chunk=encoded))

    assert answer.code == "refused"


async def test_who_is_revoked_gets_no_chunk_that_was_sealed_before_h1(operation: Operation, officer: Person) -> None:
    await put(operation, header(operation, officer))
    await operation.append(operation.revocation(officer))

    assert (await officer.ask("GET", f"{path(operation)}/chunks")).code == "not_entitled"
    assert (await put(operation, header(operation, officer, 1, 11))).code == "not_entitled"


async def test_a_charter_without_history_has_no_answers_h1(relay: Relay) -> None:
    coordinator = await relay.person("founder")
    policy = replace(charter_of(relay, coordinator).policy, history=History.NONE)
    operation = await found_operation(relay, coordinator, policy=policy)
    officer = await relay.person("asking")
    await officer.put_key_packages(1, last_resort=True)
    await operation.admit(officer, Role.OFFICER)

    answer = await put(operation, header(operation, officer))

    assert (answer.code, answer.error.details.rule) == ("refused", "H1")


async def test_chunks_end_after_a_week_together(relay: Relay, operation: Operation, officer: Person) -> None:
    await put(operation, header(operation, officer))
    relay.clock.now += HISTORY_SECONDS - 1
    await put(operation, header(operation, officer, 1, 11))
    relay.clock.now += HISTORY_SECONDS - 1
    there = (await officer.ask("GET", f"{path(operation)}/chunks")).read(HistoryChunks)

    relay.clock.now += 1

    assert len(there.chunks) == 2
    assert (await officer.ask("GET", f"{path(operation)}/chunks")).code == "not_found"
    assert (await operation.coordinator.ask("GET", path(operation))).read(HistoryState).chunks == 0


async def test_what_waits_in_an_operation_is_bounded(
    operation: Operation, officer: Person, config: RelayConfig
) -> None:
    """One chunk is made to weigh what the whole operation may; the next has to wait until it was fetched."""
    await put(operation, header(operation, officer))
    fill_with(config, operation, MAX_HISTORY_BYTES)

    answer = await put(operation, header(operation, officer, 1, 11))

    assert (answer.code, answer.headers["Retry-After"]) == ("too_many", "30")
    await officer.ask("DELETE", path(operation))
    assert (await put(operation, header(operation, officer))).status == 200


def fill_with(config: RelayConfig, operation: Operation, size: int) -> None:
    """As if the chunks that wait weighed so much: a row of zeros that SQLite makes itself."""
    engine = create_engine(f"sqlite:///{config.database}")
    with engine.begin() as connection:
        connection.execute(
            HISTORY_CHUNKS.update()
            .where(HISTORY_CHUNKS.c.operation == operation.ledger.operation)
            .values(chunk=func.zeroblob(size))
        )
    engine.dispose()
