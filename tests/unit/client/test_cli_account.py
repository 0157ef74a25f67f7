"""`cencomm account …` and `operation locks`, as people use them at a terminal."""

from pathlib import Path

import pyotp
import pytest

from tests.fakes.loopback_relay import LoopbackRelay
from tests.fakes.typist import in_mailbox
from tests.unit.client.person import Person, signed_up


@pytest.fixture(scope="module")
def wrong_file(folder: Path) -> Path:
    path = folder / "wrong"
    path.write_text("another horse battery staple\n", encoding="utf-8")
    return path


def test_a_second_factor_is_set_up_asked_for_and_switched_off(
    folder: Path, password_file: Path, relay: LoopbackRelay
) -> None:
    totty = signed_up(folder, password_file, relay, "totty", "en")
    with in_mailbox(totty.folder, password_file, "account", "totp") as screen:
        secret = screen.sees(r"type the secret: ([A-Z2-7]{32})")
        assert "█" in screen.sees(r"(█.*)")
        screen.sees("recovery code")
        screen.types(pyotp.TOTP(secret).now())
    assert screen.exit_code == 0
    codes = [line.strip() for line in screen.seen.splitlines() if line.count("-") == 3]
    assert len(codes) == 10

    elsewhere = Person(folder / "totty elsewhere", password_file, "en")
    arguments = ("sign-in", "--relay", relay.url, "--name", "totty")
    assert "asks for a code" in elsewhere.fails(*arguments)
    assert "wrong" in elsewhere.fails(*arguments, "--code", "000000")
    elsewhere.does(*arguments, "--code", codes[0])

    assert "already" in totty.fails("account", "totp", "--code", "000000")
    renewed = totty.document("account", "recovery-codes", "--code", codes[1])
    assert isinstance(renewed, dict)
    assert codes[2] not in renewed["recovery_codes"]
    assert "alone" in totty.does("account", "totp", "--off", "--code", renewed["recovery_codes"][0])


def test_a_coordinator_sees_and_lifts_locks_and_the_victim_goes_on(
    folder: Path, password_file: Path, wrong_file: Path, relay: LoopbackRelay, carla: Person
) -> None:
    """D6, as an operation meets it."""
    assert "Nobody" in carla.does("operation", "locks")
    stranger = Person(folder / "stranger", wrong_file, "en")
    arguments = ("sign-in", "--relay", relay.url, "--name", "carla")
    for _ in range(3):
        stranger.fails(*arguments)
    assert "lift" in stranger.fails(*arguments)

    said = carla.does("operation", "locks")
    carla.does("sign-out")
    carla.does("sign-in")

    assert "Unit A" in said
    assert "3 wrong tries" in said
    assert "Unit A" in carla.does("operation", "locks", "--lift", "Unit A")
    assert "Nobody" in carla.does("operation", "locks")
    Person(folder / "carla elsewhere", password_file, "en").does(*arguments)
