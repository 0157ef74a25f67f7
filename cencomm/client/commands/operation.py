"""`cencomm operation …`: what a coordination unit and those who join it do."""

import asyncio
from pathlib import Path

import click

from cencomm.client.account.account import keep_pins
from cencomm.client.channel import enactment
from cencomm.client.channel.entrance import introduce_device
from cencomm.client.channel.readership import reader
from cencomm.client.commands.choosing import choose_member, choose_operation, operation_option
from cencomm.client.commands.presenter import load_presenter
from cencomm.client.commands.translated import TranslatedCommand, TranslatedGroup, option
from cencomm.client.desk import Desk, open_desk
from cencomm.client.operation import enrolling
from cencomm.client.operation.directory import Profile
from cencomm.client.terminal import Terminal, read_text, write_secret_file
from cencomm.client.unit import admission, as_planned, declaring, revocation
from cencomm.client.watch import catch_up
from cencomm.errors import UsageError
from cencomm.forms.code_list import load_code_lists
from cencomm.forms.form_json import compile_form, encode_form
from cencomm.forms.language import pick
from cencomm.forms.library import load_forms
from cencomm.forms.operation import OperationPlan, Post, decode_operation
from cencomm.ids import OperationId, short
from cencomm.ledger import fingerprint
from cencomm.ledger.kinds import Phase, RevokeReason, Role
from cencomm.ledger.letter import MAX_LETTER_CHARACTERS, read_letter

MAX_TOML_BYTES = 1 << 20
PLAN_PREFIX = "plan-source/"
ROLES = click.Choice([role.name.lower() for role in Role])
REASONS = click.Choice([reason.name.lower().replace("_", "-") for reason in RevokeReason])
PHASES = click.Choice([phase.name.lower().replace("_", "-") for phase in Phase])


@click.group(cls=TranslatedGroup)
def operation() -> None:
    """Found operations, join them, admit and revoke."""


@operation.command(cls=TranslatedCommand)
@click.argument("plan", type=click.Path(path_type=Path, dir_okay=False))
@option("--name", required=True, help="Your post, as the others will see it.")
@option("--organisation", required=True, help="Your service.")
@option("--country", help="Two letters: FR.")
@click.pass_obj
def create(terminal: Terminal, plan: Path, name: str, organisation: str, country: str | None) -> None:
    """Found an operation as PLAN (a TOML file) describes it."""
    source = read_text(plan, most=MAX_TOML_BYTES)
    planned = _read_plan(source)
    profile = Profile(name=name, organisation=organisation, country=country).encode()

    async def run() -> None:
        async with open_desk(terminal) as desk:
            founded = await as_planned.found(desk.mailbox, planned, profile=profile)
            async with desk.mailbox.lock:
                await desk.mailbox.write({PLAN_PREFIX + founded.hex(): source.encode()})
            await keep_pins(desk.mailbox, desk.access)
        words = fingerprint.words(founded)
        terminal.show(
            terminal.say("The operation is founded. Its fingerprint: {words}", words=" ".join(words)),
            {"operation": founded.hex(), "words": list(words)},
        )
        terminal.tell("Next: cencomm operation invite, once for each post.")

    asyncio.run(run())


