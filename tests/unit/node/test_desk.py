"""What a node's commands print: tables whose cells can be typed into the next command."""

from pathlib import Path

import pytest

from cencomm.archive.kind import ARCHIVE
from cencomm.client.words import load_words
from cencomm.node.commands.desk import Desk
from cencomm.node.data_folder import DataFolder


def test_a_table_wider_than_the_terminal_keeps_every_letter(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    desk = Desk(ARCHIVE, DataFolder(tmp_path), load_words("fr"), as_json=False)

    desk.show_table(["Heading", "Author", "Message"], [["h" * 50, "a" * 50, "44a3ac01"]], [])

    heads, row = capsys.readouterr().out.splitlines()
    assert heads.split() == ["Intitulé", "Auteur", "Message"]
    assert row.split() == ["h" * 50, "a" * 50, "44a3ac01"]
