"""Answers to history requests wait at the relay: in order, by servers of the channel, for who asked (H2)."""

from dataclasses import replace

import pytest
from sqlalchemy import create_engine

from cencomm.ids import NO_HASH, AccountId, ChannelId, RequestId
from cencomm.ledger.history_chunk import ChunkHeader, make_chunk
from cencomm.ledger.history_items import Opened
from cencomm.ledger.kinds import History, Role
from cencomm.relay.config import RelayConfig
from cencomm.relay.history import cover
from cencomm.relay.queries.history import StoredChunk
from cencomm.relay.tables.history import HISTORY_ANSWERS
from cencomm.wire.history import HistoryChunks, HistoryState, HistoryTaken, PutHistoryChunk
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


async def chunks(operation: Operation, reader: Person, first: int = 1) -> tuple[bytes, ...]:
    return (await reader.ask("GET", f"{path(operation)}/chunks?first={first}")).read(HistoryChunks).chunks


async def state(operation: Operation, asker: Person, *, of: Person | None = None) -> HistoryState:
    server = of or operation.coordinator
    return (await server.ask("GET", f"{path(operation)}?account={asker.account.hex()}")).read(HistoryState)


@pytest.fixture
async def second(relay: Relay, operation: Operation) -> Person:
    """Another server."""
    archive = await relay.person("archive")
    await archive.put_key_packages(1, last_resort=True)
    await operation.admit(archive, Role.ARCHIVE)
    return archive


async def test_chunks_are_handed_out_to_who_asked_in_their_order(operation: Operation, officer: Person) -> None:
    states = [
        (await put(operation, header(operation, officer, number, 1 + 10 * number, is_last=number == 2))).read(
            HistoryState
        )
        for number in range(3)
    ]

    everything = await chunks(operation, officer)
    assert len(everything) == 3
    assert await chunks(operation, officer, 11) == everything[1:]
    assert await chunks(operation, officer, 15) == everything[1:], "the chunk in which entry 15 is"
    assert [(one.chunks, one.answered, one.reached) for one in states] == [(1, 10, 10), (2, 20, 20), (3, 30, 30)]
    assert await state(operation, officer) == states[-1]
    assert (await officer.ask("DELETE", path(operation))).status == 204
    assert await chunks(operation, officer) == ()
    assert (await officer.ask("DELETE", path(operation))).status == 204
    assert (await state(operation, officer)).closed, "no server answers again"
    assert (await put(operation, header(operation, officer, 3, 31))).read(HistoryState).closed
    assert await chunks(operation, officer) == ()


async def test_a_chunk_that_is_there_already_is_not_replaced_h2(operation: Operation, officer: Person) -> None:
    """A server that was killed between the relay's answer and its own note brings it again, sealed anew."""
    await put(operation, header(operation, officer))
    before = await chunks(operation, officer)

    again = await put(operation, header(operation, officer, last=5))

    assert again.read(HistoryState).answered == 10
    assert await chunks(operation, officer) == before


async def test_what_one_server_writes_is_in_no_others_way_h2(
    operation: Operation, officer: Person, second: Person
) -> None:
    """Noise from the first entry to the last, first: the archive's answer is kept beside it, and preferred."""
    await put(operation, header(operation, officer, last=30, is_last=True))

    await put(operation, header(operation, officer), by=second)
    await put(operation, header(operation, officer, 1, 11, last=30, is_last=True), by=second)

    honest = await chunks(operation, officer)
    assert len(honest) == 2
    assert (await state(operation, officer, of=second)).answered == 30


async def test_who_asked_takes_no_more_of_a_server_and_the_next_ones_is_handed_out_h2(
    operation: Operation, officer: Person, second: Person
) -> None:
    await put(operation, header(operation, officer, last=30, is_last=True), by=second)
    await put(operation, header(operation, officer))
    (noise,) = await chunks(operation, officer)

    refusal = await officer.ask("DELETE", f"{path(operation)}/answers/{second.account.hex()}")

    assert refusal.status == 204
    (honest,) = await chunks(operation, officer)
    assert honest != noise
    assert (await state(operation, officer, of=second)).closed
    assert not (await state(operation, officer)).closed
    assert (await put(operation, header(operation, officer, 1, 31), by=second)).read(HistoryState).closed
    assert await chunks(operation, officer, 31) == ()
    assert (await state(operation, officer)).reached == 10


