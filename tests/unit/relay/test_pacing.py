"""How often a channel begins a new epoch (C7): who waits, who never does, and what a flood costs the others."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cencomm.ids import AccountId, ChannelId, OperationId, SendId
from cencomm.ledger.bodies import EndDevice
from cencomm.ledger.log import LogKind
from cencomm.ledger.statements import verify_receipt
from cencomm.mls.group import Group
from cencomm.relay.channel_log import Tip
from cencomm.relay.config import RelayConfig
from cencomm.relay.errors import ChannelBusy
from cencomm.relay.keys import DATABASE, STATE
from cencomm.relay.loading import load_state
from cencomm.relay.pacing import Pacing
from cencomm.wire.errors import ErrorCode
from cencomm.wire.limits import COMMIT_PAUSE_SECONDS, TURN_SECONDS
from cencomm.wire.log import Publish, TurnReserved
from cencomm.wire.operations import Appended, CommitToChannel
from tests.fakes.founded_operation import Operation, found_operation
from tests.fakes.served_relay import NAME, Answer, Person, StandingClock, config_for, running


@pytest.fixture
async def operation(tmp_path: Path) -> AsyncIterator[Operation]:
    """As outside tests: with pauses. Its coordinator alone is in the channel."""
    paced = config_for(tmp_path, commit_pause_seconds=COMMIT_PAUSE_SECONDS)
    async with running(paced, StandingClock()) as relay:
        yield await found_operation(relay, await relay.person())


@pytest.fixture
async def insider(operation: Operation) -> Person:
    """Alice, in the channel since just before now; nothing is paused."""
    alice = await operation.relay.person("alice")
    await alice.put_key_packages(3, last_resort=True)
    await operation.admit(alice)
    operation.relay.clock.now += COMMIT_PAUSE_SECONDS
    return alice


def commit_by(group: Group, operation: Operation) -> tuple[Publish, Group]:
    """An empty Commit with a path, by whoever holds `group`."""
    staged = group.commit(authenticated_data=operation.anchor(LogKind.COMMIT), entropy=operation.relay.entropy)
    return Publish(send_id=SendId(operation.relay.entropy(16)), kind=1, message=staged.message), staged.group


async def reserve(operation: Operation, somebody: Person) -> Answer:
    return await somebody.ask("POST", f"{operation.channel_path}/1/turn")


async def lose_twice(operation: Operation, insider: Person, group: Group) -> None:
    """The coordinator is faster twice."""
    for _ in range(2):
        publish, _ = commit_by(group, operation)
        assert (await operation.commit()).status == 200
        operation.relay.clock.now += COMMIT_PAUSE_SECONDS
        assert (await operation.publish(publish, by=insider)).code == ErrorCode.STALE_EPOCH
        group, _ = group.process((await operation.log()).entries[-1].message)


async def test_c7_a_commit_that_revokes_nobody_waits_for_its_turn(operation: Operation) -> None:
    assert (await operation.commit()).status == 200

    held = await operation.commit()

    assert (held.status, held.code) == (429, ErrorCode.TOO_MANY)
    assert (held.error.details.rule, held.error.details.retry_after) == ("C7", COMMIT_PAUSE_SECONDS)
    assert held.headers["Retry-After"] == str(COMMIT_PAUSE_SECONDS)
    operation.relay.clock.now += COMMIT_PAUSE_SECONDS
    assert (await operation.commit()).status == 200


async def test_c7_a_retry_of_an_accepted_commit_is_answered_in_the_pause(operation: Operation) -> None:
    staged = operation.staged()
    publish = operation.publish_of(staged)
    first = await operation.publish(publish)

    again = await operation.publish(publish)

    assert again.body == first.body


async def test_c7_messages_do_not_wait(operation: Operation) -> None:
    await operation.commit()

    assert (await operation.publish(operation.message())).status == 200


@pytest.mark.parametrize("act", ["revoke", "end-device"])
async def test_c7_a_commit_that_revokes_is_never_held_up(operation: Operation, insider: Person, act: str) -> None:
    """Not by the pause, and not by another's turn."""
    await lose_twice(operation, insider, await operation.join(insider))
    assert (await reserve(operation, insider)).status == 200
    body = (
        operation.revocation(insider) if act == "revoke" else EndDevice(account=insider.account, device=insider.device)
    )
    await operation.append(body)

    enacting = await operation.commit()
    next_one = await operation.commit()

    assert enacting.status == 200
    assert next_one.error.details.rule == "C7"  # one Commit carries it out; the flood is not let in behind it


@pytest.mark.parametrize("act", ["revoke", "end-device", "nothing"])
async def test_c7_a_relay_that_starts_again_knows_which_channel_owes_a_removal(
    operation: Operation, insider: Person, act: str
) -> None:
    """Else whoever can make it restart keeps a revoked member in for as long as turns hold the others up."""
    match act:
        case "revoke":
            await operation.append(operation.revocation(insider))
        case "end-device":
            await operation.append(EndDevice(account=insider.account, device=insider.device))

    state = await operation.relay.app[DATABASE].read(load_state)

    tip = state.tip(operation.ledger.operation, operation.channel)
    assert tip.owes_removal is (act != "nothing")
    assert tip.owes_removal is operation.relay.app[STATE].tip(tip.operation, tip.channel).owes_removal


