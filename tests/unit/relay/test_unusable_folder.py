"""A relay whose folder cannot be used says so in one sentence and does not start (found by `make faults`)."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from cencomm.errors import Unavailable, UsageError
from cencomm.relay.__main__ import main
from cencomm.relay.config import RelayConfig
from cencomm.relay.folder_lock import RELAY_LOCK_FILE, folder_locked
from tests.fakes.served_relay import StandingClock, running


def test_a_lock_that_the_disk_does_not_open_is_no_defect(tmp_path: Path) -> None:
    (tmp_path / RELAY_LOCK_FILE).mkdir()  # as little a file as one on a read-only disk

    with pytest.raises(Unavailable, match="cannot be used: Is a directory"), folder_locked(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_ends_the_start_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    ended = CliRunner().invoke(main, ["--data", str(tmp_path / "file" / "relay"), "--port", "0"])

    assert ended.exit_code == 1
    assert ended.output.splitlines()[-1].startswith("Error: the relay's folder")


def test_l4_a_folder_is_one_relays(tmp_path: Path) -> None:
    """Two processes would sign two histories with one key, each honestly, and convict the relay of lying."""
    with (
        folder_locked(tmp_path),
        pytest.raises(UsageError, match="a relay is running on"),
        folder_locked(tmp_path),
    ):
        pass

    with folder_locked(tmp_path):  # the lock goes with its holder
        pass


async def test_l4_a_second_relay_on_a_folder_does_not_start_and_the_first_serves_on(config: RelayConfig) -> None:
    async with running(config, StandingClock()) as first:
        with pytest.raises(UsageError, match="already"):
            async with running(config, StandingClock()):
                pass

        assert (await first.ask("GET", "/v1/relay")).status == 200
