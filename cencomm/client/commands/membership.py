"""`cencomm operation invite`, `admit`, `revoke`: who belongs."""

import asyncio
from pathlib import Path

import click

from cencomm.client.account.account import keep_pins
from cencomm.client.channel.readership import reader
from cencomm.client.commands.choosing import choose_country, choose_member, choose_operation, operation_option
from cencomm.client.commands.deeds import told_proposal
from cencomm.client.commands.outcome import show_outcome
from cencomm.client.commands.plans import find_post, open_channels
from cencomm.client.commands.presenter import load_presenter
from cencomm.client.commands.translated import TranslatedCommand, option
from cencomm.client.desk import Desk, open_desk
from cencomm.client.operation.directory import Profile, decode_profile
from cencomm.client.operation.invitation import Invitation
from cencomm.client.operation.operation import Operation
from cencomm.client.operation.proposal import Proposal
from cencomm.client.terminal import Terminal, write_secret_file
from cencomm.client.unit import admission, as_planned, revocation
from cencomm.client.unit.invitations import open_invitations, outdated_invitations, withdraw_invitation
from cencomm.client.unit.office import judge_office
from cencomm.client.watch import catch_up
from cencomm.errors import MalformedError, UsageError
from cencomm.forms.language import pick
from cencomm.ids import OperationId, short
from cencomm.ledger.kinds import RevokeReason, Role

ROLES = click.Choice([role.name.lower() for role in Role])
REASONS = click.Choice([reason.name.lower().replace("_", "-") for reason in RevokeReason])


