"""Attachments at the relay: docs/protocol.md section 6.2, rules A3 to A5."""

import asyncio
import shutil
from hashlib import sha256
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Connection

from cencomm.ids import AttachmentId
from cencomm.ledger.refusal import Refused
from cencomm.relay.attachments import AttachmentPlace, keep_chunk
from cencomm.relay.chunk_files import ChunkName
from cencomm.relay.config import RelayConfig
from cencomm.relay.keys import WRITER
from cencomm.relay.state import Draft
from cencomm.relay.writer import UseCase
from cencomm.wire.attachments import AnnounceAttachment, AttachmentState, chunk_count, chunk_length
from cencomm.wire.errors import ErrorCode
from cencomm.wire.limits import MAX_ATTACHMENT_CHUNKS, MAX_SEALED_ATTACHMENT_BYTES, MIN_SEALED_CHUNK_BYTES
from tests.fakes.founded_operation import Operation, found_operation
from tests.fakes.served_relay import Answer, Person, StandingClock, config_for, running

CHUNK = MIN_SEALED_CHUNK_BYTES
SIZE = 2 * CHUNK + 100
PARTS = (b"a" * CHUNK, b"b" * CHUNK, b"c" * 100)
DAY_SECONDS = 24 * 3600


def path(operation: Operation, attachment: bytes = b"\x01" * 16) -> str:
    return f"{operation.channel_path}/attachments/{attachment.hex()}"


async def announce(somebody: Person, at: str, *, size: int = SIZE, chunk: int = CHUNK) -> Answer:
    return await somebody.ask("PUT", at, AnnounceAttachment(size=size, chunk=chunk))


async def put(somebody: Person, at: str, number: int, part: bytes) -> Answer:
    return await somebody.ask("PUT", f"{at}/chunks/{number}", data=part)


async def missing(somebody: Person, at: str) -> tuple[int, ...]:
    return (await somebody.ask("GET", at)).read(AttachmentState).missing


async def uploaded(somebody: Person, at: str) -> None:
    assert (await announce(somebody, at)).status == 200
    for number, part in enumerate(PARTS):
        assert (await put(somebody, at, number, part)).status == 204


def files_in(config: RelayConfig) -> list[Path]:
    return [file for file in config.attachments.rglob("*") if file.is_file()]


async def test_what_was_uploaded_is_read_by_everybody_in_the_channel(operation: Operation, officer: Person) -> None:
    at = path(operation)

    await uploaded(operation.coordinator, at)

    assert await missing(officer, at) == ()
    assert (await officer.ask("GET", f"{at}/chunks?first=0&count=16")).body == b"".join(PARTS)
    assert (await officer.ask("GET", f"{at}/chunks?first=1&count=1")).body == PARTS[1]
    assert (await officer.ask("GET", f"{at}/chunks?first=3")).code is ErrorCode.NOT_FOUND


async def test_an_upload_goes_on_where_it_stopped(operation: Operation) -> None:
    at, coordinator = path(operation), operation.coordinator
    await announce(coordinator, at)
    await put(coordinator, at, 1, PARTS[1])

    again = await announce(coordinator, at)

    assert again.read(AttachmentState).missing == (0, 2)
    assert await missing(coordinator, at) == (0, 2)


async def test_a3_the_same_chunk_again_is_acknowledged_and_other_bytes_are_refused(
    operation: Operation, config: RelayConfig
) -> None:
    at, coordinator = path(operation), operation.coordinator
    await announce(coordinator, at)
    await put(coordinator, at, 0, PARTS[0])

    again, other = await put(coordinator, at, 0, PARTS[0]), await put(coordinator, at, 0, PARTS[1])

    assert again.status == 204
    assert (other.code, other.error.details.rule) == (ErrorCode.REFUSED, "A3")
    assert await missing(coordinator, at) == (1, 2)
    assert len(files_in(config)) == 1


async def test_a3_of_two_that_put_different_bytes_at_once_one_wins_and_nothing_of_the_other_stays(
    operation: Operation, config: RelayConfig
) -> None:
    at, coordinator = path(operation), operation.coordinator
    await announce(coordinator, at)

    answers = await asyncio.gather(
        *(put(coordinator, at, 0, bytes([number]) * CHUNK) for number in range(6)), put(coordinator, at, 2, PARTS[2])
    )

    assert sorted(answer.status for answer in answers) == [204, 204, 422, 422, 422, 422, 422]
    assert await missing(coordinator, at) == (1,)
    assert len(files_in(config)) == 2


