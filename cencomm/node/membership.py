"""A node as a member: its folder, its session at the relay, its mailbox. Opened from disk, closed without writing."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from cencomm.client.account.account import settle, sign_in, sign_up
from cencomm.client.account.session import Access, Computer, kept_source
from cencomm.client.channel.entrance import introduce_device
from cencomm.client.channel.opening import Opening
from cencomm.client.history.holdings import Holdings
from cencomm.client.mailbox import Environment, Mailbox, open_mailbox
from cencomm.client.operation.enrolling import enrol
from cencomm.client.operation.operation import Operation
from cencomm.client.reports import Reports
from cencomm.client.transport.relay_client import open_relay
from cencomm.clock import Clock
from cencomm.errors import UsageError
from cencomm.ids import OperationId
from cencomm.ledger.letter import AccessLetter
from cencomm.node.api.kind import ApiKind
from cencomm.node.consumer import Consumer
from cencomm.node.data_folder import DataFolder
from cencomm.node.database import NODE, Database, migrate, open_database
from cencomm.node.errors import NoNode
from cencomm.node.journal import NodeJournal
from cencomm.node.key_file import NodeKeys, read_keys, write_keys
from cencomm.node.people import PEOPLE
from cencomm.node.sealing import Sealer
from cencomm.node.store import NodeStore
from cencomm.secret import Entropy


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a node takes from outside: its consumer, the code lists behind `reports`, time and chance.

    `holdings` are what it gives to those who come later (H2); None: it gives nothing. `api`: what it serves its people
    (docs/api.md), if it is told a port.
    """

    consumer: Consumer
    reports: Reports
    clock: Clock
    entropy: Entropy
    holdings: Callable[[NodeStore], Holdings] | None = None
    api: ApiKind | None = None


async def join(
    folder: DataFolder,
    letter: AccessLetter,
    around: Surroundings,
    *,
    relay_url: str | None = None,
    registration_code: str | None = None,
) -> str:
    """Make the node if there is none, and ask for the place that the letter offers. May be repeated after any fault.

    From the next run on the node looks whether the unit has admitted it. `relay_url` is where this computer reaches
    the relay, if not where the letter says.

    Returns:
        The node's sign-in name, by which nobody but the relay's operator will ever call it.

    Raises:
        NodeInUse: stop the node first.
        UsageError: the letter is of another relay than this node's, or the relay wants a registration code.
        Unavailable: the relay or the disk, for now.
    """
    folder.make()
    with folder.locked():
        keys = await asyncio.to_thread(_keys_for, folder, relay_url or letter.relay_address, around.entropy)
        async with open_store(folder, keys, around) as store, open_relay(keys.relay_url) as relay:
            access = await sign_up(
                relay,
                name=keys.name,
                password=keys.password.expose().decode(),
                registration_code=registration_code,
                device_secret=keys.device_secret,
                computer=Computer(source=await kept_source(store)),
                entropy=around.entropy,
            )
            mailbox = await _settle_in(store, access, around)
            await introduce_device(mailbox)  # so that the admission can bring it into its channels at once
            await enrol(mailbox, letter)
    return keys.name


@contextlib.asynccontextmanager
async def open_member(
    store: NodeStore, keys: NodeKeys, around: Surroundings, *, opening: Opening | None = None
) -> AsyncIterator[Mailbox]:
    """The node's mailbox as its last transaction left it, signed in to the relay.

    `opening` where that transaction may not have been its last: the folder was put back from a backup (D5).

    Raises:
        Unavailable: the relay or the disk, for now.
        WrongSignIn: the relay does not know this node any more.
    """
    async with open_relay(keys.relay_url) as relay:
        password = keys.password.expose().decode()
        computer = Computer(source=await kept_source(store))
        access = await sign_in(
            relay, name=keys.name, password=password, device_secret=keys.device_secret, computer=computer
        )
        yield await _settle_in(store, access, around, opening)


@contextlib.asynccontextmanager
async def open_store(folder: DataFolder, keys: NodeKeys, around: Surroundings) -> AsyncIterator[NodeStore]:
    """The database with the newest tables of node and consumer. The caller holds the folder's lock."""
    await asyncio.to_thread(migrate, folder.database, (NODE, PEOPLE, *around.consumer.packages))
    async with opened(folder) as database:
        yield NodeStore(database, Sealer(keys.store_key, around.entropy))


@contextlib.asynccontextmanager
async def opened(folder: DataFolder) -> AsyncIterator[Database]:
    """The database as it is, also while the node runs: only the holder of the folder's lock may write.

    Raises:
        NoNode: there is none.
    """
    if not await asyncio.to_thread(folder.database.is_file):
        raise NoNode(f"there is no node in {folder.path}: make one with `join`")
    database = open_database(folder.database)
    try:
        yield database
    finally:
        await database.dispose()


async def _settle_in(store: NodeStore, access: Access, around: Surroundings, opening: Opening | None = None) -> Mailbox:
    """Identity and device are in the store; whoever writes the journal asks the mailbox what an operation is."""
    await settle(store, access, now=around.clock(), entropy=around.entropy)

    def operation_of(operation: OperationId) -> Operation:
        return mailbox.operation(operation)

    journal = NodeJournal(store, around.consumer, operation_of, around.clock)
    environment = Environment(
        clock=around.clock, entropy=around.entropy, judge_report=around.reports.judge, opening=opening
    )
    mailbox = await open_mailbox(journal, access.relay, environment)
    return mailbox


def _keys_for(folder: DataFolder, relay_url: str, entropy: Entropy) -> NodeKeys:
    """The folder's keys, new ones if it has none."""
    if folder.key_file.exists():
        keys = read_keys(folder.key_file)
        if keys.relay_url != relay_url:
            raise UsageError(
                f"this node is at home at {keys.relay_url}: a node for {relay_url} needs a folder of its own"
            )
        return keys
    keys = NodeKeys.generate(relay_url=relay_url, entropy=entropy)
    write_keys(folder.key_file, keys)
    return keys
