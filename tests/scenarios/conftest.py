"""A real relay and three people who met there: nouns of the scenarios."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from cencomm.client.reports import Reports
from cencomm.client.unit import admission
from cencomm.client.watch import catch_up
from cencomm.forms.code_list import CodeList, load_code_lists
from cencomm.forms.form import Form
from cencomm.forms.library import load_forms
from cencomm.forms.operation import OperationPlan, decode_operation
from cencomm.node.records.criteria import Labels
from cencomm.resources import resource
from tests.fakes.loopback_relay import LoopbackRelay, loopback_relay
from tests.scenarios.archive import Archive, archive_in, found_with_archive, invite_archive
from tests.scenarios.people import Person, Place, admit, clock, found, person


@pytest.fixture(scope="session")
def lists() -> Mapping[str, CodeList]:
    return load_code_lists()


@pytest.fixture(scope="session")
def forms(lists: Mapping[str, CodeList]) -> Mapping[str, Form]:
    return load_forms(lists)


@pytest.fixture
def plan(lists: Mapping[str, CodeList], forms: Mapping[str, Form]) -> OperationPlan:
    """The sample operation, as if it were none: two coordinators found it, in two channels, with one form."""
    sample = decode_operation(resource("operations/sample_air.toml").read_text("utf-8"), forms, lists)
    return replace(
        sample,
        channels=sample.channels[:1],
        forms={"seizure": sample.forms["seizure"]},
        policy=replace(sample.policy, exercise=False),
    )


@pytest.fixture
def reports(lists: Mapping[str, CodeList]) -> Reports:
    return Reports(lists)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LoopbackRelay]:
    async with loopback_relay(tmp_path / "relay", clock=clock) as one:
        yield one


@pytest.fixture
async def carla(server: LoopbackRelay, tmp_path: Path, reports: Reports) -> AsyncIterator[Person]:
    """The coordinator."""
    async with person(server.url, tmp_path / "carla", "Carla", reports) as one:
        yield one


@pytest.fixture
async def ana(server: LoopbackRelay, tmp_path: Path, reports: Reports) -> AsyncIterator[Person]:
    async with person(server.url, tmp_path / "ana", "Ana", reports) as one:
        yield one


@pytest.fixture
async def bob(server: LoopbackRelay, tmp_path: Path, reports: Reports) -> AsyncIterator[Person]:
    async with person(server.url, tmp_path / "bob", "Bob", reports) as one:
        yield one


@pytest.fixture
async def eve(server: LoopbackRelay, tmp_path: Path, reports: Reports) -> AsyncIterator[Person]:
    """Whoever has not been invited."""
    async with person(server.url, tmp_path / "eve", "Eve", reports) as one:
        yield one


@pytest.fixture
async def place(carla: Person, ana: Person, bob: Person, forms: Mapping[str, Form]) -> Place:
    """The operation and its main channel, with coordinator Carla and officers Ana (France) and Bob (Kenya)."""
    meeting = await found(carla, forms["seizure"])
    await admit(carla, ana, meeting, "FR")
    await admit(carla, bob, meeting, "KE")
    return meeting


@pytest.fixture(scope="session")
def labels(lists: Mapping[str, CodeList]) -> Labels:
    return Labels(lists)


@pytest.fixture
async def archive(tmp_path: Path, reports: Reports, labels: Labels) -> AsyncIterator[Archive]:
    """A folder for one, which no operation has admitted yet."""
    one = archive_in(tmp_path / "archive", reports, labels)
    yield one
    await one.stop()


@pytest.fixture
async def meeting(carla: Person, ana: Person, archive: Archive, forms: Mapping[str, Form]) -> Place:
    """The operation of Carla with officer Ana (France), and an archive that was admitted and does not run yet."""
    place = await found_with_archive(carla, forms["seizure"])
    await admit(carla, ana, place, "FR")
    await archive.join(await invite_archive(carla, place.operation))
    await admission.admit_waiting(carla.mailbox, place.operation)
    await catch_up(ana.mailbox)
    return place
