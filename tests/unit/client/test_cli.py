"""The command line against a real relay: what people type, what they read, and that nothing ends in a traceback."""

import json
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from cencomm.client.commands.translated import LazyCommand
from tests.fakes.loopback_relay import LoopbackRelay
from tests.fakes.relay_thread import relay_thread
from tests.unit.client.person import PLAN, Person, signed_up


def test_a_letter_is_for_its_reader_alone_and_never_overwritten(carla: Person, folder: Path) -> None:
    letter = folder / "dubai.letter"

    carla.does("operation", "invite", "--post", "dubai", "--letter", str(letter))

    assert stat.S_IMODE(letter.stat().st_mode) == 0o600
    before = letter.read_text(encoding="utf-8")
    carla.fails("operation", "invite", "--post", "dubai", "--letter", str(letter))
    assert letter.read_text(encoding="utf-8") == before


def test_joining_shows_the_words_of_the_letter(
    folder: Path, password_file: Path, relay: LoopbackRelay, carla: Person
) -> None:
    letter = folder / "bangkok.letter"
    carla.does("operation", "invite", "--post", "bangkok", "--letter", str(letter))
    somebody = signed_up(folder, password_file, relay, "bangkok", "en")
    (words,) = [line for line in letter.read_text("utf-8").splitlines() if line.startswith("Words:")]

    said = somebody.does("operation", "join", str(letter), "--yes")

    assert words.removeprefix("Words: ") in said
    assert "cencomm inbox" in said  # what happens next


def test_a_stranger_is_listed_with_what_to_do_and_not_admitted(
    folder: Path, password_file: Path, relay: LoopbackRelay, carla: Person
) -> None:
    letter = folder / "nairobi.letter"
    carla.does("operation", "invite", "--post", "nairobi", "--letter", str(letter))
    somebody = signed_up(folder, password_file, relay, "stranger", "en")
    text = letter.read_text("utf-8")
    (code,) = [line for line in text.splitlines() if line.startswith("Code:")]
    other = folder / "other.letter"
    other.write_text(text.replace(code, "Code: 00000-00000-00000-00000-00000-00"), encoding="utf-8")
    somebody.does("operation", "join", str(other), "--yes")

    said = carla.does("operation", "admit")

    assert "NOT admitted" in said
    assert "telephone" in said
    assert "stranger" not in carla.does("operation", "show")


def test_the_roster_names_everybody_and_says_that_it_is_an_exercise(ana: Person) -> None:
    shown = ana.does("operation", "show")

    assert "EXERCICE" in shown
    assert "Unit A (WCO)" in shown
    assert "Paris airport (DGDDI, France)" in shown


def test_a_report_written_in_french_is_read_in_english_with_its_proof(ana: Person, carla: Person) -> None:
    report = [
        *("--set", "case_ref=FR-2026-0117", "--set", "seizure_date=2026-11-20", "--set", "reporting_country=FR"),
        *("--set", "location_type=airport", "--set", "place.code=CDG", "--set", "place.country=FR"),
        *("--set", "items[0].category=CIT", "--set", "items[0].quantity.amount=12.5"),
        *("--set", "items[0].quantity.unit=KGM"),
    ]
    sent = ana.does("send", "seizure", *report, "--to", "coordinator", "--answer-by", "12h", "--yes")

    listed = carla.document("inbox")
    assert isinstance(listed, list)
    number = str(listed[0]["number"])
    shown = carla.does("show", number)

    assert "Unit A (WCO)" in sent  # the readers, before anything leaves
    assert "Reporting country: " in shown
    assert "France" in shown
    assert "12.5" in shown
    assert "answer within 11 h 59 min" in shown or "answer within 12 h 00 min" in shown
    assert "Proof: device " in shown


