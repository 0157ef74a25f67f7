"""Files of records: announced in the record's transaction, shown by number and name, believed when they verify."""

from pathlib import Path

import pytest
from sqlalchemy import delete, update

from cencomm.client.errors import StaleStore
from cencomm.client.reports import Reports
from cencomm.client.words import load_words
from cencomm.errors import UsageError
from cencomm.forms.attachment import Attachment, AttachmentKey, ContentHash
from cencomm.forms.wording import Wording
from cencomm.ids import AttachmentId
from cencomm.node.files.attachments import (
    FileState,
    StoredFile,
    count_unfinished,
    files_of_message,
    list_files,
    put_piece,
    set_state,
    unfinished,
)
from cencomm.node.records.criteria import Criteria, Labels
from cencomm.node.records.export import Export
from cencomm.node.records.inspection import inspect_records
from cencomm.node.records.tables import ATTACHMENT_PIECES, ATTACHMENTS
from cencomm.node.records.verify import Check, Verification
from tests.unit.node.records.keep import Keep
from tests.unit.node.records.operation import Desk

CONTENT = b"The manifest says coffee."


def described(content: bytes = CONTENT, *, name: str = "manifest.pdf", id_: int = 1) -> Attachment:
    id_bytes, key = AttachmentId(bytes([id_]) * 16), AttachmentKey(b"k" * 32)
    hashing = ContentHash(id_bytes, key, len(content))
    hashing.add(content)
    return Attachment(
        id=id_bytes, name=name, media_type="application/pdf", size=len(content), key=key, hash=hashing.digest()
    )


async def files(archive: Keep, *, unfinished_only: bool = False) -> list[StoredFile]:
    async with archive.database.reading() as connection:
        return await list_files(connection, unfinished_only=unfinished_only, limit=10)


async def keep(archive: Keep, row: int, content: bytes = CONTENT) -> None:
    await archive.database.transact(lambda connection: put_piece(connection, row, 0, content))
    await archive.database.transact(lambda connection: set_state(connection, row, FileState.KEPT))


async def verified(archive: Keep, desk: Desk, reports: Reports) -> Verification:
    async with archive.database.reading() as connection:
        return await inspect_records(connection, {desk.operation.id: desk.operation}, reports, lambda _: None)


async def test_files_wait_from_the_moment_in_which_their_message_is_recorded(archive: Keep, desk: Desk) -> None:
    attached = (described(), described(name="photo.jpg", id_=2))

    await archive.take(desk.message("note", {"text": "See"}, attachments=attached))

    found = await files(archive)
    assert [(one.number, one.name, one.state) for one in found] == [
        (2, "photo.jpg", FileState.WAITING),
        (1, "manifest.pdf", FileState.WAITING),
    ]
    assert [one.described for one in found] == [*reversed(attached)]
    async with archive.database.reading() as connection:
        assert await count_unfinished(connection) == {FileState.WAITING: 2}


async def test_a_record_that_was_not_made_announces_nothing(archive: Keep, desk: Desk) -> None:
    with pytest.raises(StaleStore):
        await archive.journal.record(
            {}, desk.message("note", {"text": "See"}, attachments=(described(),)), expected_version=7
        )

    async with archive.database.reading() as connection:
        assert await unfinished(connection) == []


async def test_a_search_finds_files_by_name_and_shows_them(archive: Keep, desk: Desk, labels: Labels) -> None:
    await archive.take(
        desk.message("note", {"text": "First"}, attachments=(described(), described(name="photo.jpg", id_=2))),
        desk.message("note", {"text": "Second"}, attachments=(described(name="other.txt"),)),
        desk.message("note", {"text": "Third"}),
    )

    page = await archive.page(Criteria(text="manifest"), labels)
    everything = await archive.page(Criteria(), labels)

    assert [one.heading for one in page.found] == ["First"]
    assert page.found[0].files == ("manifest.pdf", "photo.jpg")
    assert sorted(one.files for one in everything.found) == [(), ("manifest.pdf", "photo.jpg"), ("other.txt",)]


async def test_an_export_names_the_files(
    archive: Keep, desk: Desk, labels: Labels, wording: Wording, tmp_path: Path
) -> None:
    attached = (described(name="../=cmd.pdf"), described(name="b.jpg", id_=2))
    await archive.take(desk.message("note", {"text": "See"}, attachments=attached))

    async with archive.database.reading() as connection:
        await Export(labels, wording, load_words("en")).to_csv(
            connection, Criteria(), tmp_path / "out", bom=False, progress=lambda _done, _total: None
        )

    said = (tmp_path / "out" / "note.csv").read_text("utf-8")
    assert ",Files," in said
    assert "'=cmd.pdf; b.jpg" in said


async def test_a_file_is_verified_by_the_hash_that_its_author_signed(
    archive: Keep, desk: Desk, reports: Reports
) -> None:
    await archive.take(desk.message("note", {"text": "See"}, attachments=(described(),)))
    (file,) = await files(archive)
    waiting = await verified(archive, desk, reports)
    await keep(archive, file.row)

    kept = await verified(archive, desk, reports)

    assert (waiting.absent_files, waiting.failed[Check.FILES]) == (1, 0)
    assert (kept.absent_files, kept.passed[Check.FILES], kept.failed[Check.FILES]) == (0, 1, 0)


async def test_a_changed_file_a_changed_name_and_a_lost_row_are_found(
    archive: Keep, desk: Desk, reports: Reports
) -> None:
    await archive.take(desk.message("note", {"text": "See"}, attachments=(described(),)))
    (file,) = await files(archive)
    await keep(archive, file.row, CONTENT.replace(b"coffee", b"cocoa!"))
    changed = await verified(archive, desk, reports)
    await archive.database.transact(lambda connection: connection.execute(update(ATTACHMENTS).values(name="x")))
    renamed = await verified(archive, desk, reports)
    await archive.database.transact(lambda connection: connection.execute(delete(ATTACHMENT_PIECES)))
    await archive.database.transact(lambda connection: connection.execute(delete(ATTACHMENTS)))
    lost = await verified(archive, desk, reports)

    details = [next(one.detail for one in run.findings if one.check is Check.FILES) for run in (changed, renamed, lost)]
    assert "whose hash its author signed" in details[0]
    assert "other files" in details[1]
    assert "other files" in details[2]


async def test_a_message_is_named_by_the_beginning_of_its_id(archive: Keep, desk: Desk) -> None:
    with_file = desk.message("note", {"text": "See"}, attachments=(described(),))
    without = desk.message("note", {"text": "None"})
    await archive.take(with_file, without)

    async with archive.database.reading() as connection:
        (file,) = await files_of_message(connection, with_file.envelope.message.hex()[:8])
        for prefix, reason in (
            (without.envelope.message.hex(), "no files"),
            ("00000000", "no messages"),
            ("abc", "first 8 digits"),
            ("%%%%%%%%", "first 8 digits"),
        ):
            with pytest.raises(UsageError, match=reason):
                await files_of_message(connection, prefix)

    assert file.name == "manifest.pdf"
