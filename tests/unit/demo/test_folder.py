"""The folder of a demonstration removes what demonstrations left, and nothing else."""

from pathlib import Path

import pytest

from cencomm.demo.folder import DemoFolder, write_private
from cencomm.errors import Unavailable, UsageError


def test_what_an_earlier_demonstration_left_is_removed(tmp_path: Path) -> None:
    folder = DemoFolder(tmp_path / "demo")
    with folder.cleared():
        write_private(folder.password_file("ana"), "secret\n")

    with folder.cleared():
        assert not folder.password_file("ana").exists()


def test_a_folder_with_somebody_elses_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    theirs = tmp_path / "relay" / "thesis.txt"
    theirs.parent.mkdir()
    theirs.write_text("years of work")

    with pytest.raises(UsageError, match="no demonstration made"), DemoFolder(tmp_path).cleared():
        pass

    assert theirs.read_text() == "years of work"


def test_a_folder_in_which_another_one_plays_is_refused_and_left_alone(tmp_path: Path) -> None:
    folder = DemoFolder(tmp_path / "demo")

    with folder.cleared():
        write_private(folder.password_file("ana"), "secret\n")
        with pytest.raises(Unavailable, match="another demonstration"), folder.cleared():
            pass

        assert folder.password_file("ana").read_text() == "secret\n"


def test_passwords_are_for_their_owner_only(tmp_path: Path) -> None:
    folder = DemoFolder(tmp_path / "demo")

    with folder.cleared():
        write_private(folder.password_file("ana"), "secret\n")

        assert folder.password_file("ana").stat().st_mode & 0o777 == 0o600
        assert all(path.stat().st_mode & 0o077 == 0 for path in folder.path.rglob("*"))
        assert folder.path.stat().st_mode & 0o077 == 0