async def test_a3_of_two_that_reach_the_writer_with_different_bytes_the_second_is_refused(operation: Operation) -> None:
    """Both looked before the other was there: the row's place decides."""
    at, coordinator, writer = path(operation), operation.coordinator, operation.relay.app[WRITER]
    await announce(coordinator, at)
    place = AttachmentPlace(operation.ledger.operation, operation.channel, AttachmentId(b"\x01" * 16))
    now = operation.relay.clock.now

    def keep(digest: bytes) -> UseCase[None]:
        name = ChunkName(1, 0, digest)
        return lambda connection, draft: keep_chunk(connection, draft, coordinator.account, place, name, now=now)

    await writer.write(keep(b"a" * 32))
    await writer.write(keep(b"a" * 32))
    with pytest.raises(Refused) as refused:
        await writer.write(keep(b"b" * 32))

    assert refused.value.rule == "A3"
    assert await missing(coordinator, at) == (1, 2)


async def test_a3_a_file_that_a_row_names_stays_when_the_same_chunk_comes_again_and_is_refused(
    operation: Operation, officer: Person, config: RelayConfig
) -> None:
    """Both looked before the other was there, and the uploader was revoked between the two rows."""
    at, writer, now = path(operation), operation.relay.app[WRITER], operation.relay.clock.now
    await announce(officer, at)
    place = AttachmentPlace(operation.ledger.operation, operation.channel, AttachmentId(b"\x01" * 16))
    name = ChunkName(1, 0, sha256(PARTS[0]).digest())
    is_second_written = Event()

    def keep_first(connection: Connection, draft: Draft) -> None:
        assert is_second_written.wait(10)
        keep_chunk(connection, draft, officer.account, place, name, now=now)

    first = asyncio.create_task(writer.write(keep_first))
    await asyncio.sleep(0)
    revoking = asyncio.create_task(operation.append(operation.revocation(officer)))
    while not writer._queue.qsize():  # noqa: ASYNC110 (the relay tells nobody that it waits)
        await asyncio.sleep(0.001)
    second = asyncio.create_task(put(officer, at, 0, PARTS[0]))
    while not any(name.path.endswith(file.name) for file in files_in(config)):  # noqa: ASYNC110 (as above)
        await asyncio.sleep(0.001)
    is_second_written.set()
    await first

    assert (await revoking).status == 200
    assert (await second).code is ErrorCode.NOT_ENTITLED
    assert len(files_in(config)) == 1


async def test_a3_an_attachment_is_filled_by_whoever_announced_it(operation: Operation, officer: Person) -> None:
    at = path(operation)
    await announce(operation.coordinator, at)

    filled, announced = await put(officer, at, 0, PARTS[0]), await announce(officer, at)

    assert filled.error.details.rule == announced.error.details.rule == "A3"


async def test_a3_an_identifier_stands_for_one_size(operation: Operation) -> None:
    at, coordinator = path(operation), operation.coordinator
    await announce(coordinator, at)

    assert (await announce(coordinator, at, size=SIZE + 1)).error.details.rule == "A3"
    assert (await announce(coordinator, at, chunk=CHUNK + 1)).error.details.rule == "A3"


async def test_a3_a_chunk_has_the_length_that_was_announced(operation: Operation) -> None:
    at = path(operation)
    await announce(operation.coordinator, at)

    for number, length in [(0, CHUNK - 1), (2, 99), (2, 101), (3, 1), (3, 0), (1, 0)]:
        assert (await put(operation.coordinator, at, number, bytes(length))).code is ErrorCode.MALFORMED

    assert await missing(operation.coordinator, at) == (0, 1, 2)


async def test_a_chunk_beyond_its_length_is_not_read(operation: Operation) -> None:
    at = path(operation)
    await announce(operation.coordinator, at)

    assert (await put(operation.coordinator, at, 0, bytes(CHUNK + 1))).code is ErrorCode.TOO_LARGE


async def test_a_chunk_of_what_was_not_announced_is_not_found(operation: Operation) -> None:
    assert (await put(operation.coordinator, path(operation), 0, PARTS[0])).code is ErrorCode.NOT_FOUND


async def test_a5_an_incomplete_attachment_is_shown_to_its_uploader_alone(
    operation: Operation, officer: Person
) -> None:
    at = path(operation)
    await announce(operation.coordinator, at)
    await put(operation.coordinator, at, 0, PARTS[0])

    assert (await officer.ask("GET", at)).code is ErrorCode.NOT_FOUND
    assert (await officer.ask("GET", f"{at}/chunks")).code is ErrorCode.NOT_FOUND
    assert (await operation.coordinator.ask("GET", f"{at}/chunks")).body == PARTS[0]


async def test_a5_a_stranger_and_a_revoked_account_get_nothing(operation: Operation, officer: Person) -> None:
    at, mine = path(operation), path(operation, b"\x02" * 16)
    await uploaded(operation.coordinator, at)
    await announce(officer, mine)
    stranger = await operation.relay.person("stranger")
    assert (await operation.append(operation.revocation(officer))).status == 200

    for somebody, code in ((stranger, ErrorCode.NOT_FOUND), (officer, ErrorCode.NOT_ENTITLED)):
        assert (await somebody.ask("GET", at)).code is code
        assert (await somebody.ask("GET", f"{at}/chunks")).code is code
        assert (await announce(somebody, path(operation, b"\x03" * 16))).code is code
        assert (await put(somebody, mine, 0, PARTS[0])).code is code


