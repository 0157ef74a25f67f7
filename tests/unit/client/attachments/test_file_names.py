"""Rule A7: whatever a sender calls a file, it is saved as one plain file."""

from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.client.attachments.file_names import MAX_SAVED_NAME_BYTES, numbered, safe_name


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("photo.jpg", "photo.jpg"),
        ("Rapport n° 7 - été.pdf", "Rapport n° 7 - été.pdf"),
        ("../../x", "x"),
        ("/etc/passwd", "passwd"),
        ("C:\\Windows\\notepad.exe", "notepad.exe"),
        ("..", "attachment"),
        (".", "attachment"),
        ("", "attachment"),
        ("/", "attachment"),
        (".ssh", "ssh"),
        ("a\0b.jpg", "a_b.jpg"),
        ("a\nb.jpg", "a_b.jpg"),
        ("\x1b[2Jx", "_[2Jx"),
        ("gpj.\u202eexe", "gpj._exe"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com1 .log", "_com1 .log"),
        ("LPT¹.x", "_LPT¹.x"),
        ("conference.pdf", "conference.pdf"),
        ("trailing. . ", "trailing"),
        ('a<b>:"|?*c', "a_b______c"),
        ("Capture 10\u202fh\xa005.png", "Capture 10 h 05.png"),
        ("\u0645\u06cc\u200c\u0631\u0648\u0645.txt", "\u0645\u06cc\u200c\u0631\u0648\u0645.txt"),
        ("\u200d", "attachment"),
        ("-rf", "_-rf"),
        ("~root", "_~root"),
        ("x" * 300 + ".jpeg", "x" * 115 + ".jpeg"),
        ("é" * 300, "é" * 60),
        ("x." + "y" * 300, "x." + "y" * 118),
    ],
)
def test_a7_a_hostile_name_becomes_a_plain_one(name: str, saved: str) -> None:
    assert safe_name(name) == saved


@given(st.text(max_size=400))
def test_a7_any_name_is_one_part_of_a_path_everywhere(name: str) -> None:
    saved = safe_name(name)

    assert saved not in {"", ".", ".."}
    assert len(saved.encode()) <= MAX_SAVED_NAME_BYTES
    assert PurePosixPath(saved).parts == (saved,)
    assert PureWindowsPath(saved).parts == (saved,)
    assert not saved.startswith((".", " ", "-", "~"))
    assert not saved.endswith((".", " "))
    assert saved.translate(dict.fromkeys(map(ord, "\u200c\u200d"))).isprintable()


def test_the_next_file_of_a_name_is_numbered() -> None:
    assert [numbered("a.b.jpg", number) for number in (1, 2, 3)] == ["a.b.jpg", "a.b (2).jpg", "a.b (3).jpg"]
