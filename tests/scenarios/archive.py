"""An archive of a scenario: its data folder, and its process while it runs."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from pathlib import Path

from cencomm.archive.history import ArchivedHoldings
from cencomm.client.account.account import sign_in
from cencomm.client.channel.posting import send
from cencomm.client.operation.directory import Profile, encode_labels
from cencomm.client.reports import Reports
from cencomm.client.transport.relay_client import open_relay
from cencomm.client.unit import admission, declaring, founding
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.form import Form
from cencomm.forms.form_json import encode_form
from cencomm.ids import OperationId
from cencomm.ledger.bodies import Policy
from cencomm.ledger.kinds import ChannelKind, Role
from cencomm.ledger.letter import AccessLetter
from cencomm.node.config import NodeConfig
from cencomm.node.data_folder import DataFolder
from cencomm.node.key_file import read_keys
from cencomm.node.membership import Surroundings, join, opened
from cencomm.node.operations import known_operations
from cencomm.node.quarantine import SetAside, list_set_aside
from cencomm.node.records.criteria import Criteria, Labels
from cencomm.node.records.found import Found
from cencomm.node.records.inspection import inspect_log, inspect_records
from cencomm.node.records.recording import MessageRecorder
from cencomm.node.records.search import find
from cencomm.node.records.verify import Verification
from cencomm.node.runtime import run_node
from cencomm.node.sealing import Sealer
from cencomm.node.store import NodeStore
from cencomm.secret import system_entropy
from tests.scenarios.people import EXERCISE, PURPOSE, Person, Place, clock, draft, profile

SECONDS = 60.0  # until a scenario is given up; each takes two or three
SEIZURE: dict[str, JsonValue] = {
    "case_ref": "FR-2026-0117",
    "seizure_date": "2026-11-20",
    "reporting_country": "FR",
    "location_type": "airport",
    "place": {"code": "CDG", "city": "Paris", "country": "FR"},
    "items": [{"category": "CIT", "quantity": {"amount": "12.50", "unit": "KGM", "basis": "net"}}],
}
PROFILE = Profile(name="Archive", organisation="Unit", country=None)


@dataclass(slots=True)
class Archive:
    folder: DataFolder
    around: Surroundings
    labels: Labels
    config: NodeConfig
    _task: "asyncio.Task[None] | None" = field(default=None)

    async def join(self, letter: AccessLetter) -> None:
        await join(self.folder, letter, self.around)

    def start(self) -> None:
        self._task = asyncio.create_task(run_node(self.config, self.around))

    async def stop(self) -> None:
        """As a signal does."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def found(self, criteria: Criteria = Criteria()) -> tuple[Found, ...]:  # noqa: B008 (it never changes)
        async with opened(self.folder) as database, database.reading() as connection:
            return (await find(connection, criteria, self.labels)).found

    async def headings(self, count: int) -> list[str]:
        """The headings of all records in the order in which they came, as soon as there are so many."""
        async with asyncio.timeout(SECONDS):
            while len(found := await self.found()) < count:
                if self._task is not None and self._task.done():
                    self._task.result()
                await asyncio.sleep(0.05)
        return [one.heading for one in sorted(found, key=lambda one: one.record)]

    async def set_aside(self, count: int) -> list[SetAside]:
        """What is in quarantine, as soon as there is so much."""
        async with asyncio.timeout(SECONDS):
            while True:
                async with opened(self.folder) as database, database.reading() as connection:
                    found = await list_set_aside(connection)
                if len(found) >= count:
                    return found
                await asyncio.sleep(0.05)

    async def verify(self) -> Verification:
        """Every check, the relay's log too."""
        keys = read_keys(self.folder.key_file)
        async with (
            opened(self.folder) as database,
            database.reading() as connection,
            open_relay(keys.relay_url) as relay,
        ):
            operations = await known_operations(NodeStore(database, Sealer(keys.store_key, self.around.entropy)))
            verification = await inspect_records(connection, operations, self.around.reports, lambda _: None)
            password = keys.password.expose().decode()
            access = await sign_in(relay, name=keys.name, password=password, device_secret=keys.device_secret)
            await inspect_log(connection, access.relay, operations, verification)
            return verification


def archive_in(path: Path, reports: Reports, labels: Labels) -> Archive:
    around = Surroundings(
        consumer=MessageRecorder(reports),
        reports=reports,
        clock=clock,
        entropy=system_entropy,
        holdings=ArchivedHoldings,
    )
    config = NodeConfig(data=path, first_retry_seconds=0.05, longest_retry_seconds=0.2)
    return Archive(DataFolder(path), around, labels, config)


async def found_with_archive(coordinator: Person, form: Form, policy: Policy = EXERCISE) -> Place:
    """An exercise whose main channel has a seat for the archive."""
    mailbox = coordinator.mailbox
    operation = await founding.found_operation(
        mailbox, plan=PURPOSE.encode(), profile=profile(coordinator, None), policy=policy
    )
    channel = await declaring.open_channel(
        mailbox,
        operation,
        kind=ChannelKind.MAIN,
        title=encode_labels({"en": "Everybody", "fr": "Tous"}),
        roles=(Role.COORDINATOR, Role.OFFICER, Role.ARCHIVE),
    )
    await declaring.publish_form(mailbox, operation, encode_form(form), version=form.version)
    (blob,) = mailbox.operation(operation).ledger.forms
    return Place(operation, channel, blob)


async def invite_archive(coordinator: Person, operation: OperationId) -> AccessLetter:
    return await admission.invite(coordinator.mailbox, operation, role=Role.ARCHIVE, profile=PROFILE.encode())


async def report(officer: Person, place: Place, *numbers: int) -> None:
    """A seizure for each number, which is its case."""
    for number in numbers:
        values = {**SEIZURE, "case_ref": f"case {number}"}
        await send(officer.mailbox, place.operation, place.channel, draft(place, values))
