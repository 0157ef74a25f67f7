"""Whose store a folder is: one nation's and one kind's, for good."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.archive.kind import ARCHIVE
from cencomm.errors import UsageError
from cencomm.ncen.kind import NATION
from cencomm.ncen.nation import Nation, read_nation, settle_nation
from cencomm.node.data_folder import DataFolder
from cencomm.node.errors import NodeDamaged, NoNode


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    one = DataFolder(tmp_path / "ncen")
    one.make()
    return one


@given(st.text())
def test_any_text_is_a_nation_or_refused(text: str) -> None:
    try:
        nation = Nation(text)
    except UsageError:
        return
    assert nation.code == text
    assert len(text) == 2


def test_a_folder_is_one_nations_for_good(folder: DataFolder) -> None:
    settle_nation(folder, Nation("KE"))
    settle_nation(folder, Nation("KE"))

    with pytest.raises(UsageError, match="folder of its own"):
        settle_nation(folder, Nation("FR"))
    assert read_nation(folder) == Nation("KE")


def test_a_folder_that_names_no_country_is_not_run(folder: DataFolder) -> None:
    with pytest.raises(NoNode):
        read_nation(folder)
    (folder.path / "nation").write_text("Kenya")
    with pytest.raises(NodeDamaged):
        read_nation(folder)


def test_an_archive_is_not_started_in_an_ncens_folder_nor_the_other_way_round(folder: DataFolder) -> None:
    """It would record every nation's reports beside the one's that the folder is for."""
    NATION.settle(folder)
    settle_nation(folder, Nation("KE"))
    NATION.settle(folder)

    NATION.surroundings(folder)
    with pytest.raises(NoNode, match="another kind"):
        ARCHIVE.surroundings(folder)
    with pytest.raises(NoNode, match="another kind"):
        ARCHIVE.settle(folder)


def test_a_folder_from_before_there_were_kinds_is_an_archives(folder: DataFolder) -> None:
    folder.key_file.write_bytes(b"keys")

    ARCHIVE.surroundings(folder)
    with pytest.raises(NoNode, match="another kind"):
        NATION.settle(folder)
    ARCHIVE.settle(folder)

    assert folder.kind_file.read_text() == "cencomm.archive"
