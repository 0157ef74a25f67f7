"""A CEN that comes when releases were made, and some of them taken back, before it was there (R7, H2)."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from cencomm.cen.recording import ReleaseRecorder
from cencomm.client.channel.enactment import enact
from cencomm.client.channel.posting import post_control, send
from cencomm.client.operation.directory import Profile, encode_labels
from cencomm.client.releases.decisions import decision_body
from cencomm.client.reports import Reports
from cencomm.client.unit import admission, declaring
from cencomm.client.watch import catch_up
from cencomm.forms.control import ControlKind
from cencomm.forms.form import Form
from cencomm.forms.release_decision import Decided
from cencomm.ledger.kinds import ChannelKind, History, Role
from cencomm.node.records.criteria import Labels
from tests.scenarios.archive import Archive, archive_in, found_with_archive
from tests.scenarios.people import EXERCISE, Person, Place, admit, draft
from tests.scenarios.test_cen_hostile import RELEASED, publish
from tests.scenarios.test_node_history import of, serving


@pytest.fixture
async def cen(tmp_path: Path, reports: Reports, labels: Labels) -> AsyncIterator[Archive]:
    one = archive_in(tmp_path / "cen", reports, labels)
    one.around = replace(one.around, consumer=ReleaseRecorder(reports), holdings=None)
    yield one
    await one.stop()


@pytest.fixture
async def release(carla: Person, ana: Person, forms: Mapping[str, Form]) -> Place:
    """A release channel in an operation with history for all; there is no CEN yet."""
    place = await found_with_archive(carla, forms["seizure"], replace(EXERCISE, history=History.ALL))
    await admit(carla, ana, place, "FR")
    form = await publish(carla, place, forms["release"])
    channel = await declaring.open_channel(
        carla.mailbox,
        place.operation,
        kind=ChannelKind.RELEASE,
        title=encode_labels({"en": "To CEN"}),
        roles=(Role.OFFICER, Role.CEN, Role.COORDINATOR),
    )
    await enact(carla.mailbox, place.operation, channel)
    await catch_up(ana.mailbox)
    return Place(place.operation, channel, form)


async def test_what_was_taken_back_before_cen_came_does_not_come_to_it_as_history_r7(
    carla: Person, ana: Person, release: Place, cen: Archive
) -> None:
    first, _ = [
        await send(ana.mailbox, release.operation, release.channel, draft(release, {**RELEASED, "case_ref": reference}))
        for reference in ("taken back", "released")
    ]
    body = decision_body(Decided.WITHDRAWN, ana.mailbox.identity.identity_key, first.message)
    await post_control(ana.mailbox, release.operation, release.channel, ControlKind.RELEASE_DECISION, body)
    await catch_up(carla.mailbox)
    profile = Profile(name="CEN", organisation="WCO", country=None).encode()
    await cen.join(await admission.invite(carla.mailbox, release.operation, role=Role.CEN, profile=profile))
    await admission.admit_waiting(carla.mailbox, release.operation)

    cen.start()
    async with serving(of(carla)):
        assert await cen.headings(1) == ["released"]
