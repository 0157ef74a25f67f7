"""A nation's own store as a member: it enters, decrypts what everybody says, and keeps its own nation's alone."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from cencomm.client.channel.posting import send
from cencomm.client.operation.directory import Profile, encode_labels
from cencomm.client.reports import Reports
from cencomm.client.unit import admission, declaring, founding
from cencomm.forms.form import Form
from cencomm.forms.form_json import encode_form
from cencomm.ledger.kinds import ChannelKind, Role
from cencomm.ncen.nation import Nation
from cencomm.ncen.recording import NationRecorder
from cencomm.node.records.criteria import Labels
from tests.fakes.traces import contents, traces
from tests.scenarios.archive import SEIZURE, Archive, archive_in
from tests.scenarios.people import EXERCISE, PURPOSE, Person, Place, admit, draft, profile

OURS, THEIRS = "Rhinoceros7351", "Zyxwvutsrq9284"


@pytest.fixture
async def ncen(tmp_path: Path, reports: Reports, labels: Labels) -> AsyncIterator[Archive]:
    """The store of Kenya, which no operation has admitted yet."""
    one = archive_in(tmp_path / "ncen", reports, labels)
    one.around = replace(one.around, consumer=NationRecorder(reports, Nation("KE")), holdings=None)
    yield one
    await one.stop()


@pytest.fixture
async def place(carla: Person, ana: Person, bob: Person, ncen: Archive, forms: Mapping[str, Form]) -> Place:
    """Coordinator Carla, officers Ana (France) and Bob (Kenya), and the nCEN of Kenya, admitted."""
    mailbox = carla.mailbox
    operation = await founding.found_operation(
        mailbox, plan=PURPOSE.encode(), profile=profile(carla, None), policy=EXERCISE
    )
    channel = await declaring.open_channel(
        mailbox,
        operation,
        kind=ChannelKind.MAIN,
        title=encode_labels({"en": "Everybody"}),
        roles=(Role.COORDINATOR, Role.OFFICER, Role.NCEN),
    )
    await declaring.publish_form(mailbox, operation, encode_form(forms["seizure"]), version=forms["seizure"].version)
    (blob,) = mailbox.operation(operation).ledger.forms
    meeting = Place(operation, channel, blob)
    own = Profile(name="nCEN of Kenya", organisation="Customs", country="KE")
    await ncen.join(await admission.invite(mailbox, operation, role=Role.NCEN, profile=own.encode()))
    await admission.admit_waiting(mailbox, operation)
    await admit(carla, ana, meeting, "FR")
    await admit(carla, bob, meeting, "KE")
    return meeting


async def test_another_nations_report_is_decrypted_and_leaves_no_trace_on_disk_or_in_the_log(
    ncen: Archive, ana: Person, bob: Person, place: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    ncen.start()
    for officer, mark in ((ana, THEIRS), (bob, OURS), (ana, THEIRS), (bob, OURS)):
        said = {**SEIZURE, "case_ref": mark, "remarks": f"Seen: {mark}", "customs_office": mark}
        await send(officer.mailbox, place.operation, place.channel, draft(place, said))

    headings = await ncen.headings(2)

    while_it_runs = contents(ncen.folder.path)
    names = {path.name for path in ncen.folder.path.iterdir()}
    await ncen.stop()
    logged = "".join(capfd.readouterr()).encode()
    assert headings == [OURS, OURS]
    assert {"node.key", "node.sqlite", "node.sqlite-wal", "node.sqlite-shm"} <= names
    assert traces(OURS, *while_it_runs)
    assert not traces(THEIRS, *while_it_runs, *contents(ncen.folder.path), logged)
    assert not traces(OURS, logged)
    assert b"node_running" in logged
    assert (await ncen.verify()).sound