@click.command(cls=TranslatedCommand)
@operation_option
@option("--post", help="A post of the plan: role, country and name come from there.")
@option("--role", type=ROLES, help="What the invited one will be.")
@option("--name", help="The post, as the others will see it.")
@option("--organisation", default="", help="Its service.")
@option("--country", help="Two letters: FR.")
@option("--letter", type=click.Path(path_type=Path, dir_okay=False), help="Write the letter to this new file (0600).")
@option("--withdraw", is_flag=True, help="Withdraw the open letter for this --post or --name instead.")
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
    *,
    withdraw: bool,
) -> None:
    """Make the access letter for one post. It holds a secret: hand it over outside this system."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            chosen = choose_operation(desk.mailbox, operation)
            judge_office(desk.mailbox, chosen)
            if withdraw:
                await catch_up(desk.mailbox)
                withdrawn = await _withdraw(desk, chosen, post=post, name=name)
                terminal.show(terminal.say("Withdrawn: {name}", name=withdrawn), {"withdrawn": withdrawn})
                return
            found = None if post is None else await find_post(desk, chosen, post)
            if found is not None:
                profile = Profile(
                    name=name or pick(found.label, terminal.words.language),
                    organisation=organisation,
                    country=choose_country(country) or found.country,
                )
                made = await as_planned.invite_post(desk.mailbox, chosen, found, profile=profile.encode())
            elif role is None or name is None:
                raise UsageError("give --post, or --role and --name")
            else:
                profile = Profile(name=name, organisation=organisation, country=choose_country(country))
                made = await admission.invite(desk.mailbox, chosen, role=Role[role.upper()], profile=profile.encode())
        if letter is None:
            terminal.show(made.text(), {"letter": made.text()})
        else:
            write_secret_file(letter, made.text())
            terminal.show(terminal.say("The letter is in {file}.", file=letter), {"file": str(letter)})
        terminal.tell("Hand it over in person or by a trusted messenger, never through this system.")

    asyncio.run(run())


async def _withdraw(desk: Desk, chosen: OperationId, *, post: str | None, name: str | None) -> str:
    """The name on the letter that admits nobody any more."""
    there = (*await open_invitations(desk.mailbox, chosen), *await outdated_invitations(desk.mailbox, chosen))
    letters = [one for one in there if one.resets is None]
    fitting = [
        one
        for one in letters
        if (post is not None and one.post == post) or (name is not None and _invited_name(one) == name)
    ]
    if len(fitting) != 1:
        waiting = ", ".join(_invited_name(one) for one in letters)
        raise UsageError(f"give --post or --name of one open letter; open are: {waiting or 'none'}")
    await withdraw_invitation(desk.mailbox, chosen, fitting[0])
    return _invited_name(fitting[0])


def _invited_name(invitation: Invitation) -> str:
    try:
        return decode_profile(invitation.profile).name
    except MalformedError:
        return "?"  # another coordinator's program made it


@click.command(cls=TranslatedCommand)
@option("--yes", is_flag=True, help="Agree without being asked to what takes two coordinators.")
@operation_option
@click.pass_obj
def admit(terminal: Terminal, operation: str | None, *, yes: bool) -> None:
    """Admit all who asked with the code of one of your letters, and tell of those who did not."""

    async def run() -> None:
        async with open_desk(terminal) as desk:
            chosen = choose_operation(desk.mailbox, operation)
            await catch_up(desk.mailbox)
            judge_office(desk.mailbox, chosen)
            presenter = load_presenter(terminal, desk.reports)

            def agrees(known: Operation, proposal: Proposal) -> bool:
                for line in told_proposal(proposal, known, presenter):
                    terminal.tell("{line}", line=line)
                return terminal.agrees("Is this what you want, and are the words of the keys the right ones?", yes=yes)

            admitted, strangers = await admission.admit_waiting(desk.mailbox, chosen, agrees=agrees)
            await as_planned.remember_posts(desk.mailbox, chosen, admitted)
            opened = await open_channels(desk, chosen, terminal.words.language)
            await keep_pins(desk.mailbox, desk.access)
            known = desk.mailbox.operation(chosen)
            outdated = [
                _invited_name(one) if one.resets is None else presenter.person(reader(known, one.resets))
                for one in await outdated_invitations(desk.mailbox, chosen)
            ]
            lines = []
            for new in admitted:
                sentence = "New keys for: {name}" if new.reset else "Admitted: {name}"
                lines.append(terminal.say(sentence, name=presenter.person(reader(known, new.account))))
        lines += [terminal.say("Channel opened: {title}", title=title) for title in opened]
        for one in strangers:
            why = terminal.say("the code of its letter was used by another account") if one.code_used else one.reason
            lines.append(
                terminal.say("NOT admitted: account {account}: {why}", account=short(one.keys.account), why=why)
            )
        lines += [
            terminal.say("Write this letter anew, a coordinator left since: {name}", name=name) for name in outdated
        ]
        terminal.show(
            "\n".join(lines) or terminal.say("Nobody waits."),
            {
                "admitted": [one.account.hex() for one in admitted],
                "strangers": [
                    {"account": one.keys.account.hex(), "code_used": one.code_used, "reason": one.reason}
                    for one in strangers
                ],
                "outdated_letters": list(outdated),
            },
        )
        if any(not one.code_used and not one.waits for one in strangers):
            terminal.tell(
                "Whoever has a code that is none of yours has another coordinator's letter, or somebody changed keys "
                "on the way. Ask them by telephone; make a new letter if it was yours."
            )
        if any(one.code_used for one in strangers):
            terminal.tell(
                "A letter's code serves once. Somebody else may have read that letter: telephone the post that it was "
                "for, compare the account with the one that was admitted, and revoke that one if it is not theirs."
            )

    asyncio.run(run())


@click.command(cls=TranslatedCommand)
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
            judge_office(desk.mailbox, chosen)
            presenter = load_presenter(terminal, desk.reports)
            member = choose_member(desk.mailbox.operation(chosen), who)
            terminal.tell("To be revoked: {name}", name=presenter.person(member))
            terminal.confirm("Revoke?", yes=yes)
            why = RevokeReason[reason.upper().replace("-", "_")]
            asked = await revocation.revoke(desk.mailbox, chosen, member.member.account, why)
            await keep_pins(desk.mailbox, desk.access)
        said = terminal.say("Revoked: {name}", name=presenter.person(member))
        show_outcome(terminal, asked, said, {"revoked": member.member.account.hex()})

    asyncio.run(run())
