"""One relay and one operation for all tests of the command line: making accounts is what takes their time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.loopback_relay import LoopbackRelay
from tests.fakes.relay_thread import relay_thread
from tests.unit.client.person import PLAN, Person, signed_up

PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cli")


@pytest.fixture(scope="package")
def relay(folder: Path) -> Iterator[LoopbackRelay]:
    with relay_thread(folder / "relay") as one:
        yield one


@pytest.fixture(scope="package")
def password_file(folder: Path) -> Path:
    path = folder / "password"
    path.write_text(PASSWORD + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="package")
def carla(folder: Path, password_file: Path, relay: LoopbackRelay) -> Person:
    """The coordinator of an operation that she founded from the sample plan."""
    somebody = signed_up(folder, password_file, relay, "carla", "en")
    said = somebody.does("operation", "create", str(PLAN), "--name", "Unit A", "--organisation", "WCO")
    assert "asks for no device secret" in said  # D3 exempts exercises, and says so
    return somebody


@pytest.fixture(scope="package")
def ana(folder: Path, password_file: Path, relay: LoopbackRelay, carla: Person) -> Person:
    """The officer in Paris."""
    somebody = signed_up(folder, password_file, relay, "ana", "fr")
    letter = folder / "ana.letter"
    carla.does("operation", "invite", "--post", "paris", "--organisation", "DGDDI", "--letter", str(letter))
    somebody.does("operation", "join", str(letter), "--yes")
    carla.does("operation", "admit")
    return somebody
