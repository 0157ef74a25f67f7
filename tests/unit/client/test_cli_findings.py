"""What an officer found at 3 a.m.: each test is a sentence that the screen did not say, or said wrongly."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from cencomm.client.account.device import new_device
from cencomm.client.commands.choosing import choose_country
from cencomm.client.events import MessageDelivered, Place
from cencomm.client.operation import chartering
from cencomm.client.operation.operation import Operation
from cencomm.client.overview import overview, overview_document
from cencomm.client.presenting import Presenter
from cencomm.client.reports import Reports
from cencomm.client.words import load_words
from cencomm.errors import UsageError
from cencomm.forms.code_list import load_code_lists
from cencomm.forms.envelope import Body, Envelope, sign_envelope
from cencomm.forms.plain_text import load_text_template
from cencomm.forms.tongue import Tongue
from cencomm.forms.wording import load_wording
from cencomm.ids import BlobId, ChannelId, MessageId
from cencomm.secret import system_entropy
from tests.fakes.loopback_relay import LoopbackRelay
from tests.unit.client.person import PLAN, Person, signed_up
from tests.unit.client.test_reports import EXERCISE, IDENTITY, NOW


@pytest.fixture
def presenter() -> Presenter:
    wording, reports = load_wording(), Reports(load_code_lists())
    return Presenter(
        words=load_words("en"),
        tongue=Tongue("en", reports.lists, wording),
        wording=wording,
        reports=reports,
        template=load_text_template(),
    )


@pytest.fixture
def exercise() -> Operation:
    return chartering.found_operation(
        IDENTITY,
        plan=b'{"legal_basis":"none","purpose":{"en":"A test"},"title":{"en":"Exercise"}}',
        profile=b'{"country":null,"name":"Unit A","organisation":"WCO"}',
        relay_key=b"r" * 32,
        relay_name="relay.example",
        policy=EXERCISE,
        now=NOW,
        entropy=system_entropy,
    ).operation


def test_what_came_and_was_not_what_the_ledger_names_stands_under_the_title(
    presenter: Presenter, exercise: Operation
) -> None:
    """L7: a swapped key or name is kept out, and somebody is told."""
    troubled = replace(exercise, troubles=("content key 2: it is not the one that the ledger names",))

    said, document = overview(presenter, troubled), overview_document(presenter, troubled)

    assert "CAUTION: content key 2" in said
    assert isinstance(document, dict)
    assert document["troubles"] == list(troubled.troubles)
    assert "CAUTION" not in overview(presenter, exercise)


def test_a_code_that_comes_a_second_time_is_told_as_a_letter_that_two_have_read(
    folder: Path, password_file: Path, relay: LoopbackRelay, carla: Person
) -> None:
    """D7: a code serves once, and whoever comes second may be the one whom the letter was for."""
    letter = folder / "twice.letter"
    carla.does("operation", "invite", "--role", "officer", "--name", "Lagos", "--letter", str(letter))
    first, second = (signed_up(folder, password_file, relay, name, "en") for name in ("lagos", "eve"))
    first.does("operation", "join", str(letter), "--yes")
    carla.does("operation", "admit")
    second.does("operation", "join", str(letter), "--yes")

    said = carla.does("operation", "admit")
    document = carla.document("operation", "admit")

    assert "used by another account" in said
    assert "may have read that letter" in said
    assert isinstance(document, dict)
    (stranger,) = [one for one in document["strangers"] if one["code_used"]]
    assert document["admitted"] == []
    assert stranger["account"][:8] in said


def test_one_message_has_one_number_wherever_it_is_named(ana: Person, carla: Person) -> None:
    said = carla.does("send", "note", "--set", "text=Counted once", "--yes")
    number = said.splitlines()[-1].removeprefix("Sent: message ").removesuffix(".")

    assert carla.does("inbox").split()[0] == number
    assert "Counted once" in carla.does("show", number)
    answer = carla.document("send", "note", "--set", "text=And again")
    assert isinstance(answer, dict)
    assert "And again" in carla.does("show", str(answer["number"]))
    assert "And again" in ana.does("inbox")


def test_a_document_of_a_message_names_its_form(carla: Person) -> None:
    carla.does("send", "note", "--set", "text=Which form is this", "--yes")
    listed = carla.document("inbox")
    assert isinstance(listed, list)

    shown = carla.document("show", str(listed[0]["number"]))

    assert isinstance(shown, dict)
    assert (shown["form"], shown["form_version"]) == ("note", 2)


def test_a_reader_of_arabic_is_shown_the_questions_in_arabic(carla: Person) -> None:
    carla.does("send", "note", "--set", "text=No case number", "--yes")
    number = carla.does("inbox").split()[0]

    shown = replace(carla, language="ar").does("show", number)

    assert "ملاحظة" in shown
    assert "النص" in shown
    assert "No case number" in shown


@pytest.mark.parametrize(
    ("arguments", "exit_code", "code"),
    [
        (("show", "999999"), 1, "usage_error"),
        (("send", "nothing"), 1, "usage_error"),
        (("send", "note", "--set", "text=a", "--tlp", "RED", "--to", "coordinator"), 1, "too_many_readers"),
        (("send", "note", "--tlp", "PINK"), 2, "mistyped"),
        (("send",), 2, "mistyped"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
)
def test_an_error_for_a_program_is_a_document_of_one_shape(
    ana: Person, arguments: tuple[str, ...], exit_code: int, code: str
) -> None:
    result = ana.run("--json", *arguments)

    assert result.exit_code == exit_code
    assert result.stdout == ""
    error = json.loads(result.stderr)["error"]
    assert error.keys() == {"code", "message", "details"}
    assert error["code"] == code


@pytest.mark.parametrize("typed", ["France", "fr", "XX", "F", ""])
def test_a_country_that_does_not_exist_stands_in_no_profile(carla: Person, typed: str) -> None:
    with pytest.raises(UsageError):
        choose_country(typed)

    said = carla.fails("operation", "invite", "--role", "officer", "--name", "A", "--country", typed)

    assert "two capital letters" in said


def test_each_mistake_of_a_plan_has_a_line_with_file_and_key(carla: Person, folder: Path) -> None:
    plan = folder / "wrong.toml"
    wrong = PLAN.read_text("utf-8").replace('tlp = "AMBER"', 'tlp = "PINK"').replace('role = "archive"', 'role = "ark"')
    plan.write_text(wrong, encoding="utf-8")

    said = carla.fails("operation", "create", str(plan), "--name", "A", "--organisation", "B").splitlines()

    assert said[0] == "cencomm: This file has mistakes, and nothing was done:"
    assert any(line.startswith(f"  {plan}: policy: tlp 'PINK'") for line in said)
    assert any(line.startswith(f"  {plan}: posts[archive]: role is one of") for line in said)


def test_a_plan_that_is_no_toml_names_the_line(carla: Person, folder: Path) -> None:
    plan = folder / "broken.toml"
    plan.write_text('name = "a"\nlabel = \n', encoding="utf-8")

    assert "line 2" in carla.fails("operation", "create", str(plan), "--name", "A", "--organisation", "B")


@pytest.mark.parametrize(
    "arguments",
    [
        ("operation", "revoke", "Unit A", "--yes"),
        ("operation", "invite", "--role", "officer", "--name", "A"),
        ("operation", "admit"),
        ("operation", "phase", "closed"),
    ],
    ids=" ".join,
)
def test_who_is_no_coordinator_hears_whom_to_ask(ana: Person, arguments: tuple[str, ...]) -> None:
    """L1: only coordinators sign; the screen says so before the ledger would refuse."""
    said = ana.fails(*arguments)

    assert "Seul un coordinateur" in said
    assert "Unit A" in said


READ_FROM_INPUT = ("0 0x0 ", "63 0x0 ")  # read(0, …) on x86-64 and on aarch64

ON_A_FULL_DISK = """
import resource, runpy
# A disk that is full: there is room for SQLite's shared memory, and for a few pages of its log.
resource.setrlimit(resource.RLIMIT_FSIZE, (32_768, 32_768))
runpy.run_module("cencomm", run_name="__main__")
"""


def test_an_inbox_that_could_not_be_written_does_not_say_that_there_is_nothing(ana: Person, carla: Person) -> None:
    for text in ("One", "Two", "Three", "You cannot see this yet"):
        carla.does("send", "note", "--set", f"text={text}", "--yes")
    mailbox = ["--data", str(ana.folder), "--password-file", str(ana.password_file), "--language", "en"]

    ended = subprocess.run(
        [sys.executable, "-c", ON_A_FULL_DISK, *mailbox, "inbox"], capture_output=True, text=True, check=False
    )

    assert ended.returncode != 0, ended
    assert "nothing is lost" in ended.stderr
    assert "No messages." not in ended.stdout
    assert "You cannot see this yet" in ana.does("inbox")


ASKING = """
import asyncio
from pathlib import Path
from cencomm.client.terminal import Terminal
from cencomm.client.words import load_words

