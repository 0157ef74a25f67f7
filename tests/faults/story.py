"""What each member and node holds of each channel, read from where it keeps it."""

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

from cencomm.client.account.account import stretch
from cencomm.client.account.sign_in import typed_password
from cencomm.client.channel.posting import resume
from cencomm.client.mailbox import Mailbox
from cencomm.client.vault.folder import read_header
from cencomm.client.vault.journal import decode_message, decode_quarantined, message_prefix
from cencomm.client.vault.state_store import StateStore
from cencomm.client.vault.vault import open_vault
from cencomm.client.watch import catch_up
from cencomm.ids import AccountId, ChannelId, OperationId
from cencomm.secret import system_entropy
from tests.faults.duty_post import at_a_shared_computer
from tests.faults.member import at_own_computer
from tests.faults.part import Part
from tests.faults.player import Player
from tests.faults.scene import Scene
from tests.faults.unit import insist

ROUNDS = 3  # of reading and sending what waited: what one sends in a round the others read in the next


@dataclass(frozen=True, slots=True)
class Told:
    """A message as somebody holds it: where it stands in the log, and the hash of the exact signed bytes."""

    sequence: int
    message: str
    content: bytes
    account: AccountId


Story = Mapping[ChannelId, Sequence[Told]]


async def story_of(store: StateStore, operation: OperationId) -> Story:
    story: dict[ChannelId, list[Told]] = {}
    for _, value in await store.scan(message_prefix(operation)):
        one = decode_message(value)
        told = Told(one.place.sequence, one.envelope.message.hex(), sha256(one.signed.encode()).digest(), one.account)
        story.setdefault(one.place.channel, []).append(told)
    return story


async def set_aside(store: StateStore) -> list[str]:
    """What a member could not take, in words."""
    found = [decode_quarantined(value) for _, value in await store.scan("quarantine/")]
    return [f"{one.reason.value} at {one.place.sequence}: {one.detail}" for one in found]


@contextlib.asynccontextmanager
async def mailboxes(scene: Scene) -> AsyncIterator[Mapping[str, Mailbox]]:
    """Everybody's, the unit's among them, after all of them have read all and sent what waited."""
    async with AsyncExitStack() as stack:
        found = {"unit": scene.unit.mailbox}
        for player in scene.members:
            part = scene.part(player, direct=True)
            found[player.name] = await stack.enter_async_context(_opened(player, part))
        for _ in range(ROUNDS):
            for mailbox in found.values():
                await insist(partial(catch_up, mailbox))
                await insist(partial(resume, mailbox))
        yield found


@contextlib.asynccontextmanager
async def _opened(player: Player, part: Part) -> AsyncIterator[Mailbox]:
    if player.casting.kind == "duty post":
        async with at_a_shared_computer(part) as seat:
            yield seat.mailbox
    else:
        async with at_own_computer(part) as mailbox:
            yield mailbox


@contextlib.asynccontextmanager
async def left_behind(folder: Path, password: str) -> AsyncIterator[StateStore]:
    """The mailbox of somebody who was revoked, as it lies there: nobody signs in for it."""
    keys = await stretch(typed_password(password), read_header(folder).parameters)
    async with open_vault(folder, keys.wrapping_key, entropy=system_entropy) as vault:
        yield vault
