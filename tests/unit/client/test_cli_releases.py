"""What goes to CEN, decided at the command line: by the owner's service, seen by all its posts, taken back."""

import json
from pathlib import Path

import pytest

from tests.fakes.loopback_relay import LoopbackRelay
from tests.fakes.typist import in_mailbox
from tests.unit.client.attachments import photographs
from tests.unit.client.attachments.photographs import MARKER
from tests.unit.client.person import Person, signed_up

FORM = Path(__file__).parents[3] / "templates" / "messages" / "release.toml"
NAME = "Exemplaire"


def report(reference: str, *more: str) -> tuple[str, ...]:
    settings = (
        *(f"case_ref={reference}", "seizure_date=2026-11-20", "reporting_country=FR", "location_type=airport"),
        *("place.country=FR", "items[0].category=CIT", "items[0].quantity.amount=2", "items[0].quantity.unit=KGM"),
        *("persons[0].role=passenger", f"persons[0].surname={NAME}"),
    )
    return tuple(part for setting in (*settings, *more) for part in ("--set", setting))


def newest(somebody: Person) -> dict[str, object]:
    document: dict[str, object] = json.loads(somebody.does("--json", "inbox"))[0]
    return document


def standings(somebody: Person, *options: str) -> dict[str, tuple[str, str | None]]:
    listed = somebody.document("release", "list", *options)
    assert isinstance(listed, list)
    return {one["message"]: (one["standing"], one["reason"]) for one in listed}


@pytest.fixture(scope="module", autouse=True)
def _channel(carla: Person) -> None:
    carla.does("operation", "form", str(FORM))
    roles = ("--role", "coordinator", "--role", "officer", "--role", "cen")
    carla.does("operation", "channel", "open", "--kind", "release", "--title", "For CEN", *roles, "--yes")


@pytest.fixture(scope="module")
def lyon(folder: Path, password_file: Path, relay: LoopbackRelay, carla: Person) -> Person:
    """Another post of Ana's service."""
    somebody = signed_up(folder, password_file, relay, "lyon", "en")
    letter = folder / "lyon.letter"
    post = ("--role", "officer", "--name", "Lyon airport", "--organisation", "DGDDI", "--country", "FR")
    carla.does("operation", "invite", *post, "--letter", str(letter))
    somebody.does("operation", "join", str(letter), "--yes")
    carla.does("operation", "admit")
    somebody.does("inbox")
    return somebody


def sent(ana: Person, reference: str, *more: str, files: tuple[str, ...] = ()) -> tuple[str, str]:
    """The seizure's number at Ana's, and its message id."""
    ana.does("send", "seizure", *report(reference, *more), *files, "--yes")
    document = newest(ana)
    return str(document["number"]), str(document["message"])


def at(somebody: Person, message: str) -> str:
    """The number that the message has there."""
    listed = json.loads(somebody.does("--json", "inbox", "--all"))
    return str(next(one["number"] for one in listed if one["message"] == message))


def test_a_decision_is_seen_by_the_service_and_by_nobody_else(ana: Person, lyon: Person, carla: Person) -> None:
    """R7: pending, refused, approved, withdrawn, by either post of the service."""
    number, message = sent(ana, "FR-41")
    assert standings(lyon)[message] == ("undecided", None)
    theirs = at(lyon, message)

    ana.does("release", "ask", number)
    assert standings(lyon, "--open")[message] == ("pending", None)

    lyon.does("release", "refuse", theirs, "--reason", "investigation")
    assert standings(ana)[message] == ("refused", "investigation")
    assert "refusée" in ana.does("release", "list")

    assert "withheld: persons[0].surname" in lyon.does("release", theirs, "--yes")
    assert NAME not in json.dumps(newest(carla))
    assert standings(ana)[message] == ("approved", None)
    assert "there is nothing to refuse" in lyon.fails("release", "refuse", theirs)

    ana.does("release", "withdraw", number, "--reason", "mistake", "--yes")
    assert standings(lyon)[message] == ("withdrawn", "mistake")

    assert standings(carla) == {}
    for act in ((), ("refuse",)):
        assert "belongs to Paris airport" in carla.fails("release", *act, at(carla, message))


def test_r1_a_whole_seizure_does_not_go_where_cen_reads(ana: Person) -> None:
    assert "'seizure'" in ana.fails("send", "seizure", *report("FR-40"), "--channel", "For CEN", "--yes")


def test_a_text_that_looks_personal_stops_the_release_until_it_is_changed(ana: Person, carla: Person) -> None:
    number, message = sent(ana, "FR-42", f"concealment_text=Dans la valise de {NAME}, tel. 0612345678")
    before = newest(carla)["message"]

    refused = ana.fails("release", number, "--yes")
    again = ana.run("--json", "release", number)

    assert "concealment_text" in refused
    assert (again.exit_code, json.loads(again.output)["error"]["code"]) == (1, "unseen")
    assert (newest(carla)["message"], standings(ana)[message][0]) == (before, "undecided")

    ana.does("release", number, "--text", "concealment_text=Dans une valise", "--yes")
    assert newest(carla)["values"] | {"concealment_text": "Dans une valise"} == newest(carla)["values"]  # type: ignore[operator]  # a document


def test_an_owner_at_a_terminal_confirms_one_text_and_writes_another_anew(
    lyon: Person, ana: Person, password_file: Path
) -> None:
    _, message = sent(ana, "FR-43", f"concealment_text=Valise de {NAME}", "customs_office=Mme Bureau")

    with in_mailbox(lyon.folder, password_file, "release", at(lyon, message)) as typist:
        typist.sees(r"Mme Bureau")
        typist.sees(r"Bureau: looks like a name")
        typist.sees(r"say nothing of a person or company\? \[y/N\]")
        typist.types("y")
        typist.sees(rf"{NAME}: looks like a name[^?]*\? \[y/N\]")
        typist.types("n")
        typist.sees(r"Write it anew")
        typist.types("Une valise")
        typist.sees(r"Release it\? \[y/N\]")
        typist.types("y")

    assert typist.exit_code == 0
    values = newest(ana)["values"]
    assert isinstance(values, dict)
    assert (values["customs_office"], values["concealment_text"]) == ("Mme Bureau", "Une valise")


def test_a_picture_goes_bare_under_a_number_and_only_if_it_was_named(
    ana: Person, carla: Person, folder: Path, tmp_path: Path
) -> None:
    """R6, A8: also one that its sender sent with all that it says of itself."""
    photo = folder / f"{NAME}.jpg"
    photo.write_bytes(photographs.jpeg(6))
    paper = folder / "paper.pdf"
    paper.write_bytes(b"%PDF-1.7")
    number, _ = sent(ana, "FR-44", files=("--attach", str(paper), "--attach", str(photo), "--as-is"))

    assert "no picture" in ana.fails("release", number, "--picture", "1", "--yes")
    ana.does("release", number, "--picture", "2", "--yes")

    document = newest(carla)
    files = document["attachments"]
    assert isinstance(files, list)
    assert [file["name"] for file in files] == ["picture-1.jpg"]
    carla.does("save", str(document["number"]), "--to", str(tmp_path))
    assert MARKER not in (tmp_path / "picture-1.jpg").read_bytes()

    ana.does("release", number, "--yes")
    assert newest(carla)["attachments"] == []