async def ask():
    terminal = Terminal(words=load_words("en"), data=Path("."), password_file=None, as_json=False, clock=int,
                        entropy=bytes)
    terminal.confirm("Send?", yes=False)

try:
    asyncio.run(ask())
except BaseException as end:
    print("ended:", type(end).__name__)
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks the kernel whether a process waits")
def test_one_ctrl_c_ends_a_question() -> None:
    master, slave = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n{ASKING}"],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    ) as process:
        try:
            _read_until(master, b"[y/N]: ")
            _until_it_waits(process.pid)
            process.send_signal(signal.SIGINT)

            said = _read_until(master, b"ended: Abort")
        finally:
            process.kill()
            os.close(master)
            os.close(slave)

    assert b"ended: Abort" in said


def _until_it_waits(process: int) -> None:
    """It reads from the terminal: a signal between two instructions before that is noticed only after the next key."""
    syscall = Path(f"/proc/{process}/syscall")
    end = time.monotonic() + 10
    while time.monotonic() < end and not syscall.read_text("ascii").startswith(READ_FROM_INPUT):
        pass


def _read_until(terminal: int, wanted: bytes, *, seconds: float = 10) -> bytes:
    said, end = b"", time.monotonic() + seconds
    while wanted not in said and time.monotonic() < end:
        if select.select([terminal], [], [], 0.5)[0]:
            said += os.read(terminal, 4096)
    return said


