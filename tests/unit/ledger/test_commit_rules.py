"""One channel with a coordinator, an officer and an archive in it; each test is one Commit."""

from dataclasses import dataclass, replace

import pytest

from cencomm.ids import NO_HASH, ChannelId
from cencomm.ledger.anchor import Anchor
from cencomm.ledger.bodies import PhaseBody
from cencomm.ledger.certificate import CertificateMemo, issue_certificate
from cencomm.ledger.commit_rules import judge_commit
from cencomm.ledger.kinds import Phase, Role
from cencomm.ledger.log import LogKind
from cencomm.ledger.refusal import CommitRefused, LedgerBehind
from cencomm.ledger.views import CommitView, LeafView
from cencomm.primitives.signatures import SigningKey
from tests.unit.ledger.people import CountingEntropy, Device, Person, Unit, found, person

COORDINATOR, OFFICER, ARCHIVE = 0, 1, 2  # leaf indices
FREE = 3
SEQUENCE, BEGAN = 9, 5


def renewed(leaf: LeafView) -> LeafView:
    """As a path leaves its committer's leaf."""
    return replace(leaf, encryption_key=bytes(reversed(leaf.encryption_key)))


@dataclass
class Group:
    """The tree of one channel, and what its members would say to a Commit."""

    unit: Unit
    channel: ChannelId
    leaves: list[LeafView]
    officer: Person
    archive: Person
    anchored_at: int

    def commit(
        self,
        by: int,
        *,
        added: tuple[LeafView, ...] = (),
        removed: tuple[int, ...] = (),
        at: int | None = None,
    ) -> CommitView:
        """A well-made Commit that enacts the head, or the one `at`."""
        sequence = self.unit.ledger.sequence if at is None else at
        anchor = Anchor(
            kind=LogKind.COMMIT,
            operation=self.unit.ledger.operation,
            channel=self.channel,
            generation=1,
            ledger_sequence=sequence,
            ledger_hash=self.unit.ledger.hashes[sequence],
            log_sequence=SEQUENCE - 1,
            log_hash=NO_HASH,
        )
        return CommitView(
            epoch=3,
            committer=by,
            added=added,
            removed=tuple(leaf for leaf in self.leaves if leaf.index in removed),
            has_path=True,
            other_proposals=False,
            anchor=anchor.encode(),
        )

    def after(self, commit: CommitView) -> list[LeafView]:
        gone = {leaf.index for leaf in commit.removed}
        kept = [leaf for leaf in self.leaves if leaf.index not in gone]
        return [renewed(leaf) if leaf.index == commit.committer else leaf for leaf in [*kept, *commit.added]]

    def judge(self, commit: CommitView, *, after: list[LeafView] | None = None) -> Anchor:
        return judge_commit(
            self.unit.ledger,
            self.channel,
            1,
            before=self.leaves,
            after=self.after(commit) if after is None else after,
            commit=commit,
            sequence=SEQUENCE,
            epoch_began_at=BEGAN,
            epoch_anchored_at=self.anchored_at,
            certificates=CertificateMemo(),
        )

    def refuse(self, commit: CommitView, rule: str, sentence: str, *, after: list[LeafView] | None = None) -> None:
        with pytest.raises(CommitRefused, match=sentence) as refused:
            self.judge(commit, after=after)
        assert refused.value.rule == rule


@pytest.fixture
def group(unit: Unit) -> Group:
    channel = unit.declare(roles=(Role.COORDINATOR, Role.OFFICER, Role.ARCHIVE))
    officer, archive = unit.admit(), unit.admit(Role.ARCHIVE)
    people = (unit.creator, officer, archive)
    leaves = [somebody.device().leaf(index) for index, somebody in enumerate(people)]
    return Group(unit, channel, leaves, officer, archive, unit.ledger.sequence)


class TestProfile:
    def test_an_empty_commit_is_an_update(self, group: Group) -> None:
        for by in (COORDINATOR, OFFICER, ARCHIVE):
            assert group.judge(group.commit(by)).ledger_sequence == group.unit.ledger.sequence

    def test_any_other_proposal_is_refused(self, group: Group) -> None:
        group.refuse(replace(group.commit(COORDINATOR), other_proposals=True), "C2", "by-value")

    def test_a_commit_without_a_path_is_refused(self, group: Group) -> None:
        group.refuse(replace(group.commit(COORDINATOR), has_path=False), "C2", "path")

    def test_a_group_begins_with_its_creator_alone(self, group: Group) -> None:
        group.refuse(replace(group.commit(COORDINATOR), epoch=0), "L8", "alone")
        everybody, group.leaves = group.leaves, group.leaves[:1]

        group.judge(replace(group.commit(COORDINATOR, added=tuple(everybody[1:])), epoch=0))


