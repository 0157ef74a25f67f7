"""A device of somebody's account that runs the browser's code in Node, spoken to line by line."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from cencomm.forms import canonical_json
from cencomm.forms.canonical_json import JsonValue
from cencomm.ids import AccountId, DeviceId, MessageId
from tests.fakes.peers import peer
from tests.scenarios.people import NOW, Person, Place

LONGEST_LINE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class BrowserMember:
    """`account`'s device `device`, which has published key packages."""

    account: AccountId
    device: DeviceId
    _process: asyncio.subprocess.Process

    async def ask(self, do: str, **details: str) -> Mapping[str, JsonValue]:
        """What it answers; its own refusals are an answer with `failed` and `sentence`."""
        return await _say(self._process, {"do": do, **details})

    async def write(self, place: Place, values: Mapping[str, JsonValue], *, reply_to: MessageId | None = None) -> None:
        """Sign and keep a report; `resume` sends it."""
        text = canonical_json.encode(dict(values)).decode()
        answered = {} if reply_to is None else {"replyTo": reply_to.hex()}
        assert await self.ask("write", form=place.form.hex(), values=text, **answered) == {}

    async def acknowledge(self, author: bytes, message: MessageId) -> None:
        """Sign and keep an acknowledgement; `resume` sends it."""
        assert await self.ask("acknowledge", author=author.hex(), message=message.hex()) == {}

    async def resume(self) -> JsonValue:
        """What became of everything that was kept."""
        return (await self.ask("resume")).get("outcomes")


@contextlib.asynccontextmanager
async def browser_member(url: str, somebody: Person, place: Place) -> AsyncIterator[BrowserMember]:
    """A further device of that person, known to the relay and in no channel yet."""
    identity, token = somebody.mailbox.identity, somebody.access.relay.token
    assert token is not None
    process = await asyncio.create_subprocess_exec(
        *peer("member"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE_BYTES,
    )
    try:
        start: dict[str, JsonValue] = {
            "origin": url.rstrip("/"),
            "token": token.expose().decode(),
            "account": identity.account.hex(),
            "identitySeed": identity.signing_key.seed.hex(),
            "exchangeKey": identity.exchange_key.expose().hex(),
            "operation": place.operation.hex(),
            "channel": place.channel.hex(),
            "now": NOW,
        }
        assert await _say(process, start) == {}
        introduced = await _say(process, {"do": "introduce"})
        device = DeviceId(bytes.fromhex(str(introduced["device"])))
        yield BrowserMember(identity.account, device, process)
    finally:
        process.terminate()
        await process.wait()


async def _say(process: asyncio.subprocess.Process, document: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(document).encode() + b"\n")
    await process.stdin.drain()
    answer = json.loads(await process.stdout.readline())
    assert isinstance(answer, dict)
    return answer
