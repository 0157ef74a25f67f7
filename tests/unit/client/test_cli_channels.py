"""Channels beside the main one, as the command line opens them, lists them and keeps answers in them."""

import json

from tests.unit.client.person import Person

NAMED = ("--member", "Unit A", "--member", "Paris airport")


def opened(carla: Person, kind: str, title: str, *readers: str) -> str:
    return carla.does("operation", "channel", "open", "--kind", kind, "--title", title, *readers, "--yes")


def newest(somebody: Person) -> dict[str, object]:
    listed = json.loads(somebody.does("--json", "inbox"))
    document: dict[str, object] = listed[0]
    return document


def test_a_bilateral_channel_names_its_readers_before_and_an_answer_stays_in_it(ana: Person, carla: Person) -> None:
    said = opened(carla, "bilateral", "Crate 9", *NAMED)
    assert "  Paris airport (DGDDI, France)" in said.splitlines()
    assert "No archive is among them" in said

    sent = carla.does("send", "note", "--set", "text=Between us", "--channel", "Crate", "--yes")
    assert "Readers of Crate 9:" in sent
    number = str(newest(ana)["number"])
    answer = ana.does("send", "note", "--set", "text=Understood", "--reply-to", number, "--yes")

    assert "Crate 9" in answer
    assert newest(carla)["channel"] == newest(ana)["channel"]
    assert "Crate 9" in ana.fails("send", "note", "--set", "text=a", "--reply-to", number, "--channel", "Tous", "--yes")


def test_the_list_says_who_reads_which_channel(ana: Person, carla: Person) -> None:
    opened(carla, "unit", "Unit only")

    listed = ana.does("operation", "channel", "list").splitlines()
    documents = json.loads(carla.does("--json", "operation", "channel", "list"))

    unit = listed.index("Unit only (unité de coordination seule)")
    assert listed[unit + 1 : unit + 3] == ["  Unit A (WCO)", "  Vous ne le lisez pas."]
    (one,) = [document for document in documents if document["title"] == "Unit only"]
    assert (one["kind"], [reader["name"] for reader in one["readers"]]) == ("unit", ["Unit A"])


def test_two_channels_have_two_titles(carla: Person) -> None:
    opened(carla, "regional", "Twice", "--role", "coordinator")

    assert "already" in carla.fails(
        "operation", "channel", "open", "--kind", "regional", "--title", "twice", "--role", "coordinator", "--yes"
    )


def test_an_officer_opens_no_channel(ana: Person) -> None:
    assert "Unit A" in ana.fails("operation", "channel", "open", "--kind", "unit", "--title", "Ours", "--yes")


def test_an_officer_asks_for_a_channel_and_a_coordinator_opens_it(ana: Person, carla: Person) -> None:
    ask = ("operation", "channel", "request", "--with", "Unit A", "--title")
    assert "--title" in ana.fails(*ask, "two\nlines")
    asked = ana.document(*ask, "Crate 12")
    assert isinstance(asked, dict)
    digits = str(asked["request"])

    listed = carla.does("operation", "channel", "requests")
    assert f"{digits}  Paris airport (DGDDI, France) asks for a channel: Crate 12" in listed.splitlines()
    opened_as_asked = carla.does("operation", "channel", "open", "--request", digits, "--yes")

    assert "  Paris airport (DGDDI, France)" in opened_as_asked.splitlines()
    assert "Channel opened: Crate 12" in opened_as_asked
    assert "Aucun" in ana.does("operation", "channel", "requests")
    assert "no one request" in carla.fails("operation", "channel", "open", "--request", digits, "--yes")
    assert "Crate 12" in ana.does("send", "note", "--set", "text=Ours", "--channel", "Crate 12", "--yes")


def test_what_a_request_says_is_not_said_twice(carla: Person) -> None:
    assert "--request" in carla.fails("operation", "channel", "open", "--kind", "unit")
    assert "at most" in carla.fails("operation", "channel", "open", "--kind", "unit", "--request", "12345678")