def test_what_is_expected_and_how_sure_it_is_is_read_in_words(ana: Person, carla: Person) -> None:
    weighed = ("--evaluation", "B2", "--expect", "nii_scan")
    ana.does("send", "note", "--set", "text=Crate 9", "--to", "coordinator", *weighed, "--yes")

    listed = carla.document("inbox")
    assert isinstance(listed, list)
    shown = carla.does("show", str(listed[0]["number"]))

    assert (listed[0]["expected_action"], listed[0]["evaluation"]) == ("nii_scan", "B2")
    assert "Expected action: Scan or X-ray" in shown
    assert "Evaluation: B: mostly reliable; 2: known personally to the source" in shown
    assert "is no action" in ana.fails("send", "note", "--set", "text=x", "--expect", "shoot", "--yes")


def test_a_message_is_new_until_it_was_shown(ana: Person, carla: Person) -> None:
    carla.does("send", "note", "--set", "text=Wait for the dog", "--yes")
    newest = ana.does("inbox").splitlines()[0]
    number = newest.split()[0].strip("*")

    ana.does("show", number)

    assert newest.startswith("*")
    assert not ana.does("inbox").startswith("*")


def test_everything_that_is_wrong_stands_beside_its_field_in_the_readers_language(ana: Person) -> None:
    said = ana.fails("send", "seizure", "--set", "case_ref=A-1", "--set", "seizure_date=yesterday", "--yes")

    assert "Pays déclarant" in said
    assert "Date de la saisie" in said
    assert "Rien n'a été envoyé" in said


def test_an_airport_code_of_another_country_is_told_before_anything_is_sent(ana: Person) -> None:
    seizure = {
        "case_ref": "A-1",
        "seizure_date": "2026-01-01",
        "reporting_country": "UG",
        "location_type": "airport",
        "place.code": "NBO",
        "place.country": "UG",
        "items[0].category": "CIT",
        "items[0].quantity.amount": "1",
        "items[0].quantity.unit": "KGM",
    }
    settings = [word for path, value in seizure.items() for word in ("--set", f"{path}={value}")]

    said = ana.fails("send", "seizure", *settings, "--yes")

    assert "ce code relève de KE" in said


def test_whoever_writes_a_report_is_shown_its_fields_and_the_codes_that_they_take(ana: Person) -> None:
    asked = ana.does("form", "seizure")
    (required,) = [line for line in asked.splitlines() if line.startswith("reporting_country")]
    codes = ana.does("form", "seizure", "items[0].category").split()

    assert required.split() == ["reporting_country", "*", "Pays", "déclarant", "CODE"]
    assert "items[0].quantity" in asked
    assert "CIT" in codes
    assert ana.does("form", "seizure", "reporting_country", "Colombie").split() == ["CO", "Colombie"]
    assert ana.does("form", "seizure", "place.code", "rotterdam").split()[:3] == ["NLRTM", "Rotterdam", "Pays-Bas"]
    assert "items[0].quantity.unit" in ana.fails("form", "seizure", "items[0].quantity")
    assert "no field" in ana.fails("form", "seizure", "nothing")
    assert "takes no code" in ana.fails("form", "seizure", "case_ref")


def test_programs_get_the_faults_as_a_document(ana: Person) -> None:
    result = ana.run("--json", "send", "note")

    assert result.exit_code == 1
    error = json.loads(result.stderr)["error"]
    assert error["code"] == "invalid_report"
    assert error["details"] == {"faults": [{"path": "text", "fault": "required"}]}


def test_tlp_red_is_refused_where_more_people_read_than_are_named(ana: Person) -> None:
    said = ana.fails("send", "note", "--set", "text=Secret", "--tlp", "RED", "--to", "FR", "--yes")

    assert "Unit A" in said
    everybody = ("--to", "coordinator", "--to", "officer")
    ana.does("send", "note", "--set", "text=Secret", "--tlp", "RED", *everybody, "--yes")


def test_a_phase_begins_for_everybody(ana: Person, carla: Person) -> None:
    carla.does("operation", "phase", "test")

    assert "Phase : essai" in ana.does("operation", "show")


def test_the_fingerprint_is_shown_as_words_and_as_a_code(carla: Person) -> None:
    shown = carla.does("fingerprint")

    assert "CENCOMM1:" in shown
    assert "▄" in shown