async def test_a5_an_attachment_of_another_channel_is_not_found(operation: Operation) -> None:
    await uploaded(operation.coordinator, path(operation))
    other = await found_operation(operation.relay, operation.coordinator)

    assert (await operation.coordinator.ask("GET", path(other))).code is ErrorCode.NOT_FOUND


async def test_a4_an_account_has_so_much_room_in_an_operation(tmp_path: Path) -> None:
    config = config_for(tmp_path / "relay", attachments_per_account=2, attachment_bytes_per_account=3 * SIZE)
    async with running(config, StandingClock()) as relay:
        operation = await found_operation(relay, await relay.person())
        coordinator = operation.coordinator
        assert (await announce(coordinator, path(operation, b"\x01" * 16))).status == 200

        larger = await announce(coordinator, path(operation, b"\x02" * 16), size=2 * SIZE + 1)
        fits = await announce(coordinator, path(operation, b"\x02" * 16))
        third = await announce(coordinator, path(operation, b"\x03" * 16), size=1)
        again = await announce(coordinator, path(operation, b"\x01" * 16))

        assert larger.error.details.rule == third.error.details.rule == "A4"
        assert fits.status == again.status == 200
        elsewhere = await found_operation(relay, coordinator)
        assert (await announce(coordinator, path(elsewhere))).status == 200


async def test_a4_an_upload_that_nobody_goes_on_with_is_forgotten_and_a_complete_one_is_not(
    operation: Operation, config: RelayConfig
) -> None:
    coordinator, clock = operation.coordinator, operation.relay.clock
    done, left, going_on = (path(operation, bytes([number]) * 16) for number in (1, 2, 3))
    await uploaded(coordinator, done)
    for at in (left, going_on):
        await announce(coordinator, at)
        await put(coordinator, at, 0, PARTS[0])
    clock.now += DAY_SECONDS
    await put(coordinator, going_on, 1, PARTS[1])
    clock.now += 1

    await announce(coordinator, path(operation, b"\x04" * 16))

    assert (await coordinator.ask("GET", left)).code is ErrorCode.NOT_FOUND
    assert (await put(coordinator, left, 1, PARTS[1])).code is ErrorCode.NOT_FOUND
    assert await missing(coordinator, going_on) == (2,)
    assert await missing(coordinator, done) == ()
    assert len(files_in(config)) == 5


async def test_what_was_acknowledged_is_there_after_a_start_and_what_no_row_names_is_not(config: RelayConfig) -> None:
    clock = StandingClock()
    async with running(config, clock) as relay:
        operation = await found_operation(relay, await relay.person())
        await uploaded(operation.coordinator, path(operation))
    folder = next(config.attachments.iterdir())
    (folder / "9.left-by-a-crash").write_bytes(b"x")
    (config.attachments / "77").mkdir()

    async with running(config, clock, seed="other") as relay:
        operation.coordinator.relay = relay
        assert (await operation.coordinator.ask("GET", f"{path(operation)}/chunks?count=9")).body == b"".join(PARTS)

    assert {file.name[0] for file in files_in(config)} == {"0", "1", "2"}
    assert [one.name for one in config.attachments.iterdir()] == [folder.name]


async def test_a_disk_that_takes_nothing_answers_unavailable_and_what_was_uploaded_stays(
    operation: Operation, config: RelayConfig
) -> None:
    at, coordinator = path(operation), operation.coordinator
    await announce(coordinator, at)
    await put(coordinator, at, 0, PARTS[0])
    (folder,) = config.attachments.iterdir()
    shutil.move(folder, config.data / "aside")
    folder.write_bytes(b"")  # where a folder belongs: every write into it fails, for whoever runs this test

    full = await put(coordinator, at, 1, PARTS[1])

    assert full.code is ErrorCode.UNAVAILABLE
    folder.unlink()
    shutil.move(config.data / "aside", folder)
    assert await missing(coordinator, at) == (1, 2)
    assert (await put(coordinator, at, 1, PARTS[1])).status == 204


def test_the_largest_attachment_has_the_most_chunks() -> None:
    most = chunk_count(MAX_SEALED_ATTACHMENT_BYTES, MIN_SEALED_CHUNK_BYTES)

    assert most == MAX_ATTACHMENT_CHUNKS
    assert chunk_length(MAX_SEALED_ATTACHMENT_BYTES, MIN_SEALED_CHUNK_BYTES, most - 1) > 0
    assert chunk_length(MAX_SEALED_ATTACHMENT_BYTES, MIN_SEALED_CHUNK_BYTES, most) == 0
