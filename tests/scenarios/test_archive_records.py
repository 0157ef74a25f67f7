"""An archive at a real relay: admitted by letter, in the channel, and every message in it once, whoever stops when."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from cencomm.client.events import EpochBegan
from cencomm.client.operation import coordination
from cencomm.client.operation.decision import decide
from cencomm.client.reports import Reports
from cencomm.client.unit import admission
from cencomm.client.watch import catch_up
from cencomm.errors import UsageError
from cencomm.forms.form import Form
from cencomm.ids import AccountId, OperationId
from cencomm.ledger.kinds import RevokeReason, Role
from cencomm.node.errors import NodeInUse, NoNode
from cencomm.node.records.criteria import Criteria, Labels
from cencomm.node.records.verify import Check
from cencomm.secret import system_entropy
from cencomm.wire.operations import AppendEntry
from tests.fakes.loopback_relay import LoopbackRelay
from tests.scenarios.archive import SECONDS, Archive, archive_in, found_with_archive, invite_archive, report
from tests.scenarios.people import NOW, Person, Place, admit


def cases(*numbers: int) -> list[str]:
    return [f"case {number}" for number in numbers]


async def test_messages_are_recorded_while_the_archive_runs_and_while_it_does_not(
    archive: Archive, ana: Person, meeting: Place
) -> None:
    await report(ana, meeting, 1, 2)
    archive.start()
    assert await archive.headings(2) == cases(1, 2)
    await report(ana, meeting, 3)
    assert await archive.headings(3) == cases(1, 2, 3)
    await archive.stop()
    await report(ana, meeting, 4)

    archive.start()

    assert await archive.headings(4) == cases(1, 2, 3, 4)


async def test_a_record_names_its_author_as_the_ledger_did(archive: Archive, ana: Person, meeting: Place) -> None:
    archive.start()
    await report(ana, meeting, 1)
    await archive.headings(1)

    (record,) = await archive.found(Criteria(author_country="FR", commodity="CIT", text="case"))

    assert (record.author_name, record.author_organisation, record.author_country) == ("Ana", "Customs", "FR")
    assert not record.author_revoked


async def test_every_record_verifies_against_signature_ledger_cells_and_log(
    archive: Archive, ana: Person, carla: Person, meeting: Place
) -> None:
    archive.start()
    await report(ana, meeting, 1)
    await catch_up(carla.mailbox)
    await report(carla, meeting, 2)
    await report(ana, meeting, 3)
    await archive.headings(3)

    verification = await archive.verify()

    assert verification.sound
    assert verification.passed == dict.fromkeys(set(Check) - {Check.FILES}, 3)  # none of them has a file


async def test_messages_of_somebody_admitted_later_are_recorded(
    archive: Archive, carla: Person, bob: Person, meeting: Place
) -> None:
    archive.start()
    await admit(carla, bob, meeting, "KE")
    await report(bob, meeting, 7)

    assert await archive.headings(1) == cases(7)


async def test_the_archive_removes_at_once_whom_the_unit_revokes(
    archive: Archive, carla: Person, ana: Person, meeting: Place
) -> None:
    """The coordinator signs and is gone; the archive, always there, makes the Commit that locks them out (C7)."""
    archive.start()
    await report(ana, meeting, 1)
    await archive.headings(1)
    await catch_up(carla.mailbox)

    await _sign_revocation(carla, meeting.operation, ana.account)
    async with asyncio.timeout(SECONDS):
        while not (removals := [event for event in carla.said(EpochBegan) if ana.account in event.removed]):
            await catch_up(carla.mailbox)
            await asyncio.sleep(0.05)

    members = carla.mailbox.operation(meeting.operation).ledger.members
    assert members[removals[0].committer].role is Role.ARCHIVE
    await report(carla, meeting, 2)
    assert await archive.headings(2) == cases(1, 2)


async def _sign_revocation(coordinator: Person, operation: OperationId, account: AccountId) -> None:
    """The entry alone; the coordinator's program ends before it can make a Commit."""
    mailbox = coordinator.mailbox
    known = mailbox.operation(operation)
    proposal = coordination.revoke(known, account, reason=RevokeReason.LEFT_THE_POST, entropy=system_entropy)
    decision = decide(known, mailbox.identity, proposal, now=NOW, entropy=system_entropy)
    entry = AppendEntry(entry=decision.entry.encode(), wraps=decision.wraps, blobs=decision.blobs)
    await mailbox.relay.append(operation, entry)


async def test_an_outage_of_the_relay_is_waited_out(
    archive: Archive, server: LoopbackRelay, ana: Person, meeting: Place
) -> None:
    archive.start()
    await report(ana, meeting, 1)
    await archive.headings(1)

    await server.stop()
    await server.start()
    await report(ana, meeting, 2)

    assert await archive.headings(2) == cases(1, 2)


async def test_a_letter_may_be_answered_twice_and_only_at_its_own_relay(
    archive: Archive, carla: Person, forms: Mapping[str, Form]
) -> None:
    place = await found_with_archive(carla, forms["seizure"])
    letter = await invite_archive(carla, place.operation)
    await archive.join(letter)
    await archive.join(letter)

    with pytest.raises(UsageError):
        await archive.join(replace(letter, relay_address="http://127.0.0.1:1/"))

    admitted, strangers = await admission.admit_waiting(carla.mailbox, place.operation)
    assert (len(admitted), strangers) == (1, [])


async def test_one_folder_runs_once(archive: Archive, meeting: Place, ana: Person, reports: Reports) -> None:
    archive.start()
    await report(ana, meeting, 1)
    await archive.headings(1)
    second = archive_in(archive.folder.path, reports, archive.labels)

    second.start()

    with pytest.raises(NodeInUse):
        await second.headings(2)


async def test_a_folder_without_a_node_cannot_be_run(tmp_path: Path, reports: Reports, labels: Labels) -> None:
    nothing = archive_in(tmp_path / "nothing", reports, labels)

    with pytest.raises(NoNode):
        await nothing.found()
