"""The relay of a moment ago in the place of the one of now, and the unit's one action (H4, C11): a run's last act.

Officers say something that only the newer relay had; the older one is put in its place; the unit restarts what was cut
short. Then all of it is there again, once. The duty post says nothing meanwhile: its mailbox lies at the relay, so an
older relay has its older mailbox, and of what it said since only those know who read it (docs/operate.md, Backups).
"""

import asyncio
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from cencomm.client.mailbox import Mailbox
from cencomm.client.unit.restarting import find_grounds, restart
from cencomm.client.watch import catch_up
from cencomm.ids import AccountId, ChannelId, short
from tests.faults.node import NodeKind, answers, server_command
from tests.faults.player import Player
from tests.faults.scene import Scene
from tests.faults.story import Story, mailboxes, story_of
from tests.faults.unit import insist

SAID = 3  # by each officer before the backup, and after it
TALK_SECONDS = 120.0
HEALING_SECONDS = 120.0
LOOK_SECONDS = 0.2

Show = Callable[[str], None]


async def put_relay_back(scene: Scene, show: Show) -> list[str]:
    """What was found afterwards. Relay and nodes run, everybody else was ended, now as then."""
    officers = [player for player in scene.members if player.casting.kind == "officer"]
    backup = scene.root.path / "relay-then"
    data = str(scene.relay.casting.disk.data)
    for officer in officers:
        await officer.start()
    await _said_more(officers)
    await server_command("relay", "backup", "--data", data, "--to", str(backup))
    before = {line.message for player in scene.everybody for line in player.acknowledged}
    await _said_more(officers)
    for officer in officers:
        await officer.finish()
    await insist(partial(catch_up, scene.unit.mailbox))
    await scene.relay.kill()
    shutil.rmtree(data)
    await server_command("relay", "restore", "--from", str(backup), "--data", data)
    await scene.relay.start()
    while not await answers(scene.url):  # noqa: ASYNC110 (another process)
        await asyncio.sleep(LOOK_SECONDS)
    restarted = [channel for channel in scene.channels if await _restart(scene, channel)]
    promised = {line.message for player in scene.everybody for line in player.acknowledged}
    show(f"the relay was put back: {len(promised - before)} acknowledged messages behind it, {len(restarted)} restarts")
    return [*([] if restarted else ["nothing was lost with the older relay"]), *(await _compare(scene, promised))]


async def _said_more(officers: list[Player]) -> None:
    until = {officer: len(officer.acknowledged) + SAID for officer in officers}
    async with asyncio.timeout(TALK_SECONDS):
        while any(len(officer.acknowledged) < enough for officer, enough in until.items()):  # noqa: ASYNC110 (their programs)
            await asyncio.sleep(LOOK_SECONDS)


async def _restart(scene: Scene, channel: ChannelId) -> bool:
    """The one action: whether there were grounds for it."""
    mailbox, operation = scene.unit.mailbox, scene.unit.stage.operation
    grounds = await insist(partial(find_grounds, mailbox, operation, channel))
    if grounds is not None:
        await insist(partial(restart, mailbox, operation, grounds))
    return grounds is not None


async def _compare(scene: Scene, promised: set[str]) -> list[str]:
    operation, found = scene.unit.stage.operation, list[str]()
    async with mailboxes(scene) as opened:
        stories = {name: await story_of(mailbox.store, operation) for name, mailbox in opened.items()}
        for channel in scene.channels:
            found += _different(channel, opened, stories)
    whole = stories["unit"]
    held = {one.message for told in whole.values() for one in told} | {message for message, _ in scene.unit.controls}
    found += [f"lost with the older relay: message {message[:8]}" for message in promised - held]
    for kind, player in scene.nodes.items():
        found += await _node(scene, kind, player, whole)
    twice = [use for use, hashes in scene.tap.uses().items() if len(hashes) > 1]
    return found + [f"one key for two messages after the older relay: {use}" for use in twice]


def _different(channel: ChannelId, opened: Mapping[str, Mailbox], stories: Mapping[str, Story]) -> Iterator[str]:
    """In what was sent again the order may differ from what was read before: each message is there once."""
    whole = Counter((one.message, one.content) for one in stories["unit"].get(channel, ()))
    for name in opened:
        mine = Counter((one.message, one.content) for one in stories[name].get(channel, ()))
        if mine and mine != whole:
            missing, more = len(whole - mine), len(mine - whole)
            yield f"{name} after the older relay, channel {short(channel)}: {missing} missing, {more} more"


async def _node(scene: Scene, kind: NodeKind, player: Player, whole: Story) -> list[str]:
    countries: Mapping[AccountId, str | None] = {
        account: profile.country for account, profile in scene.unit.profiles().items()
    }
    channels = scene.unit.channels_of(player.name)
    expected = Counter(
        one.message
        for channel in channels
        for one in whole.get(channel, ())
        if kind.keeps(countries[one.account], withdrawn=one.message in scene.unit.withdrawn)
    )
    records = Counter[str]()
    try:
        async with asyncio.timeout(HEALING_SECONDS):
            while records != expected:
                records = await asyncio.to_thread(kind.records, player.casting.disk.data)
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        missing, more = len(expected - records), len(records - expected)
        return [f"{player.name} after the older relay: {missing} records missing, {more} more"]
    return []
