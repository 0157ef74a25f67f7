"""A channel goes on in a new group (C11); what it means for anchors and Welcomes is in their tests."""

from dataclasses import replace

import pytest

from cencomm.errors import MalformedError
from cencomm.ids import NO_HASH, ChannelId
from cencomm.ledger.bodies import PhaseBody
from cencomm.ledger.channel import Channel
from cencomm.ledger.kinds import EntryType, Phase, RestartReason
from cencomm.ledger.restart import MAX_REJECTERS, Restart
from tests.unit.ledger.people import Person, Unit, found, refuse

WITHOUT_A_COMMIT = [RestartReason.NO_LIVE_LEAF, RestartReason.LOG_LOST]


@pytest.fixture
def channel(unit: Unit) -> ChannelId:
    return unit.declare()


@pytest.fixture
def body(unit: Unit, channel: ChannelId) -> Restart:
    """A restart that would be taken."""
    return unit.restart_body(channel)


def generations(channel: Channel, heads: int) -> list[int | None]:
    current = (channel.generation_at(head) for head in range(heads))
    return [None if one is None else one.number for one in current]


class TestHistory:
    def test_each_head_keeps_the_generation_that_was_current_there(self, unit: Unit, channel: ChannelId) -> None:
        unit.restart(channel)
        unit.append(unit.sign(PhaseBody(phase=Phase.TEST)))
        unit.restart(channel)

        assert generations(unit.ledger.channels[channel], 5) == [None, 1, 2, 2, 3]

    def test_the_channel_is_in_its_newest_generation(self, unit: Unit, channel: ChannelId, body: Restart) -> None:
        before = unit.ledger.channels[channel]
        unit.append(unit.sign(body))

        after = unit.ledger.channels[channel]

        assert (after.generation, after.group_id, after.declared_at) == (2, body.group_id, before.declared_at)
        assert replace(after, generations=before.generations) == before

    def test_it_says_where_the_old_log_was_cut(self, unit: Unit, channel: ChannelId, body: Restart) -> None:
        unit.append(unit.sign(body))
        declared = unit.ledger.channels[channel]

        assert [declared.restart_after(number) for number in range(4)] == [None, body, None, None]
        assert [one.restart for one in declared.generations] == [None, body]

    def test_who_belongs_does_not_change(self, unit: Unit, channel: ChannelId, officer: Person) -> None:
        unit.restart(channel)

        at = unit.ledger.sequence

        assert unit.ledger.entitled_accounts(channel, at=at) == unit.ledger.entitled_accounts(channel, at=at - 1)
        assert unit.ledger.entitled(channel, officer.identity.public_key, at=at).account == officer.account

    def test_other_channels_go_on_as_they_were(self, unit: Unit, channel: ChannelId) -> None:
        other = unit.declare()
        before = unit.ledger.channels[other]
        unit.restart(channel)

        assert unit.ledger.channels[other] == before


class TestGroup:
    def test_a_channel_that_does_not_exist_is_not_restarted(self, unit: Unit, body: Restart) -> None:
        unknown = replace(body, channel=unit.channel_body().channel)

        refuse(unit.ledger, unit.sign(unknown), "C11", "does not exist")

    def test_another_generation_or_group_than_the_current_one_is_refused(self, unit: Unit, body: Restart) -> None:
        for wrong in (
            replace(body, old_generation=2, generation=3),
            replace(body, old_generation=2),
            replace(body, old_generation=0),
            replace(body, old_group_id=unit.entropy(32)),
        ):
            refuse(unit.ledger, unit.sign(wrong), "C11", "current one")

    @pytest.mark.parametrize("generation", [0, 1, 3, 2**32 - 1])
    def test_the_next_generation_comes_next(self, unit: Unit, body: Restart, generation: int) -> None:
        refuse(unit.ledger, unit.sign(replace(body, generation=generation)), "C11", "generation 2 comes next")

    def test_two_coordinators_who_restart_at_once_do_so_once(self, unit: Unit, channel: ChannelId) -> None:
        late = unit.restart_body(channel)
        unit.restart(channel)

        refuse(unit.ledger, unit.sign(late, by=unit.others[0]), "C11", "current one")

    def test_the_new_group_id_is_used_once_in_the_life_of_an_operation(self, unit: Unit, body: Restart) -> None:
        other = unit.channel_body()
        unit.append(unit.sign(other))

        for used in (body.old_group_id, other.group_id):
            refuse(unit.ledger, unit.sign(replace(body, group_id=used)), "L8", "used before")
        unit.append(unit.sign(body))
        for later in (unit.restart_body(body.channel), unit.channel_body()):
            refuse(unit.ledger, unit.sign(replace(later, group_id=body.group_id)), "L8", "used before")