def test_the_revoked_one_is_told_so(folder: Path, password_file: Path, relay: LoopbackRelay, carla: Person) -> None:
    letter = folder / "new_york.letter"
    carla.does("operation", "invite", "--post", "new_york", "--letter", str(letter))
    somebody = signed_up(folder, password_file, relay, "new_york", "en")
    somebody.does("operation", "join", str(letter), "--yes")
    carla.does("operation", "admit")
    somebody.does("send", "note", "--set", "text=Here", "--yes")

    carla.does("operation", "revoke", "new york", "--reason", "left-the-post", "--yes")

    assert "not a member" in somebody.fails("send", "note", "--set", "text=Still here", "--yes")
    assert "Your membership has ended" in somebody.does("inbox")


def test_whoever_signed_out_signs_in_again_and_finds_everything(
    folder: Path, password_file: Path, relay: LoopbackRelay
) -> None:
    somebody = signed_up(folder, password_file, relay, "leaver", "en")
    somebody.does("sign-out")
    assert "sign in" in somebody.fails("inbox")

    somebody.does("sign-in")

    somebody.does("inbox")


def test_the_same_account_signs_in_on_another_computer(folder: Path, password_file: Path, relay: LoopbackRelay) -> None:
    signed_up(folder, password_file, relay, "mover", "en")
    there = Person(folder / "another computer", password_file, "en")

    assert "--relay" in there.fails("sign-in")
    there.does("sign-in", "--relay", relay.url, "--name", "mover")

    there.does("inbox")


def test_a_second_computer_is_added_from_the_first_and_reads_what_comes_next(
    ana: Person, carla: Person, relay: LoopbackRelay, folder: Path
) -> None:
    there = Person(folder / "ana's other computer", ana.password_file, "fr")
    carla.does("send", "note", "--set", "text=Said before", "--yes")
    there.does("sign-in", "--relay", relay.url, "--name", "ana")
    assert "EXERCICE" in there.does("operation", "show")  # the operation came with the sealed vault

    added = ana.document("operation", "add-devices")
    assert isinstance(added, dict)
    assert added["added"] >= 1  # once in each channel that she reads
    carla.does("send", "note", "--set", "text=To all your computers", "--yes")

    for somebody in (ana, there):
        assert "To all your computers" in somebody.does("inbox").splitlines()[0]
    there.does("send", "note", "--set", "text=From here too", "--yes")
    assert "From here too" in ana.does("inbox").splitlines()[0]

    assert "Retapez" in there.does("history", "fetch", "--wait", "0")
    assert "parts" in carla.does("history", "serve")
    fetched = there.document("history", "fetch", "--wait", "0")
    assert isinstance(fetched, dict)
    assert (fetched["complete"], fetched["wrong"]) == (True, 0)
    (line,) = [line for line in there.does("inbox", "--all").splitlines() if "Said before" in line]
    assert line.startswith("h")
    assert there.document("history", "missing") == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "999"),
        ("send", "nothing", "--yes"),
        ("send", "note", "--set", "text", "--yes"),
        ("send", "note", "--set", "text=a", "--to", "XX", "--yes"),
        ("send", "note", "--set", "text=a", "--answer-by", "soon", "--yes"),
        ("send", "note", "--file", "absent.toml", "--yes"),
        ("operation", "revoke", "nobody", "--yes"),
        ("operation", "join", "absent.letter"),
        ("operation", "invite", "--post", "atlantis"),
        ("inbox", "--operation", "zzzzz"),
        ("operation", "phase", "closed", "--operation", "zzzzz"),
    ],
    ids=" ".join,
)
def test_an_error_is_one_line_that_says_what_to_do(carla: Person, arguments: tuple[str, ...]) -> None:
    said = carla.fails(*arguments)

    assert said.startswith("cencomm: ")
    assert len(said.splitlines()) == 1


def test_what_cannot_be_undone_takes_consent(ana: Person, carla: Person) -> None:
    said = carla.fails("operation", "revoke", "paris")

    assert "--yes" in said
    ana.does("send", "note", "--set", "text=Still here")


