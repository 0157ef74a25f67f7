"""Two coordinators at their terminals: they found together, sign together, and reset an officer (L5, D7)."""

from pathlib import Path

import pytest

from cencomm.ids import AccountId, OperationId
from cencomm.ledger.enrolment_code import EnrolmentCode
from cencomm.ledger.letter import AccessLetter
from cencomm.ledger.reset_letter import ResetLetter
from tests.fakes.loopback_relay import LoopbackRelay
from tests.unit.client.person import PLAN, Person, signed_up

MEND = "cencomm account device-secret --letter FILE"
NEW_PASSWORD = "a new phrase after the loss of the old one"


@pytest.fixture(scope="module")
def real_plan(folder: Path) -> Path:
    """The sample, as if it were no exercise."""
    plan = folder / "real.toml"
    plan.write_text(PLAN.read_text("utf-8").replace("exercise = true", "exercise = false"), encoding="utf-8")
    return plan


def test_two_coordinators_from_the_letter_to_a_reset(
    folder: Path, password_file: Path, relay: LoopbackRelay, real_plan: Path
) -> None:
    """One story, since each command costs the stretching of a password."""
    first = signed_up(folder, password_file, relay, "first", "en", sealed=True)
    second = signed_up(folder, password_file, relay, "second", "fr", sealed=True)
    third = signed_up(folder, password_file, relay, "third", "en")
    letter, create = folder / "founding.letter", ("operation", "create", str(real_plan), "--name", "Desk A")
    found = (*create, "--organisation", "WCO")

    assert MEND in third.fails(*found)
    said = first.does(*found, "--letter", str(letter))
    assert "by voice" in said
    assert MEND in third.fails("operation", "cofound", str(letter), "--yes")
    assert "has not answered" in first.fails(*found)
    assert "relais" in second.does("operation", "cofound", str(letter), "--yes")
    words = first.document(*found)
    assert words == second.document("operation", "cofound", str(letter), "--yes")

    post = folder / "paris2.letter"
    first.does("operation", "invite", "--post", "paris", "--letter", str(post))
    assert "Withdrawn" in first.does("operation", "invite", "--post", "paris", "--withdraw")
    post.unlink()
    first.does("operation", "invite", "--post", "paris", "--letter", str(post))
    officer = signed_up(folder, password_file, relay, "officer", "en")
    officer.does("operation", "join", str(post), "--yes")
    assert "Admis" in second.does("operation", "admit")  # with the code that the other desk made

    assert "waits for" in first.does("operation", "revoke", "Coordination unit, desk B", "--yes")
    listed = second.does("operation", "pending")
    assert "Révoquer" in listed
    assert "Desk A" in listed
    digits = listed.split()[0]
    assert "Refusé" in second.does("operation", "cosign", digits, "--refuse")
    assert "refused by" in first.does("operation", "cosign", digits, "--refuse")
    assert "Rien" in second.does("operation", "pending")
    assert "no request 1:" in second.fails("operation", "cosign", "1")

    reset = folder / "officer.reset"
    second.does("operation", "reset", "paris", "--yes", "--letter", str(reset))
    new_password = folder / "new-password"
    new_password.write_text(NEW_PASSWORD + "\n", encoding="utf-8")
    again = Person(folder / "again", new_password, "en")
    assert "wait for the unit" in again.does("sign-up", "--name", "officer", "--reset", str(reset), "--yes")
    assert "New keys for" in first.does("operation", "admit")
    again.does("sign-in", "--relay", relay.url, "--name", "officer")
    first.does("operation", "admit")
    assert "Paris" in again.does("operation", "show")
    assert officer.run("operation", "show").exit_code != 0

    office = folder / "third.letter"
    first.does("operation", "invite", "--role", "coordinator", "--name", "Desk C", "--letter", str(office))
    assert MEND in third.fails("operation", "join", str(office), "--yes")
    third.does("account", "device-secret", "--letter", str(folder / "third.secret"), "--own-computer")
    third.does("operation", "join", str(office), "--yes")
    assert "have not agreed" in second.does("operation", "admit")
    second.document("operation", "admit")  # a program agrees to nothing
    assert "Rien" in second.does("operation", "pending")
    assert "second coordinator" in second.does("operation", "admit", "--yes")
    listed = first.does("operation", "pending")
    assert "Admit Desk C () as coordinator" in listed
    assert "words of the keys" in listed


def test_a_coordinators_reset_letter_asks_for_a_device_secret_d3(folder: Path, password_file: Path) -> None:
    access = AccessLetter(
        "https://relay.example/", OperationId(bytes(32)), EnrolmentCode(bytes(16)), asks_for_device_secret=True
    )
    letter = folder / "coordinator.reset"
    letter.write_text(ResetLetter(access, AccountId(bytes(16))).text(), encoding="utf-8")
    somebody = Person(folder / "reset", password_file, "en")

    assert "--device-secret" in somebody.fails("sign-up", "--name", "desk", "--reset", str(letter), "--yes")
