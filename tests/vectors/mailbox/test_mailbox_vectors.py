"""What lies at the relay does not change its form: Python and the browser write the same rows."""

import json

import pytest

from cencomm.client.errors import AnotherProgram
from cencomm.client.roaming.loading import Loaded, fetch, load
from cencomm.client.roaming.program import require_own_program
from cencomm.client.roaming.sealing import MailboxSealing
from cencomm.secret import system_entropy
from cencomm.wire.mailbox import MailboxRow, WriteMailbox
from tests.fakes.mailbox_host import MailboxHost
from tests.vectors.mailbox.fixtures import ACCOUNT, FOLDER, KEYS, fixtures

FIXTURES = fixtures()


@pytest.mark.parametrize("name", sorted(FIXTURES))
def test_the_code_writes_what_the_fixture_holds(name: str) -> None:
    assert FIXTURES[name] == json.loads((FOLDER / name).read_text(encoding="utf-8"))


def test_every_fixture_is_written_by_the_code() -> None:
    assert {file.name for file in FOLDER.glob("*.json")} == set(FIXTURES)


async def loaded(name: str) -> Loaded:
    """The mailbox that the writes of a fixture made."""
    host = MailboxHost()
    for step in json.loads((FOLDER / name).read_text(encoding="utf-8"))["steps"]:
        made = step["write"]
        rows = (
            MailboxRow(name=bytes.fromhex(row["name"]), sealed=bytes.fromhex(row["sealed"]), cold=row["cold"])
            for row in made["rows"]
        )
        write = WriteMailbox(holder=1, version=made["version"], seal=bytes.fromhex(made["seal"]), rows=tuple(rows))
        await host.write_mailbox(write)
    return load(await fetch(host, host.held), MailboxSealing(KEYS, ACCOUNT, system_entropy))


async def test_a_mailbox_of_before_is_python_s_and_stays_readable() -> None:
    """ADR 0027."""
    mailbox = await loaded("before_programs.json")

    require_own_program(mailbox.values)
    assert mailbox.values["device"] == b"d" * 70


async def test_a_mailbox_of_the_browser_is_left_to_it() -> None:
    """ADR 0027."""
    mailbox = await loaded("writes.json")

    with pytest.raises(AnotherProgram):
        require_own_program(mailbox.values)