def test_a_wrong_password_opens_nothing(carla: Person, folder: Path) -> None:
    wrong = folder / "wrong"
    wrong.write_text("another horse battery staple\n", encoding="utf-8")

    said = Person(carla.folder, wrong, "fr").fails("inbox")

    assert "mot de passe" in said


def test_without_a_mailbox_nothing_is_made(folder: Path, password_file: Path) -> None:
    Person(folder / "nobody", password_file, "en").fails("inbox")

    assert not (folder / "nobody").exists()


def test_a_mistake_in_typing_ends_with_code_two(carla: Person) -> None:
    carla.fails("send", code=2)
    carla.fails("send", "note", "--tlp", "PINK", code=2)


def test_without_the_relay_what_is_here_is_shown(folder: Path, password_file: Path) -> None:
    with relay_thread(folder / "short-lived") as relay:
        somebody = signed_up(folder, password_file, relay, "offline", "en")

    assert "nothing is lost" in somebody.fails("inbox", code=3)


def test_what_is_sent_without_the_relay_is_checked_and_kept(folder: Path, password_file: Path) -> None:
    with relay_thread(folder / "breaking") as relay:
        alone = signed_up(folder, password_file, relay, "alone", "en")
        alone.does("operation", "create", str(PLAN), "--name", "Alone", "--organisation", "Customs", "--country", "FR")
        alone.does("send", "note", "--set", "text=The relay is still there", "--yes")

    assert "text" in alone.fails("send", "note", "--yes")  # the fault of the form, not of the line
    alone.fails("send", "note", "--set", "text=The relay is away", "--yes")

    waiting = json.loads(alone.run("--json", "outbox").stdout)["waiting"]
    assert len(waiting) == 1
    with relay_thread(folder / "breaking", port=relay.port):
        said = alone.does("outbox")
    assert "Sent now: 1" in said
    assert "Still waiting: 0" in said


def test_what_is_urgent_says_so_before_anything_else(carla: Person) -> None:
    carla.does("send", "note", "--set", "text=Plane lands at 04:10", "--priority", "flash", "--yes")

    first = carla.does("inbox").splitlines()[0]

    assert "FLASH" in first
    assert first.index("FLASH") < first.index("Plane lands")


def test_nobodys_name_acts_on_the_terminal(folder: Path, carla: Person) -> None:
    """No letter is made for it; a name that comes all the same is shown as none (test_cosignature_words.py)."""
    letter = folder / "red.letter"
    named = ("--role", "officer", "--name", "\x1b[31mred\u202e", "--country", "FR")

    refused = carla.fails("operation", "invite", *named, "--letter", str(letter))

    assert "one line" in refused
    assert not {"\x1b", "\u202e"} & set(refused)
    assert not letter.exists()


def test_help_speaks_the_readers_language(ana: Person, carla: Person) -> None:
    assert "Envoyer un message" in ana.does("send", "--help")
    assert "Send the report" in carla.does("send", "--help")
    assert "Lister les messages" in ana.does("--help")


def test_a_missing_server_package_is_nobody_elses_trouble() -> None:
    result = CliRunner().invoke(LazyCommand("ghost", "cencomm.no_such_package:main", "A ghost."), ["--anything"])

    assert result.exit_code == 1
    assert "not installed" in result.output


AT_A_TERMINAL = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs tests in the background ignores Ctrl-C
runpy.run_module("cencomm", run_name="__main__")
"""


def test_watching_shows_what_comes_and_ends_quietly(ana: Person, carla: Person) -> None:
    mailbox = ["--data", str(ana.folder), "--password-file", str(ana.password_file)]
    command = [sys.executable, "-c", AT_A_TERMINAL, *mailbox]
    with subprocess.Popen([*command, "--json", "watch"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            carla.does("send", "note", "--set", "text=Look up", "--yes")
            shown = [json.loads(process.stdout.readline())]
            while shown[-1]["values"].get("text") != "Look up":
                shown.append(json.loads(process.stdout.readline()))
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=30)
        finally:
            process.kill()

    assert process.returncode == 0
    assert errors == b""
