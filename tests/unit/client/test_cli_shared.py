"""`sign-in --shared`: a session on a computer that keeps nothing, from the first sign-up to a hand-over (D4)."""

import asyncio
import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cencomm.__main__ import assemble
from cencomm.client.account.account import sign_in
from cencomm.client.commands.shared import begin
from cencomm.client.desk import open_desk
from cencomm.client.roaming.holding import take
from cencomm.client.terminal import Terminal
from cencomm.client.transport.errors import NoSession
from cencomm.client.transport.relay_client import open_relay
from cencomm.client.watch import catch_up
from cencomm.client.words import load_words
from cencomm.clock import system_clock
from cencomm.secret import system_entropy
from tests.fakes.loopback_relay import LoopbackRelay
from tests.unit.client.conftest import PASSWORD
from tests.unit.client.person import PLAN, Person


@dataclass(frozen=True)
class SharedComputer:
    """Its disk is `folder`, which stays empty; `name` sits down at it for a while."""

    folder: Path
    password_file: Path
    relay: str
    name: str

    def session(
        self, command: str, *lines: str, options: tuple[str, ...] = (), settings: tuple[str, ...] = ()
    ) -> Result:
        start = ("--password-file", str(self.password_file), "--language", "en", *settings)
        begin = (command, "--shared", "--relay", self.relay, "--name", self.name, *options)
        typed = "".join(line + "\n" for line in lines)
        home = {"HOME": str(self.folder), "XDG_DATA_HOME": None, "TMPDIR": str(self.folder)}
        return CliRunner().invoke(assemble(), [*start, *begin], input=typed, env=home)

    def does(self, command: str, *lines: str, options: tuple[str, ...] = ()) -> str:
        result = self.session(command, *lines, options=options)
        assert result.exit_code == 0, result.output
        return result.output


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory, password_file: Path, relay: LoopbackRelay) -> SharedComputer:
    return SharedComputer(tmp_path_factory.mktemp("shared"), password_file, relay.url, "night duty")


@pytest.fixture(scope="module")
def duty(post: SharedComputer, carla: Person, folder: Path) -> Iterator[SharedComputer]:
    """A post that signed up, joined and was admitted, all from shared computers."""
    letter = folder / "duty.letter"
    carla.does("operation", "invite", "--post", "dubai", "--letter", str(letter))
    post.does("sign-up", f"operation join '{letter}' --yes", "sign-out")
    carla.does("operation", "admit")
    yield post
    assert not list(post.folder.iterdir()), "something was left on the disk of a shared computer"


def test_a_session_reads_and_writes_and_leaves_nothing_behind(
    duty: SharedComputer, carla: Person, folder: Path
) -> None:
    """Files neither: what is sealed of them until they are sent lies in memory (A6)."""
    carla.does("send", "note", "--set", "text=For the night shift", "--yes")
    (folder / "list.txt").write_text("a list", encoding="utf-8")
    send = f"send note --set 'text=From the night shift' --attach '{folder / 'list.txt'}' --yes"

    said = duty.does("sign-in", "inbox", "show 1", send, "sign-out", "inbox")

    assert "For the night shift" in said
    assert "Nothing of yours is left on this computer" in said
    assert "Sent" in said
    assert "From the night shift [files: 1]" in carla.does("inbox")


def test_the_next_shift_reads_what_the_last_one_read(duty: SharedComputer) -> None:
    duty.does("sign-in", "sign-out")

    said = duty.does("sign-in", "inbox")  # the end of the input signs out too

    assert "For the night shift" in said
    assert "signed out" in said


def test_a_line_that_cannot_be_done_ends_no_session(duty: SharedComputer) -> None:
    said = duty.does("sign-in", "show 'x", "nonsense", "show 99", "", "# nothing", "fingerprint --help", "sign-out")

    assert "cannot be read" in said
    assert "nonsense" in said
    assert "no message 99" in said
    assert said.count("signed out") == 1


def test_a_mailbox_that_is_open_elsewhere_is_taken_over_only_when_asked(duty: SharedComputer) -> None:
    """D4: after a computer that was switched off."""

    async def be_switched_off() -> None:
        async with open_relay(duty.relay) as relay:
            access = await sign_in(relay, name=duty.name, password=PASSWORD)
            await take(access, take_over=False, clock=system_clock, entropy=system_entropy)

    asyncio.run(be_switched_off())

    refused = duty.session("sign-in", "inbox")
    taken = duty.does("sign-in", "inbox", options=("--take-over",))

    assert refused.exit_code == 1
    assert "--take-over" in refused.output
    assert "did not sign out" in taken
    assert "For the night shift" in taken


