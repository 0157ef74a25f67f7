"""The sample operation comes to be: charter, forms, letters, enrolments, admissions, channels.

Nobody is a special case: each step is the one that a real coordination unit and real officers take.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cencomm.client.channel.enactment import enact
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.directory import Purpose, encode_labels
from cencomm.client.reports import Reports
from cencomm.client.unit import admission, declaring, founding
from cencomm.demo.cast import ROLES, Part
from cencomm.demo.member import Member
from cencomm.forms.form_json import encode_form
from cencomm.forms.language import pick
from cencomm.forms.operation import ChannelPurpose, OperationPlan, PlannedChannel, Policy
from cencomm.ids import BlobId, ChannelId, OperationId
from cencomm.ledger import bodies
from cencomm.ledger.kinds import ChannelKind, EntryType, History, Phase, Role
from cencomm.ledger.letter import AccessLetter


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where the play takes place."""

    operation: OperationId
    channel: ChannelId  # the main one: everybody reads it
    forms: Mapping[str, BlobId]


async def found(founder: Member, plan: OperationPlan, reports: Reports) -> Stage:
    """The operation with its forms and its main channel, the founder alone in it."""
    mailbox = founder.mailbox
    operation = await founding.found_operation(
        mailbox,
        plan=Purpose(title=plan.label, purpose=plan.purpose, legal_basis=pick(plan.legal_basis, "en")).encode(),
        profile=founder.part.profile().encode(),
        policy=_policy(plan.policy),
    )
    for form in plan.forms.values():
        await declaring.publish_form(mailbox, operation, encode_form(form), version=form.version)
    await declaring.change_phase(mailbox, operation, Phase.OPERATIONAL)
    (main,) = (channel for channel in plan.channels if channel.kind is ChannelPurpose.MAIN)
    channel = await declaring.open_channel(
        mailbox, operation, kind=ChannelKind.MAIN, title=encode_labels(main.label), roles=_roles(main)
    )
    return Stage(operation=operation, channel=channel, forms=reports.newest(mailbox.operation(operation)))


async def invite(founder: Member, stage: Stage, part: Part) -> AccessLetter:
    return await admission.invite(founder.mailbox, stage.operation, role=part.role, profile=part.profile().encode())


async def open_side_channels(founder: Member, members: Sequence[Member], stage: Stage, plan: OperationPlan) -> None:
    """The plan's other channels, with their members in them."""
    mailbox = founder.mailbox
    accounts = {member.part.name: member.mailbox.identity.account for member in members}
    for planned in plan.channels:
        if planned.kind is ChannelPurpose.MAIN:
            continue
        channel = await declaring.open_channel(
            mailbox,
            stage.operation,
            kind=ChannelKind[planned.kind.name],
            title=encode_labels(planned.label),
            roles=_roles(planned),
            accounts=[accounts[name] for name in planned.posts],
        )
        await enact(mailbox, stage.operation, channel)


async def admit_all(mailbox: Mailbox, stage: Stage) -> int:
    """How many of those who wait were admitted: all whose code is one of our letters'."""
    admitted, _strangers = await admission.admit_waiting(mailbox, stage.operation)
    return len(admitted)


def _roles(channel: PlannedChannel) -> tuple[Role, ...]:
    return tuple(ROLES[role] for role in channel.roles)


def _policy(policy: Policy) -> bodies.Policy:
    return bodies.Policy(
        history=History[policy.history.name],
        retention_days=policy.retention_days,
        update_interval_hours=policy.update_interval_hours,
        heartbeat_seconds=policy.heartbeat_seconds,
        two_signatures=tuple(EntryType[name.upper().replace("-", "_")] for name in policy.two_signatures),
        exercise=policy.exercise,
    )
