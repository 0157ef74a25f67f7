"""`user`: the people of a node. Whoever may run these commands owns the node's folder; nobody makes accounts by net."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import click
import msgspec

from cencomm.client.commands.translated import TranslatedCommand, TranslatedGroup, option
from cencomm.clock import system_clock
from cencomm.forms.canonical_json import JsonValue
from cencomm.node.commands.desk import Desk, desk_of, desk_options
from cencomm.node.database import Database, migrate
from cencomm.node.errors import NoNode
from cencomm.node.key_file import NodeKeys, read_keys
from cencomm.node.membership import opened
from cencomm.node.people import PEOPLE, log_key, people_desk
from cencomm.secret import system_entropy
from cencomm.site.people import accounts
from cencomm.site.people.accounts import MAX_TOKEN_DAYS, Listed, token_id
from cencomm.site.people.consultation import Consultation, Deed, Via
from cencomm.site.people.desk import Desk as PeopleDesk
from cencomm.site.people.person import DAY_SECONDS, REMINDER_DAYS, Role
from cencomm.site.people.queries.consultations import append

CONSOLE = "console"
"""Who did it, in the log of consultations: whoever had the operating system's account."""


@dataclass(frozen=True, slots=True)
class Office:
    """Where accounts are made: beside the running node or while it stands still."""

    desk: PeopleDesk
    database: Database
    keys: NodeKeys
    now: int

    async def note(self, **asked: str | int) -> None:
        """What was done to whom, in the log that auditors read."""
        consultation = Consultation(
            at=self.now,
            person=CONSOLE,
            via=Via.CONSOLE,
            deed=Deed.PEOPLE,
            purpose=None,
            asked=msgspec.json.encode(asked, order="sorted").decode(),
            found=0,
        )
        await self.database.transact(lambda connection: append(connection, log_key(self.keys), consultation))


@contextlib.asynccontextmanager
async def office_of(desk: Desk) -> AsyncIterator[Office]:
    """Raises NoNode: the folder holds none."""
    if not await asyncio.to_thread(desk.folder.database.is_file):
        raise NoNode(f"there is no node in {desk.folder.path}: make one with `join`")
    keys = await asyncio.to_thread(read_keys, desk.folder.key_file)
    await asyncio.to_thread(migrate, desk.folder.database, (PEOPLE,))  # of a node that has not run since an update
    async with opened(desk.folder) as database:
        with people_desk(database, keys, desk.kind.api.policy, system_entropy) as people:
            yield Office(people, database, keys, system_clock())


@click.group("user", cls=TranslatedGroup)
def user() -> None:
    """Who may use this node's API: people, and tokens of their programs."""


@user.command("add", cls=TranslatedCommand)
@click.argument("name")
@option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    required=True,
    help="analyst: search, read; exporter: export too; auditor: the log alone; administrator: who there is.",
)
@desk_options
@click.pass_context
def add(context: click.Context, name: str, role: str, data: Path, language: str | None, *, as_json: bool) -> None:
    """Make an account for NAME. The password is shown once: write it down, hand it over in person."""
    desk = desk_of(context, data, language, as_json=as_json)

    async def work() -> str:
        async with office_of(desk) as office:
            password = await accounts.add_person(office.desk, name, Role(role), now=office.now)
            await office.note(added=name, role=role)
            return password.text()

    _show_password(desk, name, asyncio.run(work()))


@user.command("reset", cls=TranslatedCommand)
@click.argument("name")
@desk_options
@click.pass_context
def reset(context: click.Context, name: str, data: Path, language: str | None, *, as_json: bool) -> None:
    """Give NAME a new password, after whatever happened. Sessions, tokens and the authenticator are gone."""
    desk = desk_of(context, data, language, as_json=as_json)

    async def work() -> str:
        async with office_of(desk) as office:
            password = await accounts.reset_person(office.desk, name, now=office.now)
            await office.note(reset=name)
            return password.text()

    _show_password(desk, name, asyncio.run(work()))


@user.command("end", cls=TranslatedCommand)
@click.argument("name")
@desk_options
@click.pass_context
def end(context: click.Context, name: str, data: Path, language: str | None, *, as_json: bool) -> None:
    """End the account of NAME: at once, everywhere. The name stays in the log and is given to nobody else."""
    desk = desk_of(context, data, language, as_json=as_json)

    async def work() -> None:
        async with office_of(desk) as office:
            await accounts.end_person(office.database, name, now=office.now)
            await office.note(ended=name)

    asyncio.run(work())
    desk.show(desk.say("{name} signs in here no more.", name=name), {"ended": name})


