"""A mailbox of many messages at a relay, as a long operation leaves it: written by the browser's own code in Node."""

import asyncio
import contextlib
import json
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

from cencomm.client.account.account import keep_pins
from cencomm.client.reports import Reports
from cencomm.client.unit import declaring
from cencomm.clock import system_clock
from cencomm.forms.code_list import load_code_lists
from cencomm.forms.form_json import encode_form
from cencomm.forms.library import load_forms
from tests.fakes.checkout import ROOT, building
from tests.scenarios.people import Person, Place, admit, found, person

FORMS = ("alert", "response", "seizure", "note")
NAME, PASSWORD = "ana.roissy", "seven herons over the grey harbour"


def build_filler() -> None:
    """Raises CalledProcessError."""
    with building():
        subprocess.run(["node", "build.mjs", "--bench"], cwd=ROOT / "web", check=True)


async def _fill(url: str, place: Place, people: list[Person], count: int) -> None:
    known = people[0].mailbox.operation(place.operation)
    forms = {
        json.loads(known.content(version.definition) or b"{}")["name"]: (blob.hex(), version.definition.hash.hex())
        for blob, version in known.ledger.forms.items()
    }
    start = {
        "origin": url.rstrip("/"),
        "name": NAME,
        "password": PASSWORD,
        "operation": place.operation.hex(),
        "channel": place.channel.hex(),
        "forms": forms,
        "people": [
            {"account": one.account.hex(), "identitySeed": one.mailbox.identity.signing_key.seed.hex()}
            for one in people
        ],
        "count": count,
        "now": system_clock(),
    }
    node = await asyncio.create_subprocess_exec(
        "node", str(ROOT / "web/build/bench/fill.mjs"), stdin=asyncio.subprocess.PIPE
    )
    await node.communicate(json.dumps(start).encode())
    assert node.returncode == 0


@contextlib.asynccontextmanager
async def filled_mailbox(url: str, folder: Path, count: int) -> AsyncIterator[None]:
    """An operation with a coordinator and two posts, the first of which has `count` messages at the relay."""
    lists = load_code_lists()
    forms, reports = load_forms(lists), Reports(lists)
    async with (
        person(url, folder / "carla", "Carla Nkemelu", reports, at=system_clock) as carla,
        person(url, folder / "ana", NAME, reports, at=system_clock, password=PASSWORD) as ana,
        person(url, folder / "ben", "Ben Sebti", reports, at=system_clock) as ben,
    ):
        place = await found(carla, forms[FORMS[0]])
        for name in FORMS[1:]:
            await declaring.publish_form(
                carla.mailbox, place.operation, encode_form(forms[name]), version=forms[name].version
            )
        await admit(carla, ana, place, "FR")
        await admit(carla, ben, place, "MA")
        await keep_pins(ana.mailbox, ana.access)
        await _fill(url, place, [ana, carla, ben], count)
        yield
