"""A backup is made beside the running relay, and nothing of it is believed before everything of it verified."""

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from cencomm.errors import UsageError
from cencomm.relay.backup import back_up, restore
from cencomm.relay.backup_commands import backup_command, restore_command
from cencomm.relay.config import RelayConfig
from cencomm.site.backup import MANIFEST, DamagedBackup
from cencomm.wire.attachments import AnnounceAttachment
from cencomm.wire.limits import MIN_SEALED_CHUNK_BYTES
from tests.fakes.founded_operation import Operation
from tests.fakes.served_relay import StandingClock, config_for, running


def silent(_: str) -> None:
    """Nobody listens."""


async def filled(operation: Operation) -> None:
    """Messages, an attachment that is complete and one that is not."""
    for _ in range(3):
        await operation.publish(operation.message())
    whole = f"{operation.channel_path}/attachments/{'01' * 16}"
    half = f"{operation.channel_path}/attachments/{'02' * 16}"
    parts = (b"a" * MIN_SEALED_CHUNK_BYTES, b"b" * 100)
    announced = AnnounceAttachment(size=sum(map(len, parts)), chunk=MIN_SEALED_CHUNK_BYTES)
    for path in (whole, half):
        await operation.coordinator.ask("PUT", path, announced)
    for number, part in enumerate(parts):
        assert (await operation.coordinator.ask("PUT", f"{whole}/chunks/{number}", data=part)).status == 204
    assert (await operation.coordinator.ask("PUT", f"{half}/chunks/0", data=parts[0])).status == 204


async def backed_up(operation: Operation, config: RelayConfig, into: Path) -> Path:
    await filled(operation)
    await asyncio.to_thread(back_up, config.data, into, clock=operation.relay.clock, progress=silent)
    return into


async def test_a_relay_goes_on_from_a_backup_that_was_made_while_messages_flowed(
    operation: Operation, config: RelayConfig, tmp_path: Path
) -> None:
    await filled(operation)
    copying = asyncio.create_task(
        asyncio.to_thread(back_up, config.data, tmp_path / "backup", clock=operation.relay.clock, progress=silent)
    )
    sent = 0
    while not copying.done():
        assert (await operation.publish(operation.message())).status == 200
        sent += 1
    made = await copying

    restored = restore(tmp_path / "backup", tmp_path / "restored", progress=silent)

    assert restored == made
    assert 4 <= restored.log_entries <= 4 + sent
    assert restored.chunks == 2
    async with running(config_for(tmp_path / "restored"), StandingClock(), seed="second") as relay:
        assert relay.receipt_key == operation.relay.receipt_key
        operation.relay = operation.coordinator.relay = relay
        assert len((await operation.log()).entries) == restored.log_entries
        chunks = await operation.coordinator.ask(
            "GET", f"{operation.channel_path}/attachments/{'01' * 16}/chunks?first=1"
        )
        assert chunks.body == b"b" * 100
        gone = await operation.coordinator.ask("GET", f"{operation.channel_path}/attachments/{'02' * 16}")
        assert gone.status == 404  # whoever was sending it announces it again


async def test_nothing_is_written_over(operation: Operation, config: RelayConfig, tmp_path: Path) -> None:
    backup = await backed_up(operation, config, tmp_path / "backup")

    again = CliRunner().invoke(backup_command, ["--data", str(config.data), "--to", str(backup)])
    over = CliRunner().invoke(restore_command, ["--from", str(backup), "--data", str(config.data)])

    assert again.exit_code == over.exit_code == 1
    assert "not empty" in again.output
    assert "not empty" in over.output


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


async def test_a_backup_with_one_changed_missing_or_added_file_restores_nothing(
    operation: Operation, config: RelayConfig, tmp_path: Path
) -> None:
    backup = await backed_up(operation, config, tmp_path / "backup")
    chunk = next((backup / "attachments").rglob("1.*"))
    content = chunk.read_bytes()

    for name in ("relay.sqlite", "receipt.key", str(chunk.relative_to(backup))):
        flip(backup / name)
        with pytest.raises(DamagedBackup, match="not the file that was copied"):
            restore(backup, tmp_path / "restored", progress=silent)
        flip(backup / name)
    chunk.unlink()
    with pytest.raises(DamagedBackup, match="is missing"):
        restore(backup, tmp_path / "restored", progress=silent)
    chunk.write_bytes(content)
    (backup / "more").write_bytes(b"")
    with pytest.raises(DamagedBackup, match="not of this backup"):
        restore(backup, tmp_path / "restored", progress=silent)
    (backup / "more").unlink()
    assert not (tmp_path / "restored").exists()
    restore(backup, None, progress=silent)


async def test_a_backup_that_was_interrupted_is_none(operation: Operation, config: RelayConfig, tmp_path: Path) -> None:
    backup = await backed_up(operation, config, tmp_path / "backup")
    (backup / MANIFEST).unlink()

    with pytest.raises(DamagedBackup, match="no finished backup"):
        restore(backup, None, progress=silent)


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "backup.json", ""])
async def test_a_manifest_that_names_files_elsewhere_is_refused(
    operation: Operation, config: RelayConfig, tmp_path: Path, name: str
) -> None:
    backup = await backed_up(operation, config, tmp_path / "backup")
    manifest = json.loads((backup / MANIFEST).read_text())
    manifest["files"][name] = manifest["files"]["receipt.key"]
    (backup / MANIFEST).write_text(json.dumps(manifest))

    with pytest.raises(DamagedBackup):
        restore(backup, tmp_path / "restored", progress=silent)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE log_entries SET message = zeroblob(10) WHERE sequence = 2",
        "DELETE FROM log_entries WHERE sequence = 2",
        "UPDATE log_entries SET hash = zeroblob(32) WHERE sequence = 4",
        "DELETE FROM ledger_entries WHERE sequence = 1",
        "UPDATE attachment_chunks SET hash = zeroblob(32) WHERE number = 1",
    ],
)
async def test_a_relay_whose_tables_were_changed_is_not_backed_up_as_whole(
    operation: Operation, config: RelayConfig, tmp_path: Path, change: str
) -> None:
    """A backup of a damaged relay, believed for a year, is the loss of the year."""
    await filled(operation)
    with sqlite3.connect(config.database) as connection:
        connection.execute(change)
    connection.close()

    with pytest.raises((DamagedBackup, UsageError)):
        await asyncio.to_thread(back_up, config.data, tmp_path / "backup", clock=operation.relay.clock, progress=silent)

    assert not (tmp_path / "backup" / MANIFEST).exists()


async def test_the_commands_say_what_they_did(operation: Operation, config: RelayConfig, tmp_path: Path) -> None:
    await filled(operation)
    backup, data = str(tmp_path / "backup"), str(tmp_path / "restored")

    made = await asyncio.to_thread(CliRunner().invoke, backup_command, ["--data", str(config.data), "--to", backup])
    checked = CliRunner().invoke(restore_command, ["--from", backup, "--verify"])
    back = CliRunner().invoke(restore_command, ["--from", backup, "--data", data])
    neither = CliRunner().invoke(restore_command, ["--from", backup])

    assert [made.exit_code, checked.exit_code, back.exit_code, neither.exit_code] == [0, 0, 0, 2]
    assert "1 operations with 2 ledger entries" in made.output
    assert "is restored to" in back.output
    assert "--verify" in neither.output