class TestAnchor:
    def test_an_anchor_of_another_channel_or_generation_is_refused(self, group: Group) -> None:
        commit = group.commit(COORDINATOR)
        other = group.unit.declare()
        for old, new in ((group.channel, other), (b"\x00\x00\x00\x01", b"\x00\x00\x00\x02")):
            group.refuse(replace(commit, anchor=commit.anchor.replace(old, new, 1)), "C1", "another")

    def test_trailing_bytes_behind_the_anchor_are_refused(self, group: Group) -> None:
        commit = group.commit(COORDINATOR)

        group.refuse(replace(commit, anchor=commit.anchor + b"\x00"), "C1", "no anchor")

    def test_a_commit_anchored_off_our_chain_is_refused(self, group: Group) -> None:
        commit = group.commit(COORDINATOR)
        other = replace(commit, anchor=commit.anchor.replace(group.unit.ledger.head_hash, bytes(32)))

        group.refuse(other, "C3", "not on our chain")

    def test_a_commit_anchored_beyond_our_ledger_waits_for_it(self, group: Group) -> None:
        short = group.unit.ledger
        newcomer = group.unit.admit()
        commit = group.commit(OFFICER, added=(newcomer.device().leaf(FREE),))
        long, group.unit.ledger = group.unit.ledger, short

        with pytest.raises(LedgerBehind):
            group.judge(commit)
        group.unit.ledger = long

        assert group.judge(commit).ledger_sequence == long.sequence

    def test_a_commit_that_enacts_an_older_ledger_than_the_one_before_is_refused(self, group: Group) -> None:
        """A revoked officer was removed; one member and the relay try to bring them back by an older anchor."""
        friend = group.unit.admit()
        while_admitted = group.unit.ledger.sequence
        group.unit.revoke(friend)
        group.anchored_at = group.unit.ledger.sequence  # the removal was enacted

        commit = group.commit(OFFICER, added=(friend.device().leaf(FREE),), at=while_admitted)

        group.refuse(commit, "C4", "older ledger")


class TestAdding:
    def test_any_member_adds_whom_the_ledger_admits(self, group: Group) -> None:
        newcomer = group.unit.admit()

        for by in (COORDINATOR, OFFICER, ARCHIVE):
            group.judge(group.commit(by, added=(newcomer.device().leaf(FREE),)))

    def test_a_participant_who_adds_an_outsider_is_refused(self, group: Group, stranger: Person) -> None:
        for by in (COORDINATOR, OFFICER):
            group.refuse(group.commit(by, added=(stranger.device().leaf(FREE),)), "C6", "outsider")

    def test_a_member_of_the_operation_outside_the_channel_is_an_outsider(self, group: Group) -> None:
        analyst = group.unit.admit(Role.ANALYST)

        group.refuse(group.commit(COORDINATOR, added=(analyst.device().leaf(FREE),)), "C6", "not entitled")

    def test_a_newcomer_is_judged_at_the_anchor_whatever_we_know_since(self, group: Group) -> None:
        newcomer = group.unit.admit()
        commit = group.commit(OFFICER, added=(newcomer.device().leaf(FREE),))
        group.unit.revoke(newcomer)

        assert group.judge(commit).ledger_sequence == group.unit.ledger.sequence - 1

    def test_a_device_that_somebody_elses_identity_certified_is_refused(self, group: Group, stranger: Person) -> None:
        """Anybody can certify a device as an admitted account's; only the account's own identity counts."""
        posing = stranger.device(account=group.officer.account)
        insider = group.officer.device(9, account=group.archive.account)

        group.refuse(group.commit(COORDINATOR, added=(posing.leaf(FREE),)), "C6", "not a member")
        group.refuse(group.commit(OFFICER, added=(insider.leaf(FREE),)), "C6", "names an account")

    def test_a_certificate_for_another_signature_key_is_refused(self, group: Group) -> None:
        newcomer = group.unit.admit()
        stolen = replace(newcomer.device().leaf(FREE), signature_key=group.officer.device(7).key.public_key)

        group.refuse(group.commit(OFFICER, added=(stolen,)), "C5", "another signature key")

    def test_a_leaf_without_a_certificate_is_refused(self, group: Group) -> None:
        newcomer = group.unit.admit()
        leaf = newcomer.device().leaf(FREE)
        for credential in (b"", b"alice", leaf.credential[:-1] + bytes([leaf.credential[-1] ^ 1])):
            group.refuse(group.commit(OFFICER, added=(replace(leaf, credential=credential),)), "C5", "no valid")

    def test_a_key_or_device_that_is_there_already_is_refused(self, group: Group, entropy: CountingEntropy) -> None:
        encryption_key = group.leaves[ARCHIVE].encryption_key
        device = group.officer.device()
        key = SigningKey.generate(entropy)
        second = issue_certificate(
            group.officer.identity, group.officer.account, device.certificate.device, key.public_key, 1
        )

        for leaf, sentence in (
            (device.leaf(FREE, b"\x01" * 32), "key stands in the tree twice"),
            (group.officer.device(2).leaf(FREE, encryption_key), "key stands in the tree twice"),
            (Device(second, key).leaf(FREE), "device stands in the tree twice"),
        ):
            group.refuse(group.commit(OFFICER, added=(leaf,)), "C5", sentence)

    def test_an_identity_has_five_leaves_and_not_six(self, group: Group) -> None:
        more = tuple(group.officer.device(number).leaf(FREE + number) for number in range(2, 7))

        group.judge(group.commit(OFFICER, added=more[:4]))
        group.refuse(group.commit(OFFICER, added=more), "C5", "more than 5")