@operation.command(cls=TranslatedCommand)
@operation_option
@option("--post", help="A post of the plan: role, country and name come from there.")
@option("--role", type=ROLES, help="What the invited one will be.")
@option("--name", help="The post, as the others will see it.")
@option("--organisation", default="", help="Its service.")
@option("--country", help="Two letters: FR.")
@option("--letter", type=click.Path(path_type=Path, dir_okay=False), help="Write the letter to this new file (0600).")
@click.pass_obj
def invite(
    terminal: Terminal,
    operation: str | None,
    post: str | None,
    role: str | None,
    name: str | None,
    organisation: str,
    country: str | None,
    letter: Path | None,
) -> None:
    """Make the access letter for one post. It holds a secret: hand it over outside this system."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            chosen = choose_operation(desk.mailbox, operation)
            found = None if post is None else await _post(desk, chosen, post)
            if found is not None:
                profile = Profile(
                    name=name or pick(found.label, terminal.words.language),
                    organisation=organisation,
                    country=country or found.country,
                )
                made = await as_planned.invite_post(desk.mailbox, chosen, found, profile=profile.encode())
            elif role is None or name is None:
                raise UsageError("give --post, or --role and --name")
            else:
                profile = Profile(name=name, organisation=organisation, country=country)
                made = await admission.invite(desk.mailbox, chosen, role=Role[role.upper()], profile=profile.encode())
        if letter is None:
            terminal.show(made.text(), {"letter": made.text()})
        else:
            write_secret_file(letter, made.text())
            terminal.show(terminal.say("The letter is in {file}.", file=letter), {"file": str(letter)})
        terminal.tell("Hand it over in person or by a trusted messenger, never through this system.")

    asyncio.run(run())


@operation.command(cls=TranslatedCommand)
@click.argument("letter", type=click.Path(path_type=Path, dir_okay=False))
@option("--yes", is_flag=True, help="The words were compared already.")
@click.pass_obj
def join(terminal: Terminal, letter: Path, *, yes: bool) -> None:
    """Ask to be admitted to the operation of the access letter in the file LETTER."""
    read = read_letter(read_text(letter, most=4 * MAX_LETTER_CHARACTERS))
    words = fingerprint.words(read.operation)
    terminal.tell("The operation's words: {words}", words=" ".join(words))
    terminal.tell("Compare them, word by word, with those that your coordination unit says.")
    terminal.confirm("Are they the same?", yes=yes)

    async def run() -> None:
        async with open_desk(terminal) as desk:
            if read.relay_address.rstrip("/") != desk.mailbox.relay.address.rstrip("/"):
                raise UsageError(f"the letter is for {read.relay_address}: sign up there, with a folder of its own")
            await introduce_device(desk.mailbox)
            await enrolling.enrol(desk.mailbox, read)
            await keep_pins(desk.mailbox, desk.access)
        terminal.show(
            terminal.say("You have asked to be admitted."), {"operation": read.operation.hex(), "words": list(words)}
        )
        terminal.tell("Next: the unit admits you; then cencomm inbox shows what there is. Destroy the letter then.")

    asyncio.run(run())


@operation.command(cls=TranslatedCommand)
@operation_option
@click.pass_obj
def admit(terminal: Terminal, operation: str | None) -> None:
    """Admit all who asked with the code of one of your letters, and tell of those who did not."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            chosen = choose_operation(desk.mailbox, operation)
            await catch_up(desk.mailbox)
            admitted, strangers = await admission.admit_waiting(desk.mailbox, chosen)
            await as_planned.remember_posts(desk.mailbox, chosen, admitted)
            opened = await _open_channels(desk, chosen, terminal.words.language)
            await keep_pins(desk.mailbox, desk.access)
            presenter = load_presenter(terminal, desk.reports)
            known = desk.mailbox.operation(chosen)
            names = [presenter.person(reader(known, one.account)) for one in admitted]
        lines = [terminal.say("Admitted: {name}", name=name) for name in names]
        lines += [terminal.say("Channel opened: {title}", title=title) for title in opened]
        for stranger in strangers:
            lines.append(terminal.say("NOT admitted: account {account}.", account=short(stranger.keys.account)))
        terminal.show(
            "\n".join(lines) or terminal.say("Nobody waits."),
            {
                "admitted": [one.account.hex() for one in admitted],
                "strangers": [stranger.keys.account.hex() for stranger in strangers],
            },
        )
        if strangers:
            terminal.tell(
                "Their code is none of yours: another coordinator's letter, or somebody changed keys on the way. "
                "Ask them by telephone; make a new letter if it was yours."
            )

    asyncio.run(run())


