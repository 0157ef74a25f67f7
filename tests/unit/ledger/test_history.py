"""Who may have history, from where on, and who may give it (H1, H2)."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cencomm.ids import AccountId, ChannelId
from cencomm.ledger.bodies import PhaseBody
from cencomm.ledger.history import (
    Beginning,
    HistoryRefused,
    history_begins,
    history_opens_at,
    judge_epoch,
    require_addressee,
    require_server,
)
from cencomm.ledger.kinds import ChannelKind, History, Phase, Role
from tests.unit.ledger.people import Person, Unit, found


@pytest.fixture
def since() -> Unit:
    """An operation that gives history since admission."""
    return found(history=History.SINCE_ADMISSION)


def later(unit: Unit) -> None:
    """One entry more, about nobody."""
    unit.append(unit.sign(PhaseBody(phase=Phase.TEST)))


def opens_at(unit: Unit, somebody: Person, channel: ChannelId) -> int:
    return history_opens_at(unit.ledger, somebody.account, channel)


class TestWhatIsOpen:
    def test_all_means_all(self, unit: Unit) -> None:
        channel = unit.declare()
        later(unit)

        assert opens_at(unit, unit.admit(), channel) == 0

    def test_none_means_none_h1(self) -> None:
        unit = found(history=History.NONE)
        channel, officer = unit.declare(), unit.admit()

        with pytest.raises(HistoryRefused, match="gives no history"):
            opens_at(unit, officer, channel)

    def test_since_admission_begins_with_the_entry_that_admits(self, since: Unit) -> None:
        channel = since.declare()
        later(since)
        officer = since.admit()
        later(since)

        assert opens_at(since, officer, channel) == 3

    def test_a_replaced_account_keeps_what_its_first_identity_had(self, since: Unit) -> None:
        channel, officer = since.declare(), since.admit()
        later(since)
        third = since.replace(since.replace(officer))

        assert opens_at(since, third, channel) == 2

    def test_who_was_revoked_and_comes_back_begins_anew_h1(self, since: Unit) -> None:
        channel, officer = since.declare(), since.admit()
        since.revoke(officer)
        back = since.renewed(officer)
        since.append(since.sign(since.admission(back)))

        assert opens_at(since, back, channel) == 4

    def test_a_coordinator_of_the_charter_has_everything(self, since: Unit) -> None:
        assert opens_at(since, since.creator, since.declare()) == 0

    @pytest.mark.parametrize("policy", [History.SINCE_ADMISSION, History.ALL])
    def test_who_is_not_entitled_now_has_nothing_h1(self, policy: History) -> None:
        unit = found(history=policy)
        channel, closed = unit.declare(), unit.declare(roles=(Role.COORDINATOR,), kind=ChannelKind.UNIT)
        officer, stranger = unit.admit(), unit.person()
        unit.append(unit.sign(unit.revocation(gone := unit.admit())))

        for somebody, where in ((officer, closed), (stranger, channel), (gone, channel)):
            with pytest.raises(HistoryRefused) as refused:
                opens_at(unit, somebody, where)
            assert refused.value.rule == "H1"

    def test_cen_has_no_history_of_an_operational_channel_h1(self, unit: Unit) -> None:
        channel = unit.declare(roles=(Role.COORDINATOR, Role.CEN))

        with pytest.raises(HistoryRefused):
            opens_at(unit, unit.admit(Role.CEN), channel)


STEPS: tuple[Callable[[Unit, list[Person]], object], ...] = (
    lambda unit, _: later(unit),
    lambda unit, _: unit.declare(),
    lambda unit, people: people.append(unit.admit()),
    lambda unit, people: people.append(unit.replace(people.pop(0))) if people else None,
    lambda unit, people: unit.revoke(people.pop(0)) if people else None,
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(range(len(STEPS))), max_size=12))
def test_nothing_is_open_from_a_time_when_the_account_was_not_in_the_channel(steps: list[int]) -> None:
    """H1 as a law: at each head from the opening on, the account had a member there, and at none before did it."""
    unit, people = found(history=History.SINCE_ADMISSION), list[Person]()
    channel = unit.declare()
    for step in steps:
        STEPS[step](unit, people)

    for somebody in people:
        opening = opens_at(unit, somebody, channel)
        heads = [at for at in range(unit.ledger.sequence + 1) if is_in(unit, somebody.account, channel, at)]
        assert heads == [at for at in range(unit.ledger.sequence + 1) if at >= opening]


def is_in(unit: Unit, account: AccountId, channel: ChannelId, at: int) -> bool:
    return account in unit.ledger.entitled_accounts(channel, at=at)


COMMITS = (Beginning(1, 1, 0), Beginning(1, 8, 2), Beginning(1, 9, 2), Beginning(2, 1, 5))


@pytest.mark.parametrize(
    ("opening", "begins"), [(0, COMMITS[0]), (1, COMMITS[1]), (2, COMMITS[1]), (3, COMMITS[3]), (6, None)]
)
def test_history_begins_with_the_first_commit_whose_anchor_includes_the_admission(
    opening: int, begins: Beginning | None
) -> None:
    assert history_begins(opening, COMMITS) == begins


@given(st.lists(st.integers(0, 9)), st.integers(0, 9))
def test_an_epoch_is_open_exactly_from_where_history_begins(anchors: list[int], opening: int) -> None:
    """The search in a log and the question about one epoch are the same rule, since anchors never go back."""
    log = [Beginning(1, sequence, anchor) for sequence, anchor in enumerate(sorted(anchors), start=1)]
    begins = history_begins(opening, log)

    for commit in log:
        if begins is not None and commit.sequence >= begins.sequence:
            judge_epoch(opening, commit.anchored_at)
        else:
            with pytest.raises(HistoryRefused):
                judge_epoch(opening, commit.anchored_at)


class TestWhoAsksAndWhoServes:
    def test_a_device_that_ended_or_whose_identity_was_replaced_is_not_served_h1(self, unit: Unit) -> None:
        channel, officer = unit.declare(), unit.admit()
        device = officer.device().certificate

        def ask() -> None:
            require_addressee(unit.ledger, officer.account, device.device, device.identity_key, channel)

        ask()
        unit.end(officer)
        with pytest.raises(HistoryRefused):
            ask()
        other = (officer := unit.admit()).device().certificate
        unit.replace(officer)
        with pytest.raises(HistoryRefused):
            require_addressee(unit.ledger, officer.account, other.device, other.identity_key, channel)

    def test_history_is_served_by_archive_and_coordinators_h2(self, unit: Unit) -> None:
        channel = unit.declare(roles=(Role.COORDINATOR, Role.OFFICER, Role.ARCHIVE))
        archive, officer = unit.admit(Role.ARCHIVE), unit.admit()

        assert require_server(unit.ledger, archive.account, channel).role is Role.ARCHIVE
        assert require_server(unit.ledger, unit.creator.account, channel).role is Role.COORDINATOR
        with pytest.raises(HistoryRefused) as refused:
            require_server(unit.ledger, officer.account, channel)
        assert refused.value.rule == "H2"
