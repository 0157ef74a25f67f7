"""Each thing broken on purpose, and the line that says so and what mends it."""

import asyncio
import fcntl
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from cencomm.__main__ import assemble
from cencomm.client.channel.key_packages import REFILL_BELOW
from cencomm.client.events import Reason
from cencomm.client.words import load_words
from cencomm.clock import system_clock
from cencomm.doctor import folder as folders
from cencomm.doctor.computer import judge_computer, this_computer
from cencomm.doctor.database import judge_database
from cencomm.doctor.finding import Finding, Verdict
from cencomm.doctor.folder import FileSystem, file_system_of, judge_backup, judge_folder, judge_room, judge_syncing
from cencomm.doctor.member import judge_quarantine, judge_stock
from cencomm.doctor.network import Seen, judge_network, judge_seen
from cencomm.doctor.patient import Kind, Patient, find_patient
from cencomm.doctor.relay import judge_relay
from cencomm.relay.config import RelayConfig
from cencomm.site.backup import note_backup
from cencomm.wire.relay import PROTOCOL_VERSION
from tests.fakes.founded_operation import found_operation
from tests.fakes.served_relay import START, StandingClock, config_for, running

NOW = START
DAY = 86_400


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a relay that served an operation and was stopped."""
    config = config_for(tmp_path_factory.mktemp("doctor") / "relay")

    async def serve() -> None:
        async with running(config, StandingClock()) as relay:
            operation = await found_operation(relay, await relay.person())
            for text in (b"one", b"two"):
                operation.receipt(await operation.publish(operation.message(text)))

    asyncio.run(serve())
    return config.data


@pytest.fixture
def relay(served: Path, tmp_path: Path) -> Patient:
    """A copy of it to break."""
    found = find_patient(shutil.copytree(served, tmp_path / "relay"))
    assert found is not None
    return found


def verdicts(findings: Iterator[Finding]) -> dict[str, Verdict]:
    """The worst of each check. Every finding that is not well says what mends it."""
    found: dict[str, Verdict] = {}
    for finding in findings:
        assert (finding.mend is None) == (finding.verdict is Verdict.OK)
        for words in (load_words("en"), load_words("fr")):
            assert "{" not in finding.said(words) + (finding.advice(words) or "")
        found[finding.check] = max(found.get(finding.check, Verdict.OK), finding.verdict)
    return found


def in_folder(patient: Patient) -> dict[str, Verdict]:
    return verdicts(judge_folder(patient, now=NOW, preloaded=""))


def in_database(patient: Patient) -> dict[str, Verdict]:
    return verdicts(judge_database(patient.database, is_migrated=True))


def in_relay(patient: Patient) -> dict[str, Verdict]:
    return verdicts(judge_relay(patient.folder, progress=lambda _: None))


def test_a_relay_that_is_well_is_well(relay: Patient) -> None:
    note_backup(relay.folder, now=NOW)

    assert relay.kind is Kind.RELAY
    found = in_folder(relay) | in_database(relay) | in_relay(relay)
    found.pop("fsync")  # of whatever disk the tests run on
    assert set(found) == {"modes", "owner", "room", "lock", "backup", "database", "wal", "version", "chains"}
    assert set(found.values()) == {Verdict.OK}


def test_what_others_may_read_is_broken(relay: Patient) -> None:
    relay.secrets[0].chmod(0o640)
    assert in_folder(relay)["modes"] is Verdict.BROKEN
    relay.secrets[0].chmod(0o600)
    relay.folder.chmod(0o750)
    assert in_folder(relay)["modes"] is Verdict.BROKEN


def test_a_lost_key_is_broken(relay: Patient) -> None:
    relay.secrets[1].unlink()

    assert in_folder(relay)["modes"] is Verdict.BROKEN


def test_files_of_another_account_are_looked_at(relay: Patient) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root gives files away")
    os.chown(relay.database, 12345, -1)

    assert in_folder(relay)["owner"] is Verdict.LOOK


def test_a_process_that_works_in_the_folder_is_seen(relay: Patient) -> None:
    def said() -> str:
        return next(one.sentence for one in judge_folder(relay, now=NOW, preloaded="") if one.check == "lock")

    assert said().startswith("No process")
    with relay.lock.open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert said().startswith("One process")


def test_a_page_that_was_written_over_is_broken(relay: Patient) -> None:
    with relay.database.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096 * 4)

    assert in_database(relay)["database"] is Verdict.BROKEN


def test_a_file_that_is_no_database_is_broken(relay: Patient) -> None:
    relay.database.write_bytes(b"no database" * 1000)

    assert in_database(relay)["database"] is Verdict.BROKEN


def test_rows_that_belong_to_nothing_are_broken(relay: Patient) -> None:
    with sqlite3.connect(relay.database) as connection:
        connection.execute("DELETE FROM accounts")
    connection.close()

    assert in_database(relay)["database"] is Verdict.BROKEN


@pytest.mark.parametrize(("version", "verdict"), [("0001", Verdict.LOOK), ("9999", Verdict.BROKEN)])
def test_tables_of_another_version_are_seen(relay: Patient, version: str, verdict: Verdict) -> None:
    with sqlite3.connect(relay.database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    connection.close()

    assert in_database(relay)["version"] is verdict


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE log_entries SET hash = zeroblob(32) WHERE sequence = 2",
        "UPDATE log_entries SET message = zeroblob(9) WHERE sequence = 2",
        "DELETE FROM log_entries WHERE sequence = 2",
        "DELETE FROM ledger_entries WHERE sequence = 1",
        "UPDATE ledger_entries SET entry = zeroblob(9) WHERE sequence = 1",
    ],
)
def test_a_chain_with_another_link_is_broken(relay: Patient, change: str) -> None:
    with sqlite3.connect(relay.database) as connection:
        assert connection.execute(change).rowcount > 0
    connection.close()

    assert in_relay(relay)["chains"] is Verdict.BROKEN


@pytest.mark.parametrize(
    ("days", "verdict"), [(None, Verdict.LOOK), (0, Verdict.OK), (1, Verdict.OK), (2, Verdict.LOOK), (-9, Verdict.OK)]
)
def test_an_old_backup_is_looked_at(days: int | None, verdict: Verdict) -> None:
    assert judge_backup(None if days is None else NOW - days * DAY, Kind.RELAY, now=NOW).verdict is verdict


@pytest.mark.parametrize(
    ("free", "inodes", "verdict"),
    [
        (10 << 30, None, Verdict.OK),
        (10 << 30, 10_000, Verdict.OK),
        (1 << 30, 10_000, Verdict.LOOK),
        (10 << 30, 9_999, Verdict.LOOK),
        (10 << 30, 0, Verdict.BROKEN),
        (100 << 20, None, Verdict.BROKEN),
    ],
)
def test_little_room_is_looked_at_and_none_is_broken(free: int, inodes: int | None, verdict: Verdict) -> None:
    assert judge_room(free, inodes).verdict is verdict


@pytest.mark.parametrize(
    ("system", "preloaded", "verdict"),
    [
        (FileSystem("ext4", 0.004), "", Verdict.OK),
        (FileSystem("ext4", 0.000_002), "", Verdict.LOOK),
        (FileSystem("ext4", 0.5), "", Verdict.LOOK),
        (FileSystem("nfs4", 0.004), "", Verdict.LOOK),
        (FileSystem("tmpfs", 0.000_002), "", Verdict.BROKEN),
        (FileSystem("ext4", 0.004), "/usr/lib/libeatmydata.so", Verdict.BROKEN),
    ],
)
def test_a_disk_that_forgets_is_told_as_far_as_can_be_known(
    system: FileSystem, preloaded: str, verdict: Verdict
) -> None:
    assert judge_syncing(system, preloaded).verdict is verdict


def test_the_file_system_is_that_of_the_longest_mount_point(tmp_path: Path) -> None:
    inside = tmp_path / "a b" / "relay"
    inside.mkdir(parents=True)
    mounts = tmp_path / "mountinfo"
    point = str(tmp_path / "a b").replace(" ", "\\040")
    mounts.write_text(
        f"22 1 8:1 / / rw - ext4 /dev/sda1 rw\n23 22 0:9 / {point} rw shared:1 - nfs4 host:/x rw\nnonsense\n- x\n"
    )

    assert file_system_of(inside, mounts) == "nfs4"
    assert file_system_of(tmp_path, mounts) == "ext4"
    assert file_system_of(tmp_path, tmp_path / "nothing") == ""


def test_a_folder_that_cannot_be_written_is_broken(relay: Patient) -> None:
    gone = relay.folder / "gone"

    assert folders._syncing(gone, "").verdict is Verdict.BROKEN


def test_a_computer_that_lacks_something_is_told() -> None:
    computer = replace(this_computer(), open_files=20_000, memory=4 << 30, encoding="utf-8", has_entropy=True)

    assert set(verdicts(judge_computer(computer, connections=1000)).values()) == {Verdict.OK}
    for lacking, check, verdict in (
        (replace(computer, python=(3, 10)), "programs", Verdict.BROKEN),
        (replace(computer, sqlite=(3, 36)), "programs", Verdict.BROKEN),
        (replace(computer, has_entropy=False), "entropy", Verdict.BROKEN),
        (replace(computer, open_files=1024), "open_files", Verdict.LOOK),
        (replace(computer, memory=100 << 20), "memory", Verdict.LOOK),
        (replace(computer, encoding="ascii"), "terminal", Verdict.LOOK),
    ):
        assert verdicts(judge_computer(lacking, connections=1000))[check] is verdict


def test_a_relay_that_is_late_or_ends_soon_is_told() -> None:
    seen = Seen(name="relay", versions=(PROTOCOL_VERSION,), ahead=1, works=True, end=NOW + 90 * DAY)
    url = "https://relay.example.org/"

    assert set(verdicts(judge_seen(seen, url, now=NOW)).values()) == {Verdict.OK}
    for other, check, verdict in (
        (replace(seen, ahead=-31), "clock", Verdict.LOOK),
        (replace(seen, ahead=301), "clock", Verdict.BROKEN),
        (replace(seen, end=NOW + 13 * DAY), "certificate", Verdict.LOOK),
        (replace(seen, end=NOW + 2 * DAY), "certificate", Verdict.BROKEN),
        (replace(seen, end=NOW - DAY), "certificate", Verdict.BROKEN),
        (replace(seen, works=False), "relay", Verdict.BROKEN),
        (replace(seen, versions=(99,)), "relay", Verdict.BROKEN),
    ):
        assert verdicts(judge_seen(other, url, now=NOW))[check] is verdict


async def test_a_relay_that_answers_is_asked_for_its_time(tmp_path: Path) -> None:
    clock = StandingClock()
    async with running(config_for(tmp_path / "relay"), clock) as relay:
        url = str(relay.server.make_url("/"))
        well = verdicts(iter(await judge_network(url, clock=clock)))
        late = verdicts(iter(await judge_network(url, clock=lambda: clock() + 400)))

    assert well == {"relay": Verdict.OK, "clock": Verdict.OK}
    assert late["clock"] is Verdict.BROKEN
    assert verdicts(iter(await judge_network(url, clock=clock))) == {"relay": Verdict.BROKEN}
    assert verdicts(iter(await judge_network("http://192.0.2.1/", clock=clock))) == {"relay": Verdict.BROKEN}


def test_an_alarm_in_quarantine_is_broken_and_the_rest_is_looked_at() -> None:
    assert judge_quarantine({}).verdict is Verdict.OK
    assert judge_quarantine({Reason.UNKNOWN_FORM: 1}).verdict is Verdict.LOOK
    assert judge_quarantine({Reason.UNKNOWN_FORM: 1, Reason.CONFLICT: 1}).verdict is Verdict.BROKEN


def test_a_small_stock_of_key_packages_is_looked_at() -> None:
    assert judge_stock(REFILL_BELOW).verdict is Verdict.OK
    assert judge_stock(REFILL_BELOW - 1).verdict is Verdict.LOOK


def test_the_command_tells_programs_by_its_exit_code_and_people_in_their_language(
    relay: Patient, config_away: RelayConfig
) -> None:
    note_backup(relay.folder, now=system_clock())
    cli = assemble()

    def ask(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(cli, words)
        return result.exit_code, result.stdout

    data = str(relay.folder)
    code, said = ask("doctor", "--data", data, "--json")
    document = json.loads(said)
    assert document["kind"] == "relay"
    assert (code, document["verdict"]) in {(0, "ok"), (1, "look")}  # the disk of the tests may be a fast one
    assert {one["check"] for one in document["findings"]} >= {"chains", "fsync", "modes", "programs"}

    relay.folder.chmod(0o755)
    code, said = ask("--language", "fr", "doctor", "--data", data, "--quick")
    assert code == 2
    assert "BROKEN  D'autres peuvent regarder dans" in said
    assert f"Taper chmod 700 {data}" in said
    assert "registres" not in said

    assert ask("doctor", "--data", str(config_away.data), "--json", "--quick")[0] >= 1


@pytest.fixture
def config_away(tmp_path: Path) -> RelayConfig:
    """Of a folder in which there is nothing."""
    return config_for(tmp_path / "away")