@operation.command("add-devices", cls=TranslatedCommand)
@click.argument("who", required=False)
@operation_option
@click.pass_obj
def add_devices(terminal: Terminal, who: str | None, operation: str | None) -> None:
    """Add further computers of WHO (else yours) to the channels that this one is in."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            chosen = choose_operation(desk.mailbox, operation)
            await catch_up(desk.mailbox)
            member = None if who is None else choose_member(desk.mailbox.operation(chosen), who)
            account = desk.mailbox.identity.account if member is None else member.member.account
            added = await enactment.add_devices(desk.mailbox, chosen, account)
        terminal.show(terminal.say("Added: {count}", count=added), {"added": added})

    asyncio.run(run())


@operation.command(cls=TranslatedCommand)
@click.argument("who")
@option("--reason", type=REASONS, default="not-said", show_default=True, help="Kept in the ledger for ever.")
@option("--yes", is_flag=True, help="Do not ask again.")
@operation_option
@click.pass_obj
def revoke(terminal: Terminal, who: str, reason: str, operation: str | None, *, yes: bool) -> None:
    """End the membership of WHO (a name, or the first digits of the account): at once, and for good."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            chosen = choose_operation(desk.mailbox, operation)
            await catch_up(desk.mailbox)
            presenter = load_presenter(terminal, desk.reports)
            member = choose_member(desk.mailbox.operation(chosen), who)
            terminal.tell("To be revoked: {name}", name=presenter.person(member))
            terminal.confirm("Revoke?", yes=yes)
            why = RevokeReason[reason.upper().replace("-", "_")]
            await revocation.revoke(desk.mailbox, chosen, member.member.account, why)
            await keep_pins(desk.mailbox, desk.access)
        terminal.show(
            terminal.say("Revoked: {name}", name=presenter.person(member)), {"revoked": member.member.account.hex()}
        )

    asyncio.run(run())


@operation.command(cls=TranslatedCommand)
@operation_option
@click.pass_obj
def show(terminal: Terminal, operation: str | None) -> None:
    """Show phase, fingerprint, members, channels with their readers, and forms."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            chosen = choose_operation(desk.mailbox, operation)
            await catch_up(desk.mailbox)
            presenter = load_presenter(terminal, desk.reports)
            known = desk.mailbox.operation(chosen)
            terminal.show(presenter.operation(known), presenter.operation_document(known))

    asyncio.run(run())


@operation.command(cls=TranslatedCommand)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@operation_option
@click.pass_obj
def form(terminal: Terminal, file: Path, operation: str | None) -> None:
    """Publish a form, or a newer version of one, from a TOML FILE."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            chosen = choose_operation(desk.mailbox, operation)
            made = compile_form(read_text(file, most=MAX_TOML_BYTES), desk.reports.lists)
            await catch_up(desk.mailbox)
            known = desk.mailbox.operation(chosen)
            blob = desk.reports.newest(known).get(made.name)
            if blob is not None and desk.reports.form(known, blob).version >= made.version:
                raise UsageError(f"the operation has version {desk.reports.form(known, blob).version} of {made.name!r}")
            await declaring.publish_form(desk.mailbox, chosen, encode_form(made), version=made.version)
        terminal.show(
            terminal.say("Published: {form} {version}", form=made.name, version=made.version),
            {"form": made.name, "version": made.version},
        )

    asyncio.run(run())


@operation.command(cls=TranslatedCommand)
@click.argument("phase", type=PHASES)
@operation_option
@click.pass_obj
def phase(terminal: Terminal, phase: str, operation: str | None) -> None:
    """Begin a phase of the operation."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            chosen = choose_operation(desk.mailbox, operation)
            await declaring.change_phase(desk.mailbox, chosen, Phase[phase.upper().replace("-", "_")])
        terminal.show(terminal.say("The phase is now: {phase}", phase=terminal.say(phase)), {"phase": phase})

    asyncio.run(run())


def _read_plan(source: str) -> OperationPlan:
    lists = load_code_lists()
    return decode_operation(source, load_forms(lists), lists)


async def _plan_of(desk: Desk, chosen: OperationId) -> OperationPlan | None:
    """The plan that the operation was founded from, if it was on this computer."""
    source = await desk.mailbox.store.get(PLAN_PREFIX + chosen.hex())
    return None if source is None else _read_plan(source.decode())


async def _post(desk: Desk, chosen: OperationId, name: str) -> Post:
    plan = await _plan_of(desk, chosen)
    if plan is None:
        raise UsageError("the plan of this operation is not in this mailbox: give --role and --name")
    found = next((post for post in plan.posts if post.name == name), None)
    if found is None:
        raise UsageError(f"the plan has no post {name!r}; it has {', '.join(post.name for post in plan.posts)}")
    return found


async def _open_channels(desk: Desk, chosen: OperationId, language: str) -> list[str]:
    """Titles of the plan's channels that could be opened now, since their posts are filled."""
    plan = await _plan_of(desk, chosen)
    opened = [] if plan is None else await as_planned.open_planned_channels(desk.mailbox, chosen, plan)
    return [pick(channel.label, language) for channel in opened]
