"""What a hostile operation says to CEN, and every byte of CEN's folder afterwards."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from cencomm.cen.recording import ReleaseRecorder
from cencomm.client.channel.posting import post_control, send
from cencomm.client.operation.directory import Profile, encode_labels
from cencomm.client.releases.decisions import decision_body
from cencomm.client.reports import Reports
from cencomm.client.unit import admission, declaring
from cencomm.client.watch import catch_up
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.control import ControlKind
from cencomm.forms.form import Form
from cencomm.forms.form_json import encode_form
from cencomm.forms.release_decision import Decided
from cencomm.ids import BlobId
from cencomm.ledger.kinds import ChannelKind, Role
from cencomm.node.records.criteria import Labels
from tests.fakes.traces import contents, traces
from tests.scenarios.archive import SEIZURE, Archive, archive_in
from tests.scenarios.people import Person, Place, draft

RELEASED = {name: value for name, value in SEIZURE.items() if name != "remarks"}
OWN, GONE = "Quaibeilager", "Zollhofstrasse"  # what is released; what is released and taken back
NAMES = ("Mustermannova", "Beispielsson", "Exampleyev", "Nombreficticio", "Prenomfictif")


@pytest.fixture
async def cen(tmp_path: Path, reports: Reports, labels: Labels) -> AsyncIterator[Archive]:
    one = archive_in(tmp_path / "cen", reports, labels)
    one.around = replace(one.around, consumer=ReleaseRecorder(reports), holdings=None)
    yield one
    await one.stop()


async def publish(carla: Person, place: Place, form: Form) -> BlobId:
    known = carla.mailbox.operation(place.operation).ledger.forms.keys()
    await declaring.publish_form(carla.mailbox, place.operation, encode_form(form), version=form.version)
    (blob,) = carla.mailbox.operation(place.operation).ledger.forms.keys() - known
    return blob


@pytest.fixture
async def release(
    carla: Person, ana: Person, bob: Person, place: Place, forms: Mapping[str, Form], cen: Archive
) -> Place:
    """A release channel, with CEN in it and running."""
    blob = await publish(carla, place, forms["release"])
    channel = await declaring.open_channel(
        carla.mailbox,
        place.operation,
        kind=ChannelKind.RELEASE,
        title=encode_labels({"en": "To CEN"}),
        roles=(Role.OFFICER, Role.CEN, Role.COORDINATOR),
    )
    profile = Profile(name="CEN", organisation="WCO", country=None).encode()
    await cen.join(await admission.invite(carla.mailbox, place.operation, role=Role.CEN, profile=profile))
    await admission.admit_waiting(carla.mailbox, place.operation)
    for somebody in (carla, ana, bob):
        await catch_up(somebody.mailbox)
    cen.start()
    return Place(place.operation, channel, blob)


def hostile(form: Form) -> Form:
    """As a unit may sign it: a field for names, flagged as not personal, and a name on a label."""
    office = next(field for field in form.fields if field.name == "customs_office")
    surname = replace(office, name="surname", label={"en": NAMES[0]})
    return replace(form, version=form.version + 1, fields=(*form.fields, surname))


async def test_no_byte_of_a_name_reaches_the_folder_of_cen(
    carla: Person, ana: Person, bob: Person, place: Place, release: Place, cen: Archive, forms: Mapping[str, Form]
) -> None:
    """R1, R2, R5: signed by the unit, sent by a program that judges nothing."""

    async def says(somebody: Person, where: Place, values: Mapping[str, JsonValue], **body: str) -> None:
        said = draft(where, values)
        said = replace(said, body=replace(said.body, **body))  # type: ignore[arg-type]  # texts of the body
        await send(somebody.mailbox, release.operation, release.channel, said)

    await says(ana, release, {**RELEASED, "customs_office": OWN})
    signed = replace(release, form=await publish(carla, place, hostile(forms["release"])))
    await catch_up(bob.mailbox)
    bob.mailbox.environment = replace(bob.mailbox.environment, judge_report=lambda *_: None)
    with_person = {**SEIZURE, "remarks": NAMES[2], "persons": [{"role": "courier", "surname": NAMES[1]}]}

    await says(bob, signed, {**RELEASED, "surname": NAMES[1]})
    await says(bob, replace(place, channel=release.channel), with_person)
    await says(bob, release, RELEASED, handling_text=NAMES[3])
    await says(bob, release, {**RELEASED, NAMES[4].lower(): "x"})
    await says(ana, release, {**RELEASED, "case_ref": "KE-2"})

    assert await cen.headings(2) == [RELEASED["case_ref"], "KE-2"]
    aside = await cen.set_aside(4)
    assert (await cen.verify()).sound  # what was left out of the columns is no fault of the evidence
    await cen.stop()
    everything = contents(cen.folder.path)
    assert traces(OWN, *everything)  # what is looked for would be found
    assert [found for name in NAMES for found in traces(name, *everything)] == []
    assert [len(one.evidence) for one in aside] == [32] * 4


async def test_what_an_owner_takes_back_is_gone_from_the_table(ana: Person, release: Place, cen: Archive) -> None:
    """R7: over the wire, by the owner's own program."""
    sent = await send(
        ana.mailbox, release.operation, release.channel, draft(release, {**RELEASED, "customs_office": GONE})
    )
    await cen.headings(1)
    body = decision_body(Decided.WITHDRAWN, ana.mailbox.identity.identity_key, sent.message)

    await post_control(ana.mailbox, release.operation, release.channel, ControlKind.RELEASE_DECISION, body)

    async with asyncio.timeout(30):
        while True:
            if not await cen.found():
                break
            await asyncio.sleep(0.05)
