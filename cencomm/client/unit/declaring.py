"""What the unit declares once an operation exists: channels, forms, the phase."""

from collections.abc import Sequence

from cencomm.client.channel.founding import found_channel
from cencomm.client.channel.log_feed import follow_log
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation import coordination
from cencomm.client.operation.decision import decide
from cencomm.client.operation.ledger_feed import follow_ledger
from cencomm.client.transport.errors import LedgerMoved, Refusal
from cencomm.client.unit.act import MAX_TRIES, act, append_request, overtaken
from cencomm.client.unit.office import judge_office
from cencomm.ids import AccountId, ChannelId, OperationId
from cencomm.ledger.kinds import ChannelKind, Phase, Role


async def open_channel(
    mailbox: Mailbox,
    operation: OperationId,
    *,
    kind: ChannelKind,
    title: bytes,
    roles: Sequence[Role] = (),
    accounts: Sequence[AccountId] = (),
) -> ChannelId:
    """A channel with its group: the entry travels with the first Commit, so that it is never there without one (L8)."""
    entropy = mailbox.environment.entropy
    async with mailbox.lock:
        for _ in range(MAX_TRIES):
            known = await follow_ledger(mailbox, operation)
            judge_office(mailbox, operation)
            decision = decide(
                known,
                mailbox.identity,
                coordination.declare_channel(kind=kind, title=title, roles=roles, accounts=accounts, entropy=entropy),
                now=mailbox.environment.clock(),
                entropy=entropy,
            )
            ledger = decision.operation.ledger
            (channel,) = ledger.channels.keys() - known.ledger.channels.keys()
            session = found_channel(mailbox, operation, channel, ledger)
            await mailbox.write({}, session=session)
            try:
                await mailbox.relay.append(operation, append_request(decision, session))
            except LedgerMoved:
                await mailbox.forget_session(session)
                continue
            except Refusal:
                await mailbox.forget_session(session)
                raise
            await follow_ledger(mailbox, operation)
            await follow_log(mailbox, operation, channel)
            return channel
    raise overtaken()


async def publish_form(mailbox: Mailbox, operation: OperationId, definition: bytes, *, version: int) -> None:
    entropy = mailbox.environment.entropy
    await act(mailbox, operation, lambda _: coordination.publish_form(definition, version=version, entropy=entropy))


async def change_phase(mailbox: Mailbox, operation: OperationId, phase: Phase) -> None:
    await act(mailbox, operation, lambda _: coordination.change_phase(phase))
