"""Which faults a run does, and that it says which ones it cannot do."""

from pathlib import Path

from tests.faults.disk import Disk
from tests.faults.player import Casting, Player
from tests.faults.schedule import Schedule


def _player(name: str, kind: str, path: Path, *, is_mounted: bool, clock: Path | None = None) -> Player:
    disk = Disk(path, is_mounted=is_mounted)
    return Player(Casting(name=name, kind=kind, arguments=(), disk=disk, log=path / "log", clock=clock))


def test_faults_that_the_computer_cannot_do_are_named_with_what_they_need(tmp_path: Path) -> None:
    schedule = Schedule("seed", strace=None)

    left_out = schedule.left_out([_player("relay", "relay", tmp_path, is_mounted=False)])

    assert left_out["disk full"] == "root, to mount small disks"
    assert left_out["disk read-only"] == "strace"
    assert left_out["clock set wrong"] == "libfaketime"
    assert "kill -9" not in left_out


def test_what_one_process_can_suffer_is_not_left_out(tmp_path: Path) -> None:
    players = [
        _player("duty-post", "duty post", tmp_path, is_mounted=True),
        _player("relay", "relay", tmp_path, is_mounted=True, clock=tmp_path / "clock"),
    ]

    left_out = Schedule("seed", strace="/usr/bin/strace").left_out(players)

    assert all(name.startswith("line") for name in left_out), "neither has a line here"


def test_a_script_comes_first_and_the_seed_goes_on(tmp_path: Path) -> None:
    relay = _player("relay", "relay", tmp_path, is_mounted=False)
    officer = _player("officer-1", "officer", tmp_path, is_mounted=False)
    schedule = Schedule("seed", strace=None, script=[[("kill -9", "officer-1"), ("SIGSTOP, SIGCONT", "relay")]])

    first = list(schedule.blows([relay, officer]))
    second = list(schedule.blows([relay, officer]))

    assert [(blow.kind.name, blow.player.name) for blow in first] == [
        ("kill -9", "officer-1"),
        ("SIGSTOP, SIGCONT", "relay"),
    ]
    assert second
