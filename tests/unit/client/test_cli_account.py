"""`cencomm account …` and `operation locks`, as people use them at a terminal."""

import platform
import stat
from pathlib import Path

import pyotp
import pytest

from tests.fakes.loopback_relay import LoopbackRelay
from tests.fakes.typist import in_mailbox
from tests.unit.client.person import Person, signed_up


@pytest.fixture(scope="module")
def wrong_file(folder: Path) -> Path:
    path = folder / "another-password"
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
    folder: Path, tmp_path: Path, password_file: Path, wrong_file: Path, relay: LoopbackRelay, carla: Person
) -> None:
    """D6, as an operation meets it."""
    assert "Nobody" in carla.does("operation", "locks")
    stranger = Person(tmp_path / "empty", wrong_file, "en")
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


def test_a_password_is_changed_here_and_brought_to_another_computer(
    folder: Path, password_file: Path, wrong_file: Path, relay: LoopbackRelay
) -> None:
    """D2: the new password is `wrong_file`'s."""
    paula = signed_up(folder, password_file, relay, "paula", "en")
    elsewhere = Person(folder / "paula elsewhere", password_file, "en")
    elsewhere.does("sign-in", "--relay", relay.url, "--name", "paula")

    paula.does("account", "password", "--new-password-file", str(wrong_file))

    assert "password" in paula.fails("sign-in")
    Person(paula.folder, wrong_file, "en").does("sign-in")
    assert "--changed-elsewhere" in elsewhere.fails("sign-in")
    elsewhere.does("account", "password", "--changed-elsewhere", "--new-password-file", str(wrong_file))
    Person(elsewhere.folder, wrong_file, "en").does("sign-out")


def test_a_weak_new_password_changes_nothing(
    folder: Path, password_file: Path, relay: LoopbackRelay, tmp_path: Path
) -> None:
    weak = tmp_path / "weak"
    weak.write_text("passwordpassword\n", encoding="utf-8")
    walt = signed_up(folder, password_file, relay, "walt", "en")

    assert "guessed too soon" in walt.fails("account", "password", "--new-password-file", str(weak))

    walt.does("sign-in")


def test_a_device_secret_is_asked_for_on_each_new_computer_and_kept_where_the_owner_says(
    folder: Path, password_file: Path, relay: LoopbackRelay
) -> None:
    """D3."""
    letter = folder / "dora.secret"
    dora = Person(folder / "dora", password_file, "en")
    arguments = ("--relay", relay.url, "--name", "dora")
    dora.does("sign-up", *arguments, "--device-secret", str(letter), "--own-computer")
    assert stat.S_IMODE(letter.stat().st_mode) == stat.S_IMODE((dora.folder / "device-secret").stat().st_mode) == 0o600
    dora.does("sign-out")
    dora.does("sign-in")

    elsewhere = Person(folder / "dora elsewhere", password_file, "en")
    assert "--device-secret-file" in elsewhere.fails("sign-in", *arguments)
    assert not elsewhere.folder.exists()
    with_letter = ("--device-secret-file", str(letter))
    elsewhere.does(*with_letter, "sign-in", *arguments)
    assert letter.read_text("utf-8").split("Device secret: ")[1][:32] not in (
        elsewhere.folder / "device-secret"
    ).read_text("utf-8")
    assert "no terminal" in elsewhere.fails("sign-out")
    elsewhere.does(*with_letter, "sign-out")


def test_an_account_gets_a_device_secret_later(folder: Path, password_file: Path, relay: LoopbackRelay) -> None:
    """D3: an officer who becomes a coordinator."""
    letter = folder / "lars.secret"
    lars = signed_up(folder, password_file, relay, "lars", "en")

    lars.does("account", "device-secret", "--letter", str(letter))

    assert "no terminal" in lars.fails("sign-in")
    lars.does("--device-secret-file", str(letter), "sign-in")
    elsewhere = Person(folder / "lars elsewhere", password_file, "en")
    assert "--device-secret-file" in elsewhere.fails("sign-in", "--relay", relay.url, "--name", "lars")


def test_sessions_are_listed_by_the_names_of_computers_and_ended(
    folder: Path, password_file: Path, relay: LoopbackRelay
) -> None:
    sara = signed_up(folder, password_file, relay, "sara", "en")
    elsewhere = Person(folder / "sara elsewhere", password_file, "en")
    elsewhere.does("sign-in", "--relay", relay.url, "--name", "sara")

    first, second = sara.does("account", "sessions").splitlines()

    assert platform.node() in first
    assert "this computer" in (first + second)
    assert "1." in first
    sara.does("account", "sessions", "--end-others")
    assert len(sara.does("account", "sessions").splitlines()) == 1
    assert "there are 1" in sara.fails("account", "sessions", "--end", "7")


def test_a_device_of_ones_own_is_listed_and_ended_but_not_the_one_at_hand(
    folder: Path, password_file: Path, relay: LoopbackRelay
) -> None:
    deva = signed_up(folder, password_file, relay, "deva", "en")
    elsewhere = Person(folder / "deva elsewhere", password_file, "en")
    elsewhere.does("sign-in", "--relay", relay.url, "--name", "deva")
    own = next(line for line in deva.does("account", "devices").splitlines() if "this computer" in line)[:8]
    other = next(line for line in deva.does("account", "devices").splitlines() if own not in line)[:8]

    assert "sit at" in deva.fails("account", "devices", "--end", own, "--yes")
    assert other in deva.does("account", "devices", "--end", other, "--yes")

    assert other not in deva.does("account", "devices")
    assert "ended" in elsewhere.fails("sign-in")


def test_a_shared_computer_that_is_known_is_not_locked_out_by_wrong_tries_elsewhere(
    folder: Path, tmp_path: Path, password_file: Path, wrong_file: Path, relay: LoopbackRelay
) -> None:
    """D6: the duty post at shift change; without --known it is a stranger and nothing is left there."""
    place = folder / "post"
    arguments = ("sign-in", "--relay", relay.url, "--name", "otto")
    Person(folder / "otto", password_file, "en").does("sign-up", "--relay", relay.url, "--name", "otto", "--shared")
    here, stranger = Person(place / "mailbox", password_file, "en"), Person(tmp_path / "empty", wrong_file, "en")
    here.does(*arguments, "--shared")
    assert not place.exists()
    here.does(*arguments, "--shared", "--known")
    for _ in range(3):
        stranger.fails(*arguments)

    here.does(*arguments, "--shared")

    assert "lift" in Person(folder / "another post" / "mailbox", password_file, "en").fails(*arguments, "--shared")
    (left,) = (path for path in place.rglob("*") if path.is_file())
    assert stat.S_IMODE(left.stat().st_mode) == 0o600
