"""Builds the fixture beside it: an operation whose members the browser's tests can be, down to their keys.

    python -m tests.vectors.sending.fixtures        writes it anew

Three officers and two coordinators read one channel, two of the officers another that has no group yet; then the unit
revokes the last officer. The relay's seed is there too, so that a test's relay can sign heads and receipts.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from cencomm.client.operation.directory import Profile
from cencomm.ledger.bodies import Admit, FormBody
from cencomm.ledger.content_key import new_blob
from cencomm.ledger.enrolment import EnrolmentCode
from cencomm.ledger.kinds import ChannelKind, Role
from tests.unit.ledger.people import Person, Unit, found

Json: TypeAlias = Mapping[str, object]

FOLDER = Path(__file__).parent
OFFICERS = (("Anna", "FI"), ("Bela", "HU"), ("Carla", "PT"))


def fixture() -> Json:
    unit = found(seed="sending")
    contents: dict[str, str] = {}
    officers = [_admit(unit, contents, name, country) for name, country in OFFICERS]
    channel = unit.declare()
    form = unit.blob()
    unit.append(unit.sign(FormBody(definition=form, version=1)))
    pair = unit.channel_body(kind=ChannelKind.BILATERAL, roles=(), accounts=tuple(one.account for one in officers[:2]))
    unit.append(unit.sign(pair))
    entries = [entry.encode().hex() for entry in unit.entries]
    unit.revoke(officers[-1])
    return {
        "relay_seed": unit.relay.seed.hex(),
        "channel": channel.hex(),
        "bilateral": pair.channel.hex(),  # of the first two officers alone, without a group
        "form": form.blob.hex(),
        "contents": contents,
        "coordinators": [_person(one) for one in (unit.creator, *unit.others)],
        "officers": [_person(one) for one in officers],
        "entries": entries,
        "revocation": unit.entries[-1].encode().hex(),  # of the last officer
    }


def _admit(unit: Unit, contents: dict[str, str], name: str, country: str) -> Person:
    somebody = unit.person()
    profile = new_blob(Profile(name=name, organisation="Customs", country=country).encode(), unit.entropy)
    contents[profile.ref.blob.hex()] = profile.content.hex()
    code = EnrolmentCode.generate(unit.entropy)
    keys = somebody.keys(unit.ledger.operation, code)
    unit.append(unit.sign(Admit(keys=keys, role=Role.OFFICER, until=0, profile=profile.ref)))
    return somebody


def _person(somebody: Person) -> Json:
    return {"account": somebody.account.hex(), "identity_seed": somebody.identity.seed.hex()}


def main() -> None:
    (FOLDER / "operation.json").write_text(json.dumps(fixture(), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
