"""What must be true at the end, whatever went wrong in between: each sentence that is not is a finding."""

import asyncio
import json
import stat
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cencomm.client.channel.posting import waiting
from cencomm.client.mailbox import Mailbox
from cencomm.ids import AccountId, ChannelId, short
from tests.faults.journal import Word
from tests.faults.node import NodeKind, ask_health
from tests.faults.player import Player
from tests.faults.scene import Scene
from tests.faults.story import Story, Told, left_behind, mailboxes, set_aside, story_of

SETTLING_SECONDS = 90.0
LOOK_SECONDS = 0.2
SHOWN = 5  # of each kind of finding
DEFECTS = ("transaction_broke", "constraint_held")  # events of the relay's log that no fault outside explains


@dataclass(slots=True)
class Verdict:
    """`acknowledged` messages, counted once each; `lost` and `twice` are about them, `findings` about everything."""

    acknowledged: int = 0
    lost: int = 0
    twice: int = 0
    messages_read: int = 0
    keys_used: int = 0
    deaths: int = 0
    findings: list[str] = field(default_factory=list)

    def find(self, sentences: Sequence[str]) -> None:
        self.findings += sentences[:SHOWN]
        if len(sentences) > SHOWN:
            self.findings.append(f"… and {len(sentences) - SHOWN} more like the last one")


async def judge(scene: Scene) -> Verdict:
    """Relay and nodes still run; everybody else was ended, and nobody disturbs any more."""
    verdict = Verdict()
    operation = scene.unit.stage.operation
    async with mailboxes(scene) as found:
        stories = {name: await story_of(mailbox.store, operation) for name, mailbox in found.items()}
        verdict.find(list(_positions(scene, found)))
        for name, mailbox in found.items():
            verdict.find([f"{name} set aside {one}" for one in await set_aside(mailbox.store)])
            left = len(await waiting(mailbox))
            verdict.find([f"{name} still has {left} messages to send"] if left else [])
    whole = stories["unit"]
    verdict.messages_read = sum(len(told) for told in whole.values())
    accounts = scene.unit.accounts()
    for player in scene.members:
        verdict.find(list(_same(scene, player.name, accounts[player.name], stories[player.name], whole)))
    for guest in scene.guests:
        await _judge_guest(scene, verdict, guest, accounts, whole)
    _judge_promises(scene, verdict, whole)
    for kind, player in scene.nodes.items():
        await _judge_node(scene, verdict, kind, player, whole)
    _judge_keys(scene, verdict)
    _judge_processes(scene, verdict)
    return verdict


def _positions(scene: Scene, found: Mapping[str, Mailbox]) -> Iterator[str]:
    """Everybody in a channel stands at the same entry with the same chain hash."""
    for channel in scene.channels:
        sessions = {
            name: mailbox.sessions.get((scene.unit.stage.operation, channel)) for name, mailbox in found.items()
        }
        stands = {name: (one.sequence, one.log_hash) for name, one in sessions.items() if one is not None}
        expected = set(found) if channel != scene.side else {"unit", *scene.side_names}
        if stands.keys() != expected:
            yield f"in channel {short(channel)} are {sorted(stands)} instead of {sorted(expected)}"
        if len(set(stands.values())) > 1:
            where = {name: f"{sequence} {log_hash.hex()[:8]}" for name, (sequence, log_hash) in stands.items()}
            yield f"the members of channel {short(channel)} stand at different places: {where}"


def _same(
    scene: Scene, name: str, account: AccountId, story: Story, whole: Story, *, until_last: bool = False
) -> Iterator[str]:
    """The same messages in the same order with the same bytes, from the entry by which the account came in."""
    for channel, told in whole.items():
        entered = scene.unit.entered.get((channel, account))
        mine = list(story.get(channel, ()))
        if entered is None:
            if mine:
                yield f"{name} holds {len(mine)} messages of channel {short(channel)}, which it never entered"
            continue
        last = max((one.sequence for one in mine), default=entered) if until_last else told[-1].sequence
        expected = [one for one in told if entered < one.sequence <= last]
        if mine != expected:
            yield _difference(name, channel, mine, expected)


def _difference(name: str, channel: ChannelId, mine: Sequence[Told], expected: Sequence[Told]) -> str:
    missing, more = set(expected) - set(mine), set(mine) - set(expected)
    where = sorted(one.sequence for one in missing | more)[:SHOWN]
    return (
        f"{name} holds another history of channel {short(channel)}: {len(missing)} missing, {len(more)} more, "
        f"at {where}, or another order"
    )


async def _judge_guest(
    scene: Scene, verdict: Verdict, guest: Player, accounts: Mapping[str, AccountId], whole: Story
) -> None:
    password = scene.root.password_file(guest.name).read_text("utf-8").strip()
    async with left_behind(guest.casting.disk.data, password) as store:
        story = await story_of(store, scene.unit.stage.operation)
    verdict.find(list(_same(scene, guest.name, accounts[guest.name], story, whole, until_last=True)))


