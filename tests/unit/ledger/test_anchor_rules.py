from dataclasses import replace

import pytest

from cencomm.errors import Unavailable
from cencomm.ids import NO_HASH, ChannelId, OperationId
from cencomm.ledger.anchor import Anchor
from cencomm.ledger.anchor_rules import judge_anchor, judge_log_view
from cencomm.ledger.bodies import PhaseBody
from cencomm.ledger.entry import Phase
from cencomm.ledger.log import LogKind
from cencomm.ledger.refusal import AnchorRefused, LedgerBehind
from tests.unit.ledger.people import Unit

SEQUENCE, BEGAN = 9, 5  # of the message, and of the Commit that began its epoch


@pytest.fixture
def channel(unit: Unit) -> ChannelId:
    return unit.declare()


@pytest.fixture
def anchor(unit: Unit, channel: ChannelId) -> Anchor:
    """Of an application message, good for its place."""
    return Anchor(
        kind=LogKind.APPLICATION,
        operation=unit.ledger.operation,
        channel=channel,
        generation=1,
        ledger_sequence=unit.ledger.sequence,
        ledger_hash=unit.ledger.head_hash,
        log_sequence=7,
        log_hash=b"\x07" * 32,
        commitment=b"\x01" * 32,
    )


def judge(
    unit: Unit, channel: ChannelId, data: bytes, kind: LogKind = LogKind.APPLICATION, *, generation: int = 1
) -> Anchor:
    return judge_anchor(
        unit.ledger, data, kind=kind, channel=channel, generation=generation, sequence=SEQUENCE, epoch_began_at=BEGAN
    )


def refuse(unit: Unit, channel: ChannelId, data: bytes, rule: str, sentence: str) -> None:
    with pytest.raises(AnchorRefused, match=sentence) as refused:
        judge(unit, channel, data)
    assert refused.value.rule == rule


def test_an_anchor_in_its_place_is_taken(unit: Unit, channel: ChannelId, anchor: Anchor) -> None:
    assert judge(unit, channel, anchor.encode()) == anchor


def test_an_anchor_of_another_operation_channel_or_generation_is_refused(
    unit: Unit, channel: ChannelId, anchor: Anchor
) -> None:
    other_channel = unit.declare()

    refuse(unit, channel, replace(anchor, operation=OperationId(bytes(32))).encode(), "C1", "another operation")
    refuse(unit, channel, replace(anchor, channel=other_channel).encode(), "C1", "another channel")
    refuse(unit, channel, replace(anchor, generation=2).encode(), "C1", "another generation")


def test_a_generation_that_the_ledger_does_not_have_is_refused(unit: Unit, channel: ChannelId, anchor: Anchor) -> None:
    """An old or invented group of the channel, whose members agree among themselves."""
    data = replace(anchor, generation=2).encode()

    with pytest.raises(AnchorRefused, match="current one"):
        judge_anchor(
            unit.ledger, data, kind=LogKind.APPLICATION, channel=channel, generation=2, sequence=9, epoch_began_at=5
        )


def test_what_was_anchored_before_a_restart_stays_judgeable_after_it(
    unit: Unit, channel: ChannelId, anchor: Anchor
) -> None:
    """Whoever reads the old log later comes to the verdict of whoever read it then (C3)."""
    unit.restart(channel)

    assert judge(unit, channel, anchor.encode()) == anchor


def test_the_old_generation_is_refused_at_heads_from_the_restart_on(
    unit: Unit, channel: ChannelId, anchor: Anchor
) -> None:
    unit.restart(channel)
    after = replace(anchor, ledger_sequence=unit.ledger.sequence, ledger_hash=unit.ledger.head_hash)

    refuse(unit, channel, after.encode(), "C1", "current one")


def test_the_new_generation_is_taken_from_the_restart_on_and_not_before(
    unit: Unit, channel: ChannelId, anchor: Anchor
) -> None:
    unit.restart(channel)
    early = replace(anchor, generation=2)
    late = replace(early, ledger_sequence=unit.ledger.sequence, ledger_hash=unit.ledger.head_hash)

    with pytest.raises(AnchorRefused, match="current one") as refused:
        judge(unit, channel, early.encode(), generation=2)
    assert refused.value.rule == "C1"
    assert judge(unit, channel, late.encode(), generation=2) == late


def test_the_anchor_of_a_commit_serves_no_message_and_the_reverse(
    unit: Unit, channel: ChannelId, anchor: Anchor
) -> None:
    commit = replace(anchor, kind=LogKind.COMMIT, commitment=NO_HASH)

    refuse(unit, channel, commit.encode(), "C1", "kind commit")
    with pytest.raises(AnchorRefused, match="kind application"):
        judge(unit, channel, anchor.encode(), LogKind.COMMIT)


def test_what_is_no_anchor_is_refused_as_a_broken_rule(unit: Unit, channel: ChannelId, anchor: Anchor) -> None:
    for data in (b"", anchor.encode() + b"\x00"):
        refuse(unit, channel, data, "C1", "no anchor")


def test_a_ledger_that_is_not_ours_is_refused(unit: Unit, channel: ChannelId, anchor: Anchor) -> None:
    fork = unit.ledger.append(unit.sign(PhaseBody(phase=Phase.TEST)))
    unit.admit()

    off_chain = replace(anchor, ledger_sequence=2, ledger_hash=fork.head_hash)

    refuse(unit, channel, off_chain.encode(), "C3", "not on our chain")


def test_a_newer_ledger_than_ours_is_our_fault_and_passes_once_we_hold_it(
    unit: Unit, channel: ChannelId, anchor: Anchor
) -> None:
    newer = unit.ledger.append(unit.sign(PhaseBody(phase=Phase.TEST)))
    ahead = replace(anchor, ledger_sequence=newer.sequence, ledger_hash=newer.head_hash)

    with pytest.raises(LedgerBehind) as behind:
        judge(unit, channel, ahead.encode())
    unit.ledger = newer

    assert isinstance(behind.value, Unavailable)
    assert (behind.value.needed, behind.value.held) == (2, 1)
    assert judge(unit, channel, ahead.encode()) == ahead


def test_an_anchor_before_the_channel_was_declared_is_refused(unit: Unit, channel: ChannelId, anchor: Anchor) -> None:
    early = replace(anchor, ledger_sequence=0, ledger_hash=unit.ledger.operation)

    refuse(unit, channel, early.encode(), "C1", "does not exist")


@pytest.mark.parametrize("view", [BEGAN, SEQUENCE - 1])
def test_a_log_view_from_the_epochs_beginning_to_just_before_the_message_is_taken(
    unit: Unit, channel: ChannelId, anchor: Anchor, view: int
) -> None:
    assert judge(unit, channel, replace(anchor, log_sequence=view).encode()).log_sequence == view


@pytest.mark.parametrize("view", [BEGAN - 1, SEQUENCE, SEQUENCE + 1, 2**64 - 1])
def test_any_other_log_view_is_refused(unit: Unit, channel: ChannelId, anchor: Anchor, view: int) -> None:
    refuse(unit, channel, replace(anchor, log_sequence=view).encode(), "C1", "log view")


def test_a_log_view_off_our_log_is_alarm(anchor: Anchor) -> None:
    judge_log_view(anchor, b"\x07" * 32)
    with pytest.raises(AnchorRefused, match="another log") as refused:
        judge_log_view(anchor, b"\x08" * 32)
    assert refused.value.rule == "L4"