@user.command("list", cls=TranslatedCommand)
@desk_options
@click.pass_context
def list_(context: click.Context, data: Path, language: str | None, *, as_json: bool) -> None:
    """List who has an account here, how active they are, and their sessions and tokens."""
    desk = desk_of(context, data, language, as_json=as_json)

    async def work() -> list[Listed]:
        async with office_of(desk) as office:
            return list(await accounts.list_people(office.database))

    listed, now = asyncio.run(work()), system_clock()
    heads = ["Name", "Role", "State", "Active", "Wrong tries", "Sessions and tokens"]
    rows = [_row(desk, one, now) for one in listed]
    desk.show_table(heads, rows, [_document(desk, one, now) for one in listed])


@user.group("token", cls=TranslatedGroup)
def token() -> None:
    """Let programs sign in: each with a token of its own, for a time."""


@token.command("add", cls=TranslatedCommand)
@click.argument("name")
@option("--label", required=True, help="Which program it is for.")
@option("--expires", "days", type=click.IntRange(1, MAX_TOKEN_DAYS), default=90, help="Days until it ends.")
@desk_options
@click.pass_context
def add_token(
    context: click.Context, name: str, label: str, days: int, data: Path, language: str | None, *, as_json: bool
) -> None:
    """Give a program a token by which it acts as NAME. It is shown once; who has it needs no authenticator."""
    desk = desk_of(context, data, language, as_json=as_json)

    async def work() -> accounts.Token:
        async with office_of(desk) as office:
            made = await accounts.add_token(office.desk, name, label, days=days, now=office.now)
            await office.note(token_for=name, label=label, days=days)
            return made

    made = asyncio.run(work())
    desk.show(made.text, {"token": made.text, "expires": made.expires})


@token.command("end", cls=TranslatedCommand)
@click.argument("name")
@click.argument("which")
@desk_options
@click.pass_context
def end_token(
    context: click.Context, name: str, which: str, data: Path, language: str | None, *, as_json: bool
) -> None:
    """End the session or token of NAME that `user list` shows as WHICH."""
    desk = desk_of(context, data, language, as_json=as_json)

    async def work() -> None:
        async with office_of(desk) as office:
            await accounts.end_token(office.database, name, which)
            await office.note(token_ended=which, of=name)

    asyncio.run(work())
    desk.show(desk.say("{which} opens nothing any more.", which=which), {"ended": which})


def _show_password(desk: Desk, name: str, password: str) -> None:
    lines = [desk.say("Name: {name}", name=name), desk.say("Password, shown only now: {password}", password=password)]
    if desk.kind.nominal:
        lines.append(desk.say("The first sign-in sets up an authenticator; nothing can be read before."))
    desk.show("\n".join(lines), {"name": name, "password": password})


def _state(one: Listed, inactive_days: int, now: int) -> str:
    if one.person.ended_at is not None:
        return "ended"
    left = one.person.inactive_at(inactive_days) - now
    if left <= 0:
        return "inactive"
    if one.tries is not None and one.tries.until > now:
        return "locked"
    return "inactive soon" if left <= REMINDER_DAYS * DAY_SECONDS else "active"


def _row(desk: Desk, one: Listed, now: int) -> list[str]:
    opened_by = [f"{token_id(session)} {session.label or session.kind.value}" for session in one.sessions]
    state = _state(one, desk.kind.inactive_days, now)
    active = dt.datetime.fromtimestamp(one.person.active_at, dt.UTC).strftime("%Y-%m-%d")
    wrong = str(one.tries.wrong) if one.tries is not None else ""
    return [one.person.name, one.person.role.value, state, active, wrong, "\n".join(opened_by)]


def _document(desk: Desk, one: Listed, now: int) -> JsonValue:
    return {
        "name": one.person.name,
        "role": one.person.role.value,
        "state": _state(one, desk.kind.inactive_days, now),
        "active_at": one.person.active_at,
        "wrong_tries": 0 if one.tries is None else one.tries.wrong,
        "sessions": [
            {"id": token_id(session), "kind": session.kind.value, "label": session.label, "expires": session.expires}
            for session in one.sessions
        ],
    }
