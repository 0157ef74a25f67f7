"""Who is asked, who has seen it, who has answered, and what waits: as the command line tells it."""

import json

from tests.unit.client.person import Person

ASKING = ("--to", "FR", "--answer-by", "12h", "--yes")


def number_of(sent: object) -> str:
    assert isinstance(sent, dict)
    return str(sent["number"])


def listed(somebody: Person, *arguments: str) -> dict[str, dict[str, object]]:
    """The words of each message in the inbox -> its document."""
    documents = json.loads(somebody.does("--json", "inbox", *arguments))
    return {one["values"].get("text") or one["form"]: one for one in documents}


def test_a_question_waits_for_those_whom_it_names_until_one_of_them_answers(ana: Person, carla: Person) -> None:
    carla.does("send", "note", "--set", "text=Is the crate still there?", *ASKING)
    asked = number_of(listed(ana, "--for-us")["Is the crate still there?"])
    first_row = ana.does("inbox", "--for-us").splitlines()[0]

    assert "À VOUS, réponse sous 1" in first_row
    assert "Is the crate still there?" in listed(carla, "--waiting")
    assert "Is the crate still there?" not in listed(carla, "--for-us")

    ana.does("send", "response", "--set", "control_status=not_arrived", "--reply-to", asked, "--yes")

    assert "Is the crate still there?" not in listed(ana, "--for-us")
    assert "Is the crate still there?" not in listed(carla, "--waiting")
    own = number_of(listed(carla)["Is the crate still there?"])
    shown = carla.does("show", own)
    assert "answered" in shown.splitlines()
    assert "Answered by Paris airport (DGDDI, France): message " in shown


def test_who_has_seen_a_message_stands_in_it_with_who_has_not(ana: Person, carla: Person) -> None:
    carla.does("send", "note", "--set", "text=Gate 12 is closed", "--to", "Paris airport", "--yes")
    number = number_of(listed(ana, "--for-us")["Gate 12 is closed"])
    own = number_of(listed(carla)["Gate 12 is closed"])
    assert "Not seen yet: Paris airport (DGDDI, France)" in carla.does("show", own)

    assert "Réception accusée" in ana.does("ack", number)
    assert "déjà" in ana.does("ack", number)

    assert "Gate 12 is closed" not in listed(ana, "--for-us")
    assert "seen by 1 of 1" in carla.does("inbox").splitlines()[0]
    shown = carla.does("show", own)
    assert "Seen: Paris airport (DGDDI, France), " in shown
    assert "Not seen yet" not in shown


def test_seeing_a_question_does_not_answer_it(ana: Person, carla: Person) -> None:
    carla.does("send", "note", "--set", "text=How many boxes?", *ASKING)
    number = number_of(listed(ana, "--for-us")["How many boxes?"])

    ana.does("ack", number)

    assert "How many boxes?" in listed(ana, "--for-us")
    assert "No answer yet: France" in carla.does("show", number_of(listed(carla)["How many boxes?"]))


def test_nobody_acknowledges_their_own_message(carla: Person) -> None:
    carla.does("send", "note", "--set", "text=Mine", "--yes")

    assert "yours" in carla.fails("ack", number_of(listed(carla)["Mine"]))


def test_for_us_and_waiting_are_two_lists(carla: Person) -> None:
    carla.fails("inbox", "--for-us", "--waiting")