class TestCut:
    def test_a_cut_has_the_hash_of_its_entry_and_none_before_the_first(self, unit: Unit, body: Restart) -> None:
        refuse(unit.ledger, unit.sign(replace(body, cut_sequence=0)), "C11", "a cut has")
        refuse(unit.ledger, unit.sign(replace(body, cut_hash=NO_HASH)), "C11", "a cut has")

    def test_a_log_may_be_cut_before_its_first_entry(self, unit: Unit, body: Restart) -> None:
        """The Commit that should have made the group was the faulty one."""
        ledger = unit.append(unit.sign(replace(body, cut_sequence=0, cut_hash=NO_HASH)))

        assert ledger.channels[body.channel].generation == 2


class TestNames:
    def test_a_restart_names_members_who_were_or_are(self, unit: Unit, channel: ChannelId, stranger: Person) -> None:
        gone = unit.admit()
        unit.revoke(gone)
        key, foreign = gone.identity.public_key, stranger.identity.public_key
        body = unit.restart_body(channel)

        refuse(unit.ledger, unit.sign(replace(body, committer=foreign)), "C11", "never was a member")
        refuse(unit.ledger, unit.sign(replace(body, rejecters=(*body.rejecters, foreign))), "C11", "never was")
        assert unit.append(unit.sign(replace(body, committer=key))).channels[channel].generation == 2

    def test_it_makes_nobody_guilty(self, unit: Unit, channel: ChannelId, officer: Person) -> None:
        body = replace(unit.restart_body(channel), committer=officer.identity.public_key)
        ledger = unit.append(unit.sign(body))

        assert ledger.entitled(channel, officer.identity.public_key, at=ledger.sequence).revoked_at is None

    def test_rejections_are_two_peoples(self, unit: Unit, body: Restart) -> None:
        """Nobody alone stops a channel, a coordinator's own failure to follow apart."""
        alone = body.rejecters[:1]

        refuse(unit.ledger, unit.sign(replace(body, rejecters=alone)), "C11", "at least 2")
        refuse(unit.ledger, unit.sign(replace(body, rejecters=alone * 2)), "C11", "twice")
        own = replace(body, rejecters=(), reason=RestartReason.DOES_NOT_PROCESS)
        assert unit.append(unit.sign(own)).channels[body.channel].generation == 2

    @pytest.mark.parametrize("reason", WITHOUT_A_COMMIT)
    def test_where_no_commit_is_the_reason_nobody_is_named(
        self, unit: Unit, body: Restart, reason: RestartReason
    ) -> None:
        committer = unit.creator.identity.public_key
        nobody = replace(body, reason=reason, rejecters=())

        refuse(unit.ledger, unit.sign(replace(nobody, committer=committer)), "C11", "names nobody")
        refuse(unit.ledger, unit.sign(replace(nobody, rejecters=body.rejecters)), "C11", "names nobody")
        assert unit.append(unit.sign(nobody)).channels[body.channel].generation == 2

    def test_more_rejecters_than_anybody_reads_are_no_restart(self, unit: Unit, body: Restart) -> None:
        most = tuple(unit.entropy(32) for _ in range(MAX_REJECTERS))

        refuse(unit.ledger, unit.sign(replace(body, rejecters=most)), "C11", "never was a member")
        with pytest.raises(MalformedError):
            unit.sign(replace(body, rejecters=(*most, unit.entropy(32))))


def test_an_officer_restarts_nothing(unit: Unit, officer: Person, body: Restart) -> None:
    refuse(unit.ledger, unit.sign(body, by=officer), "L1", "only coordinators")


def test_the_policy_may_ask_for_two_signatures() -> None:
    unit = found(two_signatures=(EntryType.RESTART,))
    body = unit.restart_body(unit.declare())

    refuse(unit.ledger, unit.sign(body), "L5", "takes 1")
    assert unit.append(unit.sign(body, second=unit.others[0])).channels[body.channel].generation == 2