def _judge_promises(scene: Scene, verdict: Verdict, whole: Story) -> None:
    """What was acknowledged is in the log, where the receipt says."""
    logged = scene.unit.controls | {(one.message, one.sequence) for told in whole.values() for one in told}
    twice = Counter(one.message for told in whole.values() for one in told)
    promises = {(line.message, line.sequence) for player in scene.everybody for line in player.acknowledged}
    lost = promises - logged
    doubled = [message for message, count in twice.items() if count > 1]
    verdict.acknowledged = len(promises)
    verdict.lost, verdict.twice = len(lost), len(doubled)
    verdict.find([f"lost: message {message[:8]}, acknowledged at {sequence}" for message, sequence in lost])
    verdict.find([f"twice in the unit's mailbox: message {message[:8]}" for message in doubled])
    for player in scene.everybody:
        told = [line for line in player.told if line.word in {Word.TROUBLE, Word.RETURNED}]
        verdict.find([f"{player.name} says: {line.word.value} {line.text}" for line in told])
    verdict.find([f"the unit says: {trouble}" for trouble in scene.unit.troubles])


async def _judge_node(scene: Scene, verdict: Verdict, kind: NodeKind, player: Player, whole: Story) -> None:
    """It has read everything, and holds every message exactly once, as it was signed and logged."""
    assert player.casting.health is not None
    channels = scene.unit.channels_of(player.name)
    expected = {short(channel): told[-1].sequence for channel, told in whole.items() if channel in channels}
    health = None
    try:
        async with asyncio.timeout(SETTLING_SECONDS):
            while health is None or any(health.position(one) < last for one, last in expected.items()):
                await asyncio.sleep(LOOK_SECONDS)
                health = await ask_health(player.casting.health)
    except TimeoutError:
        verdict.find([f"{player.name} does not catch up: {health}"])
        return
    if health.quarantine:
        verdict.find([f"{player.name} set messages aside: {health.quarantine}"])
    data = player.casting.disk.data
    records = await asyncio.to_thread(kind.records, data)
    countries = {account: profile.country for account, profile in scene.unit.profiles().items()}
    messages = {
        one.message
        for channel in channels
        for one in whole.get(channel, ())
        if kind.keeps(countries[one.account], withdrawn=one.message in scene.unit.withdrawn)
    }
    verdict.find([f"{player.name} lacks message {message[:8]}" for message in messages - records.keys()])
    verdict.find(
        [f"{player.name} has message {message[:8]} that is not its to keep" for message in records.keys() - messages]
    )
    doubled = [message for message, count in records.items() if count != 1]
    verdict.twice += len(doubled)
    verdict.find([f"{player.name} has message {message[:8]} more than once" for message in doubled])
    verified = json.loads(await kind.command("verify", "--with-log", "--json", "--data", str(data)))
    if not verified["sound"] or verified["checks"]["log"]["passed"] != len(messages):
        verdict.find([f"{player.name} does not verify: {verified}"])


def _judge_keys(scene: Scene, verdict: Verdict) -> None:
    """S5: no generation of a ratchet encrypted two messages, and nothing left in an epoch that nobody shares."""
    uses = scene.tap.uses()
    verdict.keys_used = len(uses)
    verdict.find([f"one key for {len(hashes)} messages: {use}" for use, hashes in uses.items() if len(hashes) > 1])
    strange = Counter(scene.tap.strangers())
    verdict.find(
        [
            f"{count} messages left in epoch {epoch} of group {short(group)}, which the unit never saw"
            for (group, epoch), count in strange.items()
        ]
    )


def _judge_processes(scene: Scene, verdict: Verdict) -> None:
    for player in scene.everybody:
        verdict.deaths += len(player.deaths)
        verdict.find(
            [
                f"{death.name} ended by itself, code {death.code}: {_last_line(death.last_words)}"
                for death in player.deaths
                if _has_traceback(death.last_words)
            ]
        )
        text = player.casting.log.read_text("utf-8", "replace")
        if _has_traceback(text):
            verdict.find([f"{player.name} left a traceback in {player.casting.log}: {_last_line(text)}"])
        verdict.find([f"{player.name} logged {event}" for event in DEFECTS if f'"{event}"' in text])
        verdict.find(list(_modes(player.name, player.casting.disk.data)))


def _has_traceback(text: str) -> bool:
    """Not one inside a line of the structured log: those are of faults that the server overcomes and reports."""
    return any(
        line.lstrip(" +|").startswith(("Traceback (most", "Exception Group Traceback")) for line in text.splitlines()
    )


def _last_line(text: str) -> str:
    return next((line for line in reversed(text.splitlines()) if line.strip()), "it said nothing")


def _modes(name: str, data: Path) -> Iterator[str]:
    """Nobody else may look into the folder, nor read a file of keys that is copied out of it."""
    if not data.exists():  # a duty post keeps nothing
        return
    if stat.S_IMODE(data.stat().st_mode) != 0o700:
        yield f"{name}: the data folder has mode {stat.S_IMODE(data.stat().st_mode):o}"
    for path in data.rglob("*.key"):
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield f"{name}: {path.name} has mode {stat.S_IMODE(path.stat().st_mode):o}"
