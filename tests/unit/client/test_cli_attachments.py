"""Files at the command line: what is sent of them, what is shown, where they land."""

from pathlib import Path

import pytest

from cencomm.client.attachments.listing import lines
from cencomm.client.words import load_words
from cencomm.forms.attachment import Attachment, AttachmentKey
from cencomm.ids import AttachmentId
from tests.unit.client.attachments import photographs
from tests.unit.client.attachments.photographs import MARKER
from tests.unit.client.person import Person


@pytest.fixture(scope="module")
def photo(folder: Path) -> Path:
    path = folder / "IMG_0001.jpg"
    path.write_bytes(photographs.jpeg(6))
    return path


@pytest.fixture(scope="module")
def manifest(folder: Path) -> Path:
    path = folder / "manifest.pdf"
    path.write_bytes(b"%PDF-1.7 " + MARKER)
    return path


@pytest.fixture(scope="module")
def number(ana: Person, carla: Person, photo: Path, manifest: Path) -> str:
    """Ana's note with both files, in Carla's inbox."""
    said = ana.does("send", "note", "--set", "text=Voyez", "--attach", str(photo), "--attach", str(manifest), "--yes")
    assert "IMG_0001.jpg, 1 ko : seul ce que l'image montre est envoyé." in said
    assert "manifest.pdf, 1 ko : envoyé tel quel" in said
    document = carla.document("inbox")
    assert isinstance(document, list)
    found = next(one for one in document if one["attachments"])
    assert [file["name"] for file in found["attachments"]] == ["IMG_0001.jpg", "manifest.pdf"]
    return str(found["number"])


def test_files_are_listed_and_saved_and_nothing_is_written_over(carla: Person, number: str, tmp_path: Path) -> None:
    assert "[files: 2]" in carla.does("inbox")
    shown = carla.does("show", number)
    assert "Files, to be saved with cencomm save:" in shown
    assert "(image/jpeg, 1 kB, " in shown

    said = carla.does("save", number, "--to", str(tmp_path))
    again = carla.document("save", number, "2", "--to", str(tmp_path))

    assert "Files saved: 2" in said
    assert again == {"saved": [str(tmp_path / "manifest (2).pdf")]}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["IMG_0001.jpg", "manifest (2).pdf", "manifest.pdf"]
    assert MARKER not in (tmp_path / "IMG_0001.jpg").read_bytes()
    assert MARKER in (tmp_path / "manifest.pdf").read_bytes()


def test_a_file_that_is_not_there_and_a_message_without_files_are_said(carla: Person, ana: Person, number: str) -> None:
    assert "files 1 to 2" in carla.fails("save", number, "3")
    carla.does("send", "note", "--set", "text=Nothing with it", "--yes")
    document = carla.document("inbox")
    assert isinstance(document, list)
    assert "has no files" in carla.fails("save", str(document[0]["number"]))
    assert "cannot be read" in ana.fails("send", "note", "--set", "text=x", "--attach", "/nowhere/x", "--yes")


def test_a8_an_unreadable_picture_stops_the_message_unless_it_is_sent_as_it_is(
    ana: Person, carla: Person, folder: Path
) -> None:
    heic = folder / "IMG_2.HEIC"
    heic.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0" + MARKER)

    refused = carla.fails("send", "note", "--set", "text=Look", "--attach", str(heic), "--yes")
    sent = carla.does("send", "note", "--set", "text=Look", "--attach", str(heic), "--as-is", "--yes")

    assert "--as-is" in refused
    assert "sent as it is" in sent
    document = ana.document("inbox")
    assert isinstance(document, list)
    assert [one["values"].get("text") for one in document].count("Look") == 1


def test_no_name_of_a_file_acts_on_the_screen() -> None:
    """A line break could add a line that nobody wrote, an override of direction show another suffix."""
    attachment = Attachment(
        id=AttachmentId(bytes(16)),
        name="a\nProof: device 00000000\u202egpj.exe",
        media_type="image/jpeg",
        size=3_000_000,
        key=AttachmentKey(bytes(32)),
        hash=bytes(32),
    )

    (line,) = lines([attachment], load_words("en"))

    assert line == "  1. \u2068a_Proof_ device 00000000_gpj.exe\u2069 (image/jpeg, 3000 kB, 00000000)"


def test_a_form_names_a_file_by_its_number(ana: Person, carla: Person, photo: Path, manifest: Path) -> None:
    files = ("--attach", str(manifest), "--attach", str(photo))
    report = (
        *("--set", "case_ref=A-7", "--set", "seizure_date=2026-11-05", "--set", "reporting_country=FR"),
        *("--set", "location_type=airport", "--set", "place.city=Paris", "--set", "place.country=FR"),
        *(
            "--set",
            "items[0].category=CIT",
            "--set",
            "items[0].quantity.amount=1",
            "--set",
            "items[0].quantity.unit=KGM",
        ),
        *("--set", "items[0].quantity.basis=net", "--set", "images[0].kind=goods"),
    )

    refused = ana.fails("send", "seizure", *report, "--set", "images[0].file=3", *files, "--yes")
    ana.does("send", "seizure", *report, "--set", "images[0].file=2", *files, "--yes")

    assert "names file 3, and 2 are attached" in refused
    document = carla.document("inbox")
    assert isinstance(document, list)
    named = document[0]["values"]["images"][0]["file"]
    shown = carla.does("show", str(document[0]["number"]))
    assert f"IMG_0001.jpg\u2069 (image/jpeg, 1 kB, {named[:8]})" in shown