def test_a_mailbox_of_the_browser_is_not_opened_and_its_officer_is_told_where_it_is(post: SharedComputer) -> None:
    """ADR 0027: its rows mean nothing to this program, which would write its own beside them."""
    desk = dataclasses.replace(post, name="browsing")
    desk.does("sign-up", "sign-out")

    async def write_as_the_browser() -> None:
        async with open_relay(desk.relay) as relay:
            access = await sign_in(relay, name=desk.name, password=PASSWORD)
            held = await take(access, take_over=False, clock=system_clock, entropy=system_entropy)
            await held.store.apply({"program": b"browser 1"}, expected_version=await held.store.version())
            await held.store.release()

    asyncio.run(write_as_the_browser())

    refused = desk.session("sign-in", "inbox")

    assert refused.exit_code == 1
    assert "open the relay's address" in refused.output
    assert "--take-over" not in desk.session("sign-in", "inbox").output  # it was given back


def test_programs_read_documents(duty: SharedComputer) -> None:
    result = duty.session("sign-in", "inbox", "sign-out", settings=("--json",))

    inbox, signed_out = (json.loads(line) for line in result.stdout.splitlines())
    assert inbox
    assert signed_out == {"signed_in": False}


def test_a_coordinator_founds_and_invites_from_shared_computers(post: SharedComputer, folder: Path) -> None:
    """The Commits that travel beside ledger entries take the sealed state along (L3, D4)."""
    unit = dataclasses.replace(post, name="unit on duty")
    letter = folder / "from-shared.letter"
    unit.does("sign-up", f"operation create '{PLAN}' --name 'Unit B' --organisation WCO", "sign-out")

    said = unit.does(
        "sign-in", f"operation invite --post paris --letter '{letter}'", "send note --set 'text=Ready' --yes", "inbox"
    )

    assert letter.exists()
    assert "Ready" in said


def test_a_shared_computer_has_to_be_told_who_sits_at_it(carla: Person) -> None:
    assert "--relay" in carla.fails("sign-in", "--shared")


def test_a_computer_that_lost_the_mailbox_ends_its_session(duty: SharedComputer, folder: Path) -> None:
    """D4: whoever is still at it is told, and it shows nothing more."""
    terminal = Terminal(
        words=load_words("en"),
        data=folder / "nowhere",
        password_file=duty.password_file,
        as_json=False,
        clock=system_clock,
        entropy=system_entropy,
    )

    async def sit_and_lose_it() -> Terminal:
        async with open_relay(duty.relay) as relay:
            access = await sign_in(relay, name=duty.name, password=PASSWORD)
            return await begin(terminal, access, take_over=False)

    async def look(at: Terminal) -> None:
        async with open_desk(at) as desk:
            await catch_up(desk.mailbox)

    seat = asyncio.run(sit_and_lose_it())
    assert seat.sitting is not None
    duty.does("sign-in", "inbox", options=("--take-over",))

    with pytest.raises(NoSession):
        asyncio.run(look(seat))

    assert seat.sitting.is_lost


def test_a_new_password_takes_no_device_secret_from_an_account_d3(
    tmp_path: Path, post: SharedComputer, folder: Path
) -> None:
    """Sealed under the password alone, the vault would open to the relay's next good guess."""
    desk, letter = dataclasses.replace(post, folder=tmp_path, name="coordinator at a post"), folder / "post.secret"
    new = folder / "post.new-password"
    new.write_text("another phrase for a shared computer\n", encoding="utf-8")
    change = f"account password --new-password-file {new}"
    sealed = ("--device-secret-file", str(letter))

    assert "Nothing was changed" in desk.does("sign-up", change, "sign-out", options=("--device-secret", str(letter)))
    changed = desk.session("sign-in", change, "sign-out", settings=sealed)
    assert "The new password opens" in changed.output

    later = dataclasses.replace(desk, password_file=new)
    assert "This account has a device secret" in later.session("sign-in").output
    assert later.session("sign-in", "sign-out", settings=sealed).exit_code == 0