async def test_a_request_is_refused_ended_or_taken_by_who_asked_alone_h2(
    relay: Relay, operation: Operation, officer: Person
) -> None:
    """Whoever uses the number of somebody's request speaks of a request of their own, which nobody answered."""
    other = await relay.person("other")
    await other.put_key_packages(1, last_resort=True)
    await operation.admit(other)
    await put(operation, header(operation, officer))

    for method, rest in (("DELETE", ""), ("DELETE", f"/answers/{operation.coordinator.account.hex()}")):
        assert (await other.ask(method, path(operation) + rest)).status == 204
    assert (await other.ask("POST", f"{path(operation)}/taken", HistoryTaken(last=10))).status == 204

    assert len(await chunks(operation, officer)) == 1
    assert not (await state(operation, officer)).closed


async def test_a_server_that_names_a_request_for_another_spoils_nothing_h2(
    relay: Relay, operation: Operation, officer: Person, second: Person
) -> None:
    other = await relay.person("other")
    await other.put_key_packages(1, last_resort=True)
    await operation.admit(other)
    await put(operation, header(operation, other))

    assert (await put(operation, header(operation, officer), by=second)).status == 200
    assert len(await chunks(operation, officer)) == 1


async def test_what_was_taken_makes_room(operation: Operation, officer: Person, config: RelayConfig) -> None:
    await put(operation, header(operation, officer))
    await put(operation, header(operation, officer, 1, 11))
    weigh(config, MAX_HISTORY_BYTES)
    assert (await put(operation, header(operation, officer, 2, 21))).code == "too_many"

    await officer.ask("POST", f"{path(operation)}/taken", HistoryTaken(last=15))

    assert (await put(operation, header(operation, officer, 2, 21))).status == 200
    assert len(await chunks(operation, officer, 16)) == 2
    assert await chunks(operation, officer, 1) == ()
    assert (await state(operation, officer)).taken == 15


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([("x", 1, 9), ("y", 5, 20)], [("x", 1, 9), ("y", 5, 20)]),
        ([("x", 1, 30), ("a", 1, 10), ("a", 11, 20)], [("a", 1, 10), ("a", 11, 20), ("x", 1, 30)]),
        ([("x", 2, 30)], []),
        ([("x", 1, 10), ("y", 12, 20)], [("x", 1, 10)]),
        ([("x", 1, 10), ("y", 1, 20)], [("y", 1, 20)]),
    ],
    ids=["they overlap", "the archive's before others'", "not from the first on", "up to a gap", "the longest"],
)
def test_what_is_handed_out_has_no_gap(spans: list[tuple[str, int, int]], expected: list[tuple[str, int, int]]) -> None:
    stored = [
        StoredChunk(AccountId(server.encode()), 0, ChannelId(b""), first, last)
        for server, first, last in sorted(spans, key=lambda one: one[1])
    ]

    chosen = cover(stored, 1, {AccountId(b"a")})

    assert [(one.server.decode(), one.first, one.last) for one in chosen] == expected


@pytest.mark.parametrize(
    "changed",
    [{"number": 2}, {"first": 10}],
    ids=["gap in numbers", "overlap"],
)
async def test_a_chunk_follows_the_servers_own_before_h2(
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

    assert await chunks(operation, other) == ()
    assert (await other.ask("GET", f"{path(operation)}?account={officer.account.hex()}")).code == "refused"


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
    there = await chunks(operation, officer)

    relay.clock.now += 1

    assert len(there) == 2
    assert await chunks(operation, officer) == ()
    assert (await state(operation, officer)).chunks == 0
    assert (await put(operation, header(operation, officer))).status == 200, "it begins anew"


async def test_what_waits_of_one_server_is_bounded_and_of_others_beside_it(
    operation: Operation, officer: Person, second: Person, config: RelayConfig
) -> None:
    """One chunk is made to weigh what all of a server's may; its next has to wait, another server's has not."""
    await put(operation, header(operation, officer))
    weigh(config, MAX_HISTORY_BYTES)

    answer = await put(operation, header(operation, officer, 1, 11))

    assert (answer.code, answer.headers["Retry-After"]) == ("too_many", "30")
    assert (await put(operation, header(operation, officer), by=second)).status == 200
    await officer.ask("DELETE", path(operation))
    another = RequestId(b"r" * 16)
    fresh = chunk(replace(header(operation, officer), request=another), operation.coordinator)
    there = await operation.coordinator.ask("POST", path(operation, another), PutHistoryChunk(chunk=fresh))
    assert there.status == 200


def weigh(config: RelayConfig, size: int) -> None:
    """As if the answer that waits weighed so much."""
    engine = create_engine(f"sqlite:///{config.database}")
    with engine.begin() as connection:
        connection.execute(HISTORY_ANSWERS.update().values(bytes=size))
    engine.dispose()
