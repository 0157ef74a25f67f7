from dataclasses import dataclass, replace

import pytest

from cencomm.ids import NO_HASH, ChannelId
from cencomm.ledger.anchor import Anchor
from cencomm.ledger.bodies import PhaseBody
from cencomm.ledger.certificate import CertificateMemo
from cencomm.ledger.join_rules import judge_join
from cencomm.ledger.kinds import Phase
from cencomm.ledger.log import LogKind
from cencomm.ledger.refusal import JoinRefused, LedgerBehind
from cencomm.ledger.replay import Ledger
from cencomm.ledger.views import LoggedCommit, WelcomeView
from tests.unit.ledger.people import Person, Unit

KEY_PACKAGE = b"the exact bytes of a key package"


@dataclass
class Invitation:
    """What a newcomer has in hand: a Welcome, the log's Commit, a ledger."""

    ledger: Ledger
    channel: ChannelId
    welcome: WelcomeView
    commit: LoggedCommit | None
    pinned: int
    last_epoch: int | None = None
    generation: int = 1

    def judge(self) -> Anchor:
        return judge_join(
            self.ledger,
            self.channel,
            self.generation,
            welcome=self.welcome,
            commit=self.commit,
            pinned=self.pinned,
            last_epoch=self.last_epoch,
            certificates=CertificateMemo(),
        )

    def refuse(self, sentence: str, rule: str = "C9") -> None:
        with pytest.raises(JoinRefused, match=sentence) as refused:
            self.judge()
        assert refused.value.rule == rule

    def with_anchor(self, anchor: Anchor) -> "Invitation":
        """Welcome and Commit both say `anchor`."""
        assert self.commit is not None
        return replace(
            self,
            welcome=replace(self.welcome, extension=anchor.encode()),
            commit=replace(self.commit, authenticated_data=anchor.encode()),
        )


@pytest.fixture
def channel(unit: Unit) -> ChannelId:
    return unit.declare()


@pytest.fixture
def newcomer(unit: Unit, channel: ChannelId) -> Person:
    assert channel in unit.ledger.channels
    return unit.admit()


@pytest.fixture
def anchor(unit: Unit, channel: ChannelId, newcomer: Person) -> Anchor:
    assert newcomer.account in unit.ledger.members
    return Anchor(
        kind=LogKind.COMMIT,
        operation=unit.ledger.operation,
        channel=channel,
        generation=1,
        ledger_sequence=unit.ledger.sequence,
        ledger_hash=unit.ledger.head_hash,
        log_sequence=11,
        log_hash=b"\x0b" * 32,
    )


@pytest.fixture
def invitation(unit: Unit, channel: ChannelId, newcomer: Person, anchor: Anchor) -> Invitation:
    own = newcomer.device().leaf(1)
    welcome = WelcomeView(
        group_id=unit.ledger.channels[channel].group_id,
        epoch=4,
        signer=0,
        confirmation_tag=b"tag",
        extension=anchor.encode(),
        tree=(unit.creator.device().leaf(0), own),
        own=own,
        key_package=KEY_PACKAGE,
    )
    commit = LoggedCommit(
        sequence=12,
        epoch=3,
        sender=0,
        key_packages=(b"somebody else's", KEY_PACKAGE),
        confirmation_tag=b"tag",
        authenticated_data=anchor.encode(),
    )
    return Invitation(unit.ledger, channel, welcome, commit, pinned=unit.ledger.sequence)


def test_a_newcomer_follows_a_welcome_that_fits_ledger_and_log(invitation: Invitation, anchor: Anchor) -> None:
    assert invitation.judge() == anchor


def test_a_channel_that_the_ledger_does_not_have_is_refused(invitation: Invitation, unit: Unit) -> None:
    invitation.channel = unit.channel_body().channel
    invitation.refuse("no such channel")


def test_another_generation_is_refused(invitation: Invitation) -> None:
    invitation.generation = 2
    invitation.refuse("another generation")


def test_another_group_is_refused(invitation: Invitation) -> None:
    invitation.welcome = replace(invitation.welcome, group_id=bytes(32))
    invitation.refuse("another group")


def test_a_welcome_without_its_commit_in_the_log_is_refused(invitation: Invitation) -> None:
    """A private group beside the group, made by a member or by a relay with a stolen key."""
    invitation.commit = None
    invitation.refuse("no Commit that adds our key package")


def test_a_commit_that_added_somebody_else_is_refused(invitation: Invitation) -> None:
    assert invitation.commit is not None
    invitation.commit = replace(invitation.commit, key_packages=(b"somebody else's",))
    invitation.refuse("no Commit that adds our key package")


def test_another_epoch_than_the_commit_began_is_refused(invitation: Invitation) -> None:
    assert invitation.commit is not None
    invitation.commit = replace(invitation.commit, epoch=4)
    invitation.refuse("another epoch")


def test_another_confirmation_tag_is_refused(invitation: Invitation) -> None:
    invitation.welcome = replace(invitation.welcome, confirmation_tag=b"gat")
    invitation.refuse("another group state")


def test_another_signer_than_the_commits_sender_is_refused(invitation: Invitation) -> None:
    invitation.welcome = replace(invitation.welcome, signer=1)
    invitation.refuse("another member")


def test_an_extension_that_differs_from_the_commits_authenticated_data_is_refused(
    invitation: Invitation, anchor: Anchor
) -> None:
    invitation.welcome = replace(invitation.welcome, extension=replace(anchor, log_sequence=10).encode())
    invitation.refuse("anchor is not the Commit's")


def test_an_anchor_off_our_chain_is_refused(invitation: Invitation, anchor: Anchor) -> None:
    invitation.with_anchor(replace(anchor, ledger_hash=bytes(32))).refuse("not on our chain", "C3")