class TestRemoving:
    def test_every_commit_removes_all_who_are_not_entitled(self, group: Group) -> None:
        group.unit.revoke(group.officer)

        group.refuse(group.commit(ARCHIVE), "C4", "leaves somebody in")
        group.judge(group.commit(ARCHIVE, removed=(OFFICER,)))

    def test_half_of_the_revoked_is_not_enough(self, group: Group) -> None:
        second = group.unit.admit()
        group.leaves.append(second.device().leaf(FREE))
        group.unit.revoke(group.officer)
        group.unit.revoke(second)

        group.refuse(group.commit(ARCHIVE, removed=(OFFICER,)), "C4", "leaf 3")
        group.judge(group.commit(ARCHIVE, removed=(OFFICER, FREE)))

    def test_a_revocation_after_the_anchor_does_not_count(self, group: Group) -> None:
        commit = group.commit(ARCHIVE)
        group.unit.revoke(group.officer)

        group.judge(commit)

    def test_a_revoked_officer_commits_nothing(self, group: Group) -> None:
        group.unit.revoke(group.officer)

        group.refuse(group.commit(OFFICER), "C6", "may not enact")
        group.refuse(group.commit(OFFICER, removed=(ARCHIVE,)), "C6", "may not enact")

    def test_an_officer_removes_nobody_who_is_entitled(self, group: Group) -> None:
        group.refuse(group.commit(OFFICER, removed=(ARCHIVE,)), "C6", "may not remove leaf 2")
        group.refuse(group.commit(ARCHIVE, removed=(OFFICER,)), "C6", "may not remove leaf 1")

    def test_an_officer_removes_a_device_of_their_own(self, group: Group) -> None:
        group.leaves.append(group.officer.device(2).leaf(FREE))

        group.judge(group.commit(OFFICER, removed=(FREE,)))
        group.refuse(group.commit(ARCHIVE, removed=(FREE,)), "C6", "may not remove")

    def test_a_coordinator_removes_anything(self, group: Group) -> None:
        group.judge(group.commit(COORDINATOR, removed=(OFFICER, ARCHIVE)))

    def test_nobody_removes_itself(self, group: Group) -> None:
        group.refuse(group.commit(COORDINATOR, removed=(COORDINATOR,)), "C6", "removes itself")

    def test_somebody_outside_the_tree_commits_nothing(self, group: Group) -> None:
        group.refuse(group.commit(17), "C6", "not in the group")

    def test_any_member_removes_and_adds_the_same_device(self, group: Group, entropy: CountingEntropy) -> None:
        """A certificate is renewed, or a device that lost its state comes back."""
        old = group.officer.device().certificate
        key = SigningKey.generate(entropy)
        certificate = issue_certificate(
            group.officer.identity, group.officer.account, old.device, key.public_key, old.not_after + 1
        )

        group.judge(group.commit(ARCHIVE, removed=(OFFICER,), added=(Device(certificate, key).leaf(OFFICER),)))

    def test_adding_another_device_does_not_excuse_a_removal(self, group: Group) -> None:
        other = group.officer.device(2).leaf(OFFICER)

        group.refuse(group.commit(ARCHIVE, removed=(OFFICER,), added=(other,)), "C6", "may not remove leaf 1")


