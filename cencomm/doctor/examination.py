"""All of it, in the order in which one thing explains the next; nothing is changed, whatever runs goes on."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from cencomm.client.mailbox import Environment, Mailbox, open_mailbox
from cencomm.client.reports import Reports
from cencomm.client.transport.relay_client import open_relay
from cencomm.client.vault.folder import read_header
from cencomm.client.vault.journal import VaultJournal
from cencomm.clock import Clock
from cencomm.doctor.computer import judge_computer, this_computer
from cencomm.doctor.database import judge_database
from cencomm.doctor.finding import Finding, Verdict, broken, look, ok
from cencomm.doctor.folder import judge_folder
from cencomm.doctor.member import judge_member, judge_quarantine
from cencomm.doctor.network import judge_network
from cencomm.doctor.patient import Kind, Patient
from cencomm.doctor.relay import judge_relay
from cencomm.errors import CencommError
from cencomm.forms.code_list import load_code_lists
from cencomm.node.data_folder import DataFolder
from cencomm.node.key_file import read_keys
from cencomm.node.membership import opened
from cencomm.node.quarantine import count_set_aside
from cencomm.node.sealing import Sealer
from cencomm.node.store import NodeStore
from cencomm.secret import Entropy

SERVER_CONNECTIONS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`patient` None: the computer alone. `url` beats what the folder says. `thorough`: read every ledger and log."""

    patient: Patient | None
    url: str | None
    connections: int | None
    thorough: bool
    clock: Clock
    entropy: Entropy
    progress: Callable[[str], None]


async def examine(asked: Question) -> AsyncIterator[Finding]:
    """Finding after finding, each as soon as it is known."""
    patient, now = asked.patient, asked.clock()
    computer = this_computer()
    serves = patient is not None and patient.kind is not Kind.MAILBOX
    connections = asked.connections if asked.connections is not None else SERVER_CONNECTIONS if serves else 0
    for finding in judge_computer(computer, connections=connections):
        yield finding
    if patient is not None:
        for finding in judge_folder(patient, now=now, preloaded=computer.preloaded):
            yield finding
        sound = True
        for finding in judge_database(patient.database, is_migrated=serves):
            sound = sound and finding.verdict is Verdict.OK
            yield finding
        if sound and asked.thorough:
            async for finding in _inside(patient, asked, now=now):
                yield finding
    url = asked.url or _address(patient)
    if url is not None:
        for finding in await judge_network(url, clock=asked.clock):
            yield finding


async def _inside(patient: Patient, asked: Question, *, now: int) -> AsyncIterator[Finding]:
    """What the program itself would read. A folder that is damaged so far that it cannot is a finding, not an end."""
    try:
        match patient.kind:
            case Kind.RELAY:
                for finding in judge_relay(patient.folder, progress=asked.progress):
                    yield finding
            case Kind.NODE:
                for finding in await _node(patient, asked, now=now):
                    yield finding
            case Kind.MAILBOX:
                read_header(patient.folder)
                yield ok("mailbox", "The mailbox can be opened with its password; the doctor does not ask for it.")
    except CencommError as error:
        yield broken(
            "state",
            "What lies in the folder cannot be read: {reason}.",
            "Keep the folder, restore the newest backup into a new one, and tell the unit.",
            reason=str(error),
        )


async def _node(patient: Patient, asked: Question, *, now: int) -> list[Finding]:
    folder = DataFolder(patient.folder)
    keys = read_keys(folder.key_file)
    async with opened(folder) as database, open_relay(keys.relay_url) as relay:
        async with database.reading() as connection:
            counts = await count_set_aside(connection)
        store = NodeStore(database, Sealer(keys.store_key, asked.entropy))
        reports = Reports(load_code_lists())
        environment = Environment(clock=asked.clock, entropy=asked.entropy, judge_report=reports.judge)
        mailbox: Mailbox = await open_mailbox(VaultJournal(store), relay, environment)  # only read, never asked
        found = [*await judge_member(mailbox, now=now), judge_quarantine(counts)]
    if folder.restored_mark.exists():
        mend = "Start the node and let it reach the relay: it catches up and commits before it says anything."
        found.append(look("restored", "This node was put back from a backup and has not caught up.", mend))
    return found


def _address(patient: Patient | None) -> str | None:
    """Where the folder says that its relay is; a relay's own folder does not say."""
    if patient is None:
        return None
    try:
        match patient.kind:
            case Kind.RELAY:
                return None
            case Kind.NODE:
                return read_keys(DataFolder(patient.folder).key_file).relay_url
            case Kind.MAILBOX:
                return read_header(patient.folder).relay_url
    except CencommError:  # told of already, by its mode or its content
        return None
