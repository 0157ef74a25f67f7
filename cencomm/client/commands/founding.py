"""`cencomm operation create`, `cofound`: an operation begins, with two coordinators unless it is an exercise."""

import asyncio
from pathlib import Path

import click

from cencomm.client.account.account import keep_pins
from cencomm.client.channel.entrance import introduce_device
from cencomm.client.commands.choosing import choose_country
from cencomm.client.commands.coordinators_seal import require_device_secret, say_that_an_exercise_asks_for_none
from cencomm.client.commands.plans import MAX_TOML_BYTES, PLAN_PREFIX, read_plan
from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.client.desk import Desk, open_desk
from cencomm.client.errors import FileRefused
from cencomm.client.operation.directory import Profile
from cencomm.client.terminal import Terminal, read_text, write_secret_file
from cencomm.client.unit import as_planned, cofounding
from cencomm.errors import UsageError
from cencomm.forms.language import pick
from cencomm.forms.operation import OperationPlan, OperationPlanError, Post, PostRole
from cencomm.ids import OperationId
from cencomm.ledger import fingerprint
from cencomm.ledger.founding import read_founding_letter
from cencomm.ledger.letter import MAX_LETTER_CHARACTERS


@click.command(cls=TranslatedCommand)
@click.argument("plan", type=click.Path(path_type=Path, dir_okay=False))
@option("--name", required=True, help="Your post, as the others will see it.")
@option("--organisation", required=True, help="Your service.")
@option("--country", help="Two letters: FR.")
@option("--second", help="Post of the second coordinator; else the plan's second one.")
@option("--second-organisation", help="Service of the second coordinator; else yours.")
@option("--letter", type=click.Path(path_type=Path, dir_okay=False), help="Write the letter to this new file (0600).")
@click.pass_obj
def create(
    terminal: Terminal,
    plan: Path,
    name: str,
    organisation: str,
    country: str | None,
    second: str | None,
    second_organisation: str | None,
    letter: Path | None,
) -> None:
    """Found an operation as PLAN (a TOML file) describes it. Unless it is an exercise: a letter first, then again."""
    source = read_text(plan, most=MAX_TOML_BYTES)
    try:
        planned = read_plan(source)
    except OperationPlanError as error:
        raise FileRefused(plan, str(error)) from None
    profile = Profile(name=name, organisation=organisation, country=choose_country(country)).encode()

    async def run() -> None:
        async with open_desk(terminal) as desk:
            if planned.policy.exercise:
                say_that_an_exercise_asks_for_none(terminal, desk.access)
            else:
                require_device_secret(desk.access)
            waiting = await cofounding.waiting_founding(desk.mailbox, planned.name)
            if waiting is None and (letter is not None or not planned.policy.exercise):
                other = _second_profile(terminal, planned, second, second_organisation or organisation)
                waiting = await cofounding.begin_founding(desk.mailbox, planned.name, second=other.encode())
                _show_letter(terminal, desk, waiting, letter, exercise=planned.policy.exercise)
                return
            if waiting is None:
                founded = await as_planned.found(desk.mailbox, planned, profile=profile)
            else:
                try:
                    founded = await as_planned.found_together(desk.mailbox, planned, waiting, profile=profile)
                except cofounding.NotAnswered:
                    if letter is None:
                        raise
                    _show_letter(terminal, desk, waiting, letter, exercise=planned.policy.exercise)  # the first is lost
                    return
            async with desk.mailbox.lock:
                await desk.mailbox.write({PLAN_PREFIX + founded.hex(): source.encode()})
            await keep_pins(desk.mailbox, desk.access)
        _show_founded(terminal, founded)
        if waiting is not None:
            terminal.tell("Compare these words with the second coordinator, by voice.")
        terminal.tell("Next: cencomm operation invite, once for each post.")

    asyncio.run(run())


@click.command(cls=TranslatedCommand)
@click.argument("letter", type=click.Path(path_type=Path, dir_okay=False))
@option("--yes", is_flag=True, help="The words were compared already.")
@click.pass_obj
def cofound(terminal: Terminal, letter: Path, *, yes: bool) -> None:
    """Found an operation with the writer of the founding letter in the file LETTER. Run it again when they have."""
    read = read_founding_letter(read_text(letter, most=4 * MAX_LETTER_CHARACTERS))
    terminal.tell("The founding's words: {words}", words=" ".join(read.words))
    terminal.tell("Compare them, word by word, with those that the writer of the letter says.")
    terminal.confirm("Are they the same?", yes=yes)

    async def run() -> None:
        async with open_desk(terminal) as desk:
            if read.relay_address.rstrip("/") != desk.mailbox.relay.address.rstrip("/"):
                raise UsageError(f"the letter is for {read.relay_address}: sign up there, with a folder of its own")
            if read.exercise:
                say_that_an_exercise_asks_for_none(terminal, desk.access)
            else:
                require_device_secret(desk.access)
            founded = await cofounding.founded(desk.mailbox, read)
            if founded is None:
                await introduce_device(desk.mailbox)
                await cofounding.answer_founding(desk.mailbox, read)
                terminal.show(terminal.say("Your answer is at the relay."), {"answered": True})
                terminal.tell("Next: the writer of the letter founds the operation; then run this again.")
                return
            await keep_pins(desk.mailbox, desk.access)
        _show_founded(terminal, founded)
        terminal.tell("Compare them, word by word, with those that the writer of the letter says. Destroy the letter.")

    asyncio.run(run())


def _second_profile(terminal: Terminal, plan: OperationPlan, name: str | None, organisation: str) -> Profile:
    post = _second_post(plan)
    label = name or (None if post is None else pick(post.label, terminal.words.language))
    if label is None:
        raise UsageError("the plan has no second coordinator's post: give --second")
    return Profile(name=label, organisation=organisation, country=None if post is None else post.country)


def _second_post(plan: OperationPlan) -> Post | None:
    coordinators = [post for post in plan.posts if post.role is PostRole.COORDINATOR]
    return coordinators[1] if len(coordinators) > 1 else None


def _show_letter(
    terminal: Terminal, desk: Desk, waiting: cofounding.Founding, file: Path | None, *, exercise: bool
) -> None:
    made = waiting.letter(desk.mailbox, exercise=exercise)
    if file is None:
        terminal.show(made.text(), {"letter": made.text(), "words": list(made.words)})
    else:
        write_secret_file(file, made.text())
        terminal.show(
            terminal.say("The letter is in {file}.", file=file), {"file": str(file), "words": list(made.words)}
        )
    terminal.tell("Hand it over in person or by a trusted messenger, never through this system.")
    terminal.tell("Say these words to the second coordinator, by voice: {words}", words=" ".join(made.words))
    terminal.tell("Next: they run cencomm operation cofound; then run this command again.")


def _show_founded(terminal: Terminal, founded: OperationId) -> None:
    words = fingerprint.words(founded)
    terminal.show(
        terminal.say("The operation is founded. Its fingerprint: {words}", words=" ".join(words)),
        {"operation": founded.hex(), "words": list(words)},
    )