class TestEndedDevice:
    """The officer's device ends; the officer does not."""

    @pytest.fixture(autouse=True)
    def ended(self, group: Group) -> None:
        group.unit.end(group.officer)

    def test_every_commit_from_there_on_removes_it(self, group: Group) -> None:
        for by in (COORDINATOR, ARCHIVE):
            group.refuse(group.commit(by), "C4", "leaves somebody in: leaf 1 .* its device has ended")

    def test_anybody_removes_it(self, group: Group) -> None:
        group.leaves.append(group.officer.device(2).leaf(FREE))

        for by in (COORDINATOR, ARCHIVE, FREE):
            group.judge(group.commit(by, removed=(OFFICER,)))
        group.refuse(group.commit(ARCHIVE, removed=(OFFICER, FREE)), "C6", "may not remove leaf 3")

    def test_it_commits_nothing(self, group: Group) -> None:
        group.refuse(group.commit(OFFICER), "C6", "may not enact: .* its device has ended")

    def test_it_is_not_added_again(self, group: Group, entropy: CountingEntropy) -> None:
        """Nor under a certificate that its identity renewed."""
        device = group.officer.device()
        key = SigningKey.generate(entropy)
        renewal = issue_certificate(
            group.officer.identity, group.officer.account, device.certificate.device, key.public_key, 1
        )

        for again in (device, Device(renewal, key)):
            commit = group.commit(ARCHIVE, removed=(OFFICER,), added=(again.leaf(OFFICER),))
            group.refuse(commit, "C6", "adds an outsider: .* its device has ended")

    def test_another_device_of_the_same_person_is_added(self, group: Group) -> None:
        group.judge(group.commit(ARCHIVE, removed=(OFFICER,), added=(group.officer.device(2).leaf(OFFICER),)))

    def test_at_earlier_heads_it_is_what_it_was(self, group: Group) -> None:
        at = group.unit.ledger.sequence - 1

        group.judge(group.commit(OFFICER, at=at))
        group.refuse(group.commit(ARCHIVE, removed=(OFFICER,), at=at), "C6", "may not remove leaf 1")


class TestReplacedIdentity:
    def test_the_leaves_of_the_old_identity_go_and_those_of_the_new_one_may_come(self, group: Group) -> None:
        new = group.unit.replace(group.officer)

        group.refuse(group.commit(ARCHIVE), "C4", "leaf 1")
        group.refuse(group.commit(OFFICER), "C6", "may not enact")
        group.judge(group.commit(ARCHIVE, removed=(OFFICER,), added=(new.device(2).leaf(OFFICER),)))

    def test_the_old_identity_certifies_nothing_for_the_account_any_more(self, group: Group) -> None:
        group.unit.replace(group.officer)
        late = group.officer.device(2).leaf(FREE)

        group.refuse(group.commit(ARCHIVE, removed=(OFFICER,), added=(late,)), "C6", "not a member")


class TestPath:
    def test_a_path_that_swaps_the_credential_is_refused(self, group: Group) -> None:
        certificate = issue_certificate(
            group.officer.identity,
            group.officer.account,
            group.officer.device().certificate.device,
            group.leaves[OFFICER].signature_key,
            1,
        )
        other_key = Device(group.officer.device(2).certificate, group.officer.device(2).key).leaf(OFFICER)
        other_person = group.unit.admit().device().leaf(OFFICER)
        commit = group.commit(OFFICER)

        for leaf in (replace(group.leaves[OFFICER], credential=certificate.encoded), other_key, other_person):
            after = [renewed(leaf) if old.index == OFFICER else old for old in group.leaves]
            group.refuse(commit, "C5", "path changes", after=after)

    def test_a_committer_that_vanishes_is_refused(self, group: Group) -> None:
        group.refuse(group.commit(OFFICER), "C5", "no leaf", after=[group.leaves[COORDINATOR], group.leaves[ARCHIVE]])


def test_a_refusal_changes_nothing_that_was_given(group: Group, stranger: Person) -> None:
    leaves, pin = list(group.leaves), group.unit.ledger.pin

    group.refuse(group.commit(OFFICER, added=(stranger.device().leaf(FREE),)), "C6", "outsider")

    assert (group.leaves, group.unit.ledger.pin) == (leaves, pin)


def test_the_verdict_is_the_same_with_a_full_memo_and_with_none(group: Group) -> None:
    unit, memo = group.unit, CertificateMemo()
    newcomer = unit.admit()
    good = group.commit(OFFICER, added=(newcomer.device().leaf(FREE),))
    unit.append(unit.sign(PhaseBody(phase=Phase.TEST)))

    anchors = {
        judge_commit(
            unit.ledger,
            group.channel,
            1,
            before=group.leaves,
            after=group.after(good),
            commit=good,
            sequence=SEQUENCE,
            epoch_began_at=BEGAN,
            epoch_anchored_at=group.anchored_at,
            certificates=certificates,
        ).encode()
        for certificates in (memo, memo, CertificateMemo())
    }

    assert anchors == {good.anchor}


def test_another_operation_with_the_same_people_decides_nothing_here(group: Group) -> None:
    other = found(seed="other")
    stranger = person(CountingEntropy("x"))
    other.append(other.sign(other.admission(stranger)))

    group.refuse(group.commit(OFFICER, added=(stranger.device().leaf(FREE),)), "C6", "not a member")
