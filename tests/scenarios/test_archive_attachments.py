"""The archive fetches the files of what it recorded, beside the recording, until it has them."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import web
from click.testing import CliRunner

from cencomm.__main__ import assemble
from cencomm.client.channel.posting import send
from cencomm.node.files.attachments import FileState, StoredFile, list_files
from cencomm.node.membership import opened
from cencomm.node.records.verify import Check
from tests.fakes.loopback_relay import Handler, LoopbackRelay
from tests.scenarios.archive import SECONDS, Archive
from tests.scenarios.people import Person, Place, draft
from tests.scenarios.test_member_attachments import EVIDENCE, with_files
from tests.scenarios.test_two_officers import SEIZURE


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "evidence.pdf"
    path.write_bytes(EVIDENCE)
    return path


async def file_in(archive: Archive, state: FileState) -> StoredFile:
    """The archive's one file, as soon as it is so far."""
    async with asyncio.timeout(SECONDS):
        while True:
            async with opened(archive.folder) as database, database.reading() as connection:
                found = await list_files(connection, unfinished_only=False, limit=2)
            if [one.state for one in found] == [state]:
                return found[0]
            await asyncio.sleep(0.05)


async def test_a_file_is_fetched_verified_and_saved_again(
    ana: Person, archive: Archive, meeting: Place, file: Path, tmp_path: Path
) -> None:
    archive.start()
    await send(ana.mailbox, meeting.operation, meeting.channel, await with_files(ana, meeting, file))

    kept = await file_in(archive, FileState.KEPT)

    verification = await archive.verify()
    assert (verification.passed[Check.FILES], verification.sound) == (1, True)
    out = tmp_path / "out"
    await asyncio.to_thread(out.mkdir)
    command = ["archive", "save", kept.message.hex()[:8], "--data", str(archive.folder.path), "--to", str(out)]
    result = await asyncio.to_thread(CliRunner().invoke, assemble(), command)
    assert result.exit_code == 0, result.output
    assert await asyncio.to_thread((out / "evidence.pdf").read_bytes) == EVIDENCE


async def test_a_relay_that_has_no_file_or_a_wrong_one_holds_up_no_record_and_is_asked_again(
    ana: Person, archive: Archive, meeting: Place, file: Path, server: LoopbackRelay
) -> None:
    async def withhold(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method == "GET" and "/attachments/" in request.path:
            body = '{"error":{"code":"not_found","message":"there is nothing here","details":{}}}'
            return web.Response(status=404, text=body, content_type="application/json")
        return await handler(request)

    async def alter(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method == "GET" and request.path.endswith("/chunks"):
            return web.Response(body=b"something else", content_type="application/octet-stream")
        return await handler(request)

    server.meddle = withhold
    archive.start()
    await send(ana.mailbox, meeting.operation, meeting.channel, await with_files(ana, meeting, file))
    await send(ana.mailbox, meeting.operation, meeting.channel, draft(meeting, SEIZURE))
    await archive.headings(2)  # nothing waits for the file

    missing = await file_in(archive, FileState.MISSING)
    await archive.stop()
    server.meddle = alter
    archive.start()
    altered = await file_in(archive, FileState.ALTERED)
    assert (await archive.verify()).absent_files == 1
    await archive.stop()
    server.meddle = None
    archive.start()
    kept = await file_in(archive, FileState.KEPT)

    assert missing.detail is not None
    assert "nothing here" in missing.detail
    assert altered.detail is not None
    assert "another length" in altered.detail
    assert kept.detail is None
    verification = await archive.verify()
    assert (verification.absent_files, verification.sound) == (0, True)