def test_a_message_whose_form_cannot_be_read_keeps_no_other_from_the_list(
    presenter: Presenter, exercise: Operation
) -> None:
    """Its definition may come later, or never."""
    message = message_of(exercise)

    document = presenter.message_document(exercise, message)
    form, _, why = presenter.line(exercise, message)

    assert (document["form"], document["form_version"], form) == (None, None, "?")
    assert why


def message_of(operation: Operation) -> MessageDelivered:
    """One by the operation's founder, of a form that its ledger does not name."""
    device = new_device(IDENTITY, now=NOW, entropy=system_entropy)
    channel = ChannelId(b"c" * 16)
    envelope = Envelope(
        message=MessageId(b"m" * 16),
        operation=operation.id,
        channel=channel,
        author=device.certificate_hash,
        ledger_sequence=0,
        ledger_hash=operation.ledger.head_hash,
        form=BlobId(b"f" * 16),
        form_hash=bytes(32),
        reply_to=None,
        body=Body(values={}, language="en", written_at=NOW),
    )
    return MessageDelivered(
        place=Place(operation=operation.id, channel=channel, generation=1, sequence=1, log_hash=bytes(32), epoch=1),
        account=IDENTITY.account,
        identity_key=IDENTITY.identity_key,
        certificate=device.certificate,
        salt=bytes(32),
        signed=sign_envelope(envelope, device.signing_key),
        envelope=envelope,
        own=True,
        author_revoked=False,
    )