async def test_c7_a_revocation_lets_by_only_where_the_revoked_may_have_a_leaf(operation: Operation) -> None:
    other, tips = await operation.relay.person("other"), operation.relay.app[STATE].tips
    aside = operation.channel_body(accounts=(operation.coordinator.account,))
    await operation.append(aside)
    await operation.append(operation.admission(other))

    await operation.append(operation.revocation(other))

    assert tips[operation.ledger.operation, operation.channel].owes_removal
    assert not tips[operation.ledger.operation, aside.channel].owes_removal


async def test_c7_a_commit_beside_its_entry_is_not_held_up_and_holds_up_nobody(operation: Operation) -> None:
    """A coordinator's act, which an insider's Commits must not keep from happening (L3)."""
    await operation.commit()
    operation.relay.clock.now += COMMIT_PAUSE_SECONDS - 1
    entry = operation.entry(operation.channel_body())
    staged = operation.staged(ledger=operation.after(entry))
    publish = operation.publish_of(staged)
    commit = CommitToChannel(
        channel=operation.channel, generation=1, send_id=publish.send_id, kind=1, message=publish.message
    )

    answer = await operation.coordinator.ask("POST", f"{operation.path}/ledger", operation.asking(entry, commit))

    receipt = answer.read(Appended).receipt
    assert receipt is not None
    operation.ledger, operation.group = operation.after(entry), staged.group
    operation.saw(verify_receipt(receipt, operation.relay.receipt_key).statement)
    operation.relay.clock.now += 1
    assert (await operation.commit()).status == 200


async def test_c7_an_accounts_commits_of_an_hour_are_counted(tmp_path: Path) -> None:
    """So the flood of one insider ends after a few minutes; whoever revokes is not counted."""
    async with running(config_for(tmp_path, commits_per_hour=2), StandingClock()) as relay:
        operation = await found_operation(relay, await relay.person())
        answers = [await operation.commit() for _ in range(3)]
        relay.clock.now += 3600

        assert [answer.status for answer in answers] == [200, 200, 429]
        assert answers[2].error.details.rule == "C7"
        assert (await operation.commit()).status == 200


async def test_c7_who_lost_two_races_in_a_row_may_reserve_the_next_turn(operation: Operation, insider: Person) -> None:
    group = await operation.join(insider)
    assert (await reserve(operation, insider)).error.details.rule == "C7"  # it lost none
    await lose_twice(operation, insider, group)
    for entry in (await operation.log()).entries[-2:]:
        group, _ = group.process(entry.message)

    seconds = (await reserve(operation, insider)).read(TurnReserved).seconds
    others = await operation.commit()
    mine = await operation.publish(commit_by(group, operation)[0], by=insider)

    assert seconds == TURN_SECONDS
    assert (others.code, others.error.details.retry_after) == (ErrorCode.TOO_MANY, TURN_SECONDS)
    assert mine.status == 200
    assert (await reserve(operation, insider)).code == ErrorCode.REFUSED  # it has won


async def test_c7_a_turn_ends_and_comes_once_a_minute(operation: Operation, insider: Person) -> None:
    await lose_twice(operation, insider, await operation.join(insider))
    await reserve(operation, insider)
    clock = operation.relay.clock
    clock.now += TURN_SECONDS

    assert (await operation.commit()).status == 200
    clock.now += TURN_SECONDS
    again = await reserve(operation, insider)
    assert (again.code, again.error.details.rule) == (ErrorCode.TOO_MANY, "C7")


def test_c7_turns_of_several_insiders_leave_as_much_time_between_them(tmp_path: Path) -> None:
    pacing, now = Pacing(RelayConfig(data=tmp_path, name=NAME)), 1000
    tip = Tip(row=1, operation=OperationId(bytes(32)), channel=ChannelId(bytes(16)), generation=1, group_id=bytes(32))
    one, other = AccountId(b"1" * 16), AccountId(b"2" * 16)
    for account in (one, one, other, other):
        pacing.lost(tip, account, now=now)
    pacing.reserve(tip, one, now=now)

    with pytest.raises(ChannelBusy) as held:
        pacing.reserve(tip, other, now=now + TURN_SECONDS)

    assert held.value.retry_after == TURN_SECONDS
    pacing.take_turn(tip, other, now=now + TURN_SECONDS)
    assert pacing.reserve(tip, other, now=now + 2 * TURN_SECONDS) == TURN_SECONDS


def test_c7_a_large_channel_has_longer_pauses(tmp_path: Path) -> None:
    pacing = Pacing(RelayConfig(data=tmp_path, name=NAME))

    assert [pacing.pause_of(members) for members in (1, 666, 667, 1000, 1001)] == [2, 2, 3, 3, 4]


def test_c7_a_clock_that_is_put_back_ends_a_pause(tmp_path: Path) -> None:
    pacing = Pacing(RelayConfig(data=tmp_path, name=NAME))
    tip = Tip(
        row=1,
        operation=OperationId(bytes(32)),
        channel=ChannelId(bytes(16)),
        generation=1,
        group_id=bytes(32),
        paused_at=10_000,
        pause=2,
    )

    pacing.take_turn(tip, AccountId(bytes(16)), now=9_000)
    with pytest.raises(ChannelBusy):
        pacing.take_turn(tip, AccountId(bytes(16)), now=10_001)