def test_an_anchor_beyond_our_ledger_waits_for_it(invitation: Invitation, anchor: Anchor, unit: Unit) -> None:
    unit.append(unit.sign(PhaseBody(phase=Phase.TEST)))
    later = invitation.with_anchor(replace(anchor, ledger_sequence=3, ledger_hash=unit.ledger.head_hash))

    with pytest.raises(LedgerBehind):
        later.judge()
    later.ledger = unit.ledger

    assert later.judge().ledger_sequence == 3


def test_a_welcome_from_before_our_key_package_is_refused(invitation: Invitation, unit: Unit) -> None:
    unit.append(unit.sign(PhaseBody(phase=Phase.TEST)))
    invitation.ledger, invitation.pinned = unit.ledger, unit.ledger.sequence
    invitation.refuse("older ledger than our key package")


def test_a_ledger_that_grew_since_the_commit_is_no_obstacle(invitation: Invitation, unit: Unit) -> None:
    unit.append(unit.sign(PhaseBody(phase=Phase.TEST)))
    invitation.ledger = unit.ledger

    assert invitation.judge().ledger_sequence == 2


def test_an_anchor_that_does_not_admit_us_is_refused(invitation: Invitation, anchor: Anchor) -> None:
    early = invitation.with_anchor(replace(anchor, ledger_sequence=1, ledger_hash=invitation.ledger.hashes[1]))
    early.pinned = 0
    early.refuse("leaf 1 has no place", "C5")


def test_a_tree_with_a_stranger_in_it_is_refused(invitation: Invitation, stranger: Person) -> None:
    tree = (*invitation.welcome.tree, stranger.device().leaf(2))
    invitation.welcome = replace(invitation.welcome, tree=tree)
    invitation.refuse("leaf 2 has no place", "C5")


def test_a_tree_without_our_leaf_is_refused(invitation: Invitation) -> None:
    invitation.welcome = replace(invitation.welcome, tree=invitation.welcome.tree[:1])
    invitation.refuse("own leaf")


@pytest.mark.parametrize("last_epoch", [4, 5])
def test_an_epoch_that_we_know_is_not_joined_again(invitation: Invitation, last_epoch: int) -> None:
    invitation.last_epoch = last_epoch
    invitation.refuse("already")


def test_coming_back_later_is_allowed(invitation: Invitation) -> None:
    invitation.last_epoch = 3

    assert invitation.judge().ledger_sequence == 2


class TestRestart:
    """The log was cut at entry 20 after the newcomer was added at 12, unless a test says otherwise."""

    @pytest.fixture(autouse=True)
    def restarted(self, unit: Unit, channel: ChannelId, invitation: Invitation) -> Ledger:
        body = replace(unit.restart_body(channel), cut_sequence=20)
        invitation.ledger = unit.append(unit.sign(body))
        return invitation.ledger

    def test_what_stands_before_the_cut_is_the_newcomers_to_read(self, invitation: Invitation, anchor: Anchor) -> None:
        assert invitation.judge() == anchor

    def test_a_commit_behind_the_cut_leads_nowhere(self, invitation: Invitation, anchor: Anchor) -> None:
        assert invitation.commit is not None
        invitation.commit = replace(invitation.commit, sequence=20)
        assert invitation.judge() == anchor

        invitation.commit = replace(invitation.commit, sequence=21)
        invitation.refuse("behind the cut", "C11")

    def test_an_anchor_from_after_the_restart_does_not_open_the_old_group(
        self, invitation: Invitation, anchor: Anchor
    ) -> None:
        """A member and a relay who would go on in the group that the unit left."""
        ledger = invitation.ledger
        later = replace(anchor, ledger_sequence=ledger.sequence, ledger_hash=ledger.head_hash)

        invitation.with_anchor(later).refuse("current one", "C1")

    def test_each_generation_has_its_own_group(self, invitation: Invitation, anchor: Anchor) -> None:
        ledger = invitation.ledger
        group_id = ledger.channels[invitation.channel].group_id
        later = replace(anchor, generation=2, ledger_sequence=ledger.sequence, ledger_hash=ledger.head_hash)
        new = replace(invitation.with_anchor(later), generation=2)

        new.refuse("another group")
        new.welcome = replace(new.welcome, group_id=group_id)
        assert new.judge().generation == 2
        invitation.welcome = replace(invitation.welcome, group_id=group_id)
        invitation.refuse("another group")

    def test_the_new_group_has_no_anchor_from_before_the_restart(self, invitation: Invitation, anchor: Anchor) -> None:
        early = replace(invitation.with_anchor(replace(anchor, generation=2)), generation=2)
        early.welcome = replace(early.welcome, group_id=invitation.ledger.channels[invitation.channel].group_id)

        early.refuse("current one", "C1")


def test_a_tree_with_an_ended_device_in_it_is_refused(invitation: Invitation, anchor: Anchor, unit: Unit) -> None:
    unit.end(unit.creator)
    later = replace(anchor, ledger_sequence=3, ledger_hash=unit.ledger.head_hash)
    invitation.ledger = unit.ledger

    assert invitation.judge() == anchor
    invitation.with_anchor(later).refuse("leaf 0 has no place in the channel: its device has ended", "C5")


def test_a_log_view_beyond_the_commit_is_refused(invitation: Invitation, anchor: Anchor) -> None:
    invitation.with_anchor(replace(anchor, log_sequence=12)).refuse("log view", "C1")


def test_the_anchor_of_a_message_is_refused(invitation: Invitation, anchor: Anchor) -> None:
    application = replace(anchor, kind=LogKind.APPLICATION, commitment=NO_HASH)
    invitation.with_anchor(application).refuse("kind application", "C1")
