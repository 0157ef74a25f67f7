"""An operation as its plan wants it: charter, forms, phase and channels, as far as the people are there.

A channel for named posts is opened when all of them are admitted: the ledger names accounts, and a channel's readers
are settled with its entry.
"""

from collections.abc import Sequence

from cencomm import codec
from cencomm.client.channel.enactment import enact
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.chartering import Founder
from cencomm.client.operation.directory import Purpose, encode_labels
from cencomm.client.unit import admission, cofounding, declaring, founding
from cencomm.client.unit.unit_channel import unit_channel
from cencomm.errors import UsageError
from cencomm.forms.form_json import encode_form
from cencomm.forms.language import pick
from cencomm.forms.operation import OperationPlan, PlannedChannel, Policy, Post
from cencomm.ids import ACCOUNT_ID_BYTES, AccountId, ChannelId, OperationId
from cencomm.ledger import bodies
from cencomm.ledger.kinds import ChannelKind, EntryType, History, Phase, Role
from cencomm.ledger.letter import AccessLetter

PREFIX = "plan/"


async def found(mailbox: Mailbox, plan: OperationPlan, *, profile: bytes) -> OperationId:
    """An exercise, founded alone, with its forms, in its first phase, and every channel that is for roles alone.

    Raises:
        UsageError: it is no exercise: a real one is founded by two coordinators together (L5).
    """
    if not plan.policy.exercise:
        raise UsageError("an operation that is no exercise is founded by two coordinators")
    operation = await charter(mailbox, plan, profile)
    await furnish(mailbox, operation, plan)
    return operation


async def found_together(
    mailbox: Mailbox, plan: OperationPlan, waiting: cofounding.Founding, *, profile: bytes
) -> OperationId:
    """The operation with whoever answered the founding letter, furnished as `found` does.

    Raises:
        NotAnswered, WrongCode: see `cofounding.answer_to`.
        UsageError: the plan wants two signatures for channels: the request for the second travels in one.
    """
    if EntryType.CHANNEL.name.lower() in plan.policy.two_signatures:
        raise UsageError("two_signatures must not list channel: the second signature is asked for in a channel")
    operation = await cofounding.founded(mailbox, waiting.letter(mailbox))
    if operation is None:
        second = await cofounding.answer_to(mailbox, waiting)
        operation = await charter(mailbox, plan, profile, nonce=waiting.nonce, founders=(second,))
    await unit_channel(mailbox, operation)
    await furnish(mailbox, operation, plan)
    await cofounding.end_founding(mailbox, plan.name)
    return operation


async def furnish(mailbox: Mailbox, operation: OperationId, plan: OperationPlan) -> None:
    """Forms, first phase and channels, as far as they are not there: a founding that was interrupted goes on."""
    await publish_forms(mailbox, operation, plan)
    ledger = mailbox.operation(operation).ledger
    first = Phase[plan.phases[0].phase.name]
    if ledger.phase is Phase.PLANNING and first is not Phase.PLANNING:
        await declaring.change_phase(mailbox, operation, first)
    await open_planned_channels(mailbox, operation, plan)


async def publish_forms(mailbox: Mailbox, operation: OperationId, plan: OperationPlan) -> None:
    """The plan's forms, as far as they are not there."""
    there = len(mailbox.operation(operation).ledger.forms)
    for form in list(plan.forms.values())[there:]:  # in the plan's order, so those before are there
        await declaring.publish_form(mailbox, operation, encode_form(form), version=form.version)


async def charter(
    mailbox: Mailbox,
    plan: OperationPlan,
    profile: bytes,
    *,
    nonce: bytes | None = None,
    founders: Sequence[Founder] = (),
) -> OperationId:
    """The plan's operation with its policy, and nothing in it yet."""
    return await founding.found_operation(
        mailbox,
        plan=Purpose(title=plan.label, purpose=plan.purpose, legal_basis=pick(plan.legal_basis, "en")).encode(),
        profile=profile,
        policy=ledger_policy(plan.policy),
        nonce=nonce,
        founders=founders,
    )


async def invite_post(mailbox: Mailbox, operation: OperationId, post: Post, *, profile: bytes) -> AccessLetter:
    """The letter for a post of the plan; who fills it is remembered when they are admitted."""
    return await admission.invite(mailbox, operation, role=Role[post.role.name], profile=profile, post=post.name)


async def remember_posts(mailbox: Mailbox, operation: OperationId, admitted: list[admission.Admission]) -> None:
    async with mailbox.lock:
        for admission in admitted:
            if admission.post:
                await mailbox.write({_post_key(operation, admission.post): admission.account})


async def open_planned_channels(mailbox: Mailbox, operation: OperationId, plan: OperationPlan) -> list[PlannedChannel]:
    """The plan's channels that are not open yet and whose posts are all filled; they are open now."""
    opened = []
    for planned in plan.channels:
        if await mailbox.store.get(_channel_key(operation, planned.name)) is not None:
            continue
        accounts = [await _account_of(mailbox, operation, post) for post in planned.posts]
        filled = [account for account in accounts if account is not None]
        if len(filled) < len(accounts):
            continue
        channel = await open_planned(mailbox, operation, planned, filled)
        async with mailbox.lock:
            await mailbox.write({_channel_key(operation, planned.name): channel})
        await enact(mailbox, operation, channel)
        opened.append(planned)
    return opened


async def open_planned(
    mailbox: Mailbox, operation: OperationId, planned: PlannedChannel, accounts: Sequence[AccountId] = ()
) -> ChannelId:
    """A channel of the plan, for its roles and for `accounts`, who fill its posts."""
    return await declaring.open_channel(
        mailbox,
        operation,
        kind=ChannelKind[planned.kind.name],
        title=encode_labels(planned.label),
        roles=[Role[role.name] for role in planned.roles],
        accounts=accounts,
    )


def ledger_policy(policy: Policy) -> bodies.Policy:
    """The part of a plan's policy that the charter carries."""
    return bodies.Policy(
        history=History[policy.history.name],
        retention_days=policy.retention_days,
        update_interval_hours=policy.update_interval_hours,
        heartbeat_seconds=policy.heartbeat_seconds,
        two_signatures=tuple(EntryType[name.upper().replace("-", "_")] for name in policy.two_signatures),
        exercise=policy.exercise,
    )


async def _account_of(mailbox: Mailbox, operation: OperationId, post: str) -> AccountId | None:
    value = await mailbox.store.get(_post_key(operation, post))
    if value is None:
        return None
    account = AccountId(codec.fixed(value, ACCOUNT_ID_BYTES))
    member = mailbox.operation(operation).ledger.members.get(account)
    return account if member is not None and member.revoked_at is None else None


def _post_key(operation: OperationId, post: str) -> str:
    return f"{PREFIX}{operation.hex()}/post/{post}"


def _channel_key(operation: OperationId, channel: str) -> str:
    return f"{PREFIX}{operation.hex()}/channel/{channel}"
