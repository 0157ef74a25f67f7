"""Lists of proposals that break a rule. That committing and processing both ask, `test_processing` shows."""

from dataclasses import replace

import pytest

from cencomm.errors import MalformedError
from cencomm.mls.cipher_suite import MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519 as SUITE_1
from cencomm.mls.cipher_suite import MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519 as SUITE_3
from cencomm.mls.credential import X509Credential
from cencomm.mls.enumeration import ProtocolVersion
from cencomm.mls.errors import InvalidKeyPackage, InvalidLeafNode, InvalidProposal, InvalidTree
from cencomm.mls.extension import Extension, ExtensionType, RequiredCapabilities
from cencomm.mls.framing import Sender, SenderType
from cencomm.mls.group import Group
from cencomm.mls.key_package import create_key_package
from cencomm.mls.leaf_node import Capabilities, LeafContent, LeafNode, sign_update_leaf
from cencomm.mls.proposal import (
    Add,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    ReInit,
    Remove,
    Update,
)
from cencomm.mls.proposal_list import ProposalFrom, ProposalList, apply
from cencomm.mls.proposal_validation import (
    MAY_PROPOSE,
    Judged,
    check_proposals,
    check_resulting_members,
    sender_may_propose,
)
from cencomm.mls.psk import ExternalPsk, PreSharedKeyID, ResumptionPsk, ResumptionPSKUsage
from cencomm.mls.tree_math import LeafIndex
from cencomm.primitives.signatures import SigningKey
from tests.unit.mls.party import ANCHOR, ENTROPY, GROUP_ID, SUITE, device, leaf_of, party

ALICE, BOB = Sender.member(LeafIndex(0)), Sender.member(LeafIndex(1))
NEWCOMER = Sender(SenderType.NEW_MEMBER_COMMIT)
OUTSIDER = Sender(SenderType.EXTERNAL, 0)
NONCE = bytes(32)
REINIT = ReInit(b"next group", ProtocolVersion.MLS10, SUITE_3, ())


@pytest.fixture(scope="module")
def bob() -> Group:
    return party("alice", "bob", "carol")[1]


def judged(group: Group, *items: Proposal | ProposalFrom, committer: Sender = ALICE) -> Judged:
    listed = tuple(item if isinstance(item, ProposalFrom) else ProposalFrom(item, committer) for item in items)
    return Judged(
        suite=SUITE, context=group.context, tree=group.tree, committer=committer, proposals=ProposalList(listed)
    )


def check(group: Group, *items: Proposal | ProposalFrom, committer: Sender = ALICE) -> None:
    the_list = judged(group, *items, committer=committer)
    check_proposals(the_list)
    check_resulting_members(the_list, apply(the_list.proposals, group.tree).tree, None)


def add(name: str = "dave") -> Add:
    return Add(device(name).key_package)


def update_of_bob(group: Group, **changes: object) -> ProposalFrom:
    leaf = sign_update_leaf(
        SUITE,
        group.state.signing_key,
        LeafContent.of(leaf_of(group, 1)),
        encryption_key=device("any").key_package.init_key,
        group_id=GROUP_ID,
        leaf_index=LeafIndex(1),
    )
    return ProposalFrom(Update(replace(leaf, **changes)), BOB, b"reference")  # type: ignore[arg-type]  # checked by tests


def psk(nonce: bytes = NONCE) -> PreSharedKey:
    return PreSharedKey(PreSharedKeyID(ExternalPsk(b"key"), nonce))


def test_lists_as_they_should_be_are_accepted(bob: Group) -> None:
    check(bob)
    check(
        bob, add(), Remove(LeafIndex(2)), update_of_bob(bob), psk(), GroupContextExtensions((Extension(ANCHOR, b""),))
    )
    check(bob, REINIT)
    check(bob, ExternalInit(b"kem"), Remove(LeafIndex(1)), psk(), committer=NEWCOMER)


# Each proposal


@pytest.mark.parametrize(
    ("sender", "proposal"),
    [
        (ALICE, ExternalInit(b"kem")),
        (OUTSIDER, ExternalInit(b"kem")),
        (Sender(SenderType.NEW_MEMBER_PROPOSAL), Remove(LeafIndex(0))),
        (NEWCOMER, REINIT),
    ],
)
def test_proposers_are_entitled_refuses_what_is_not_for_the_sender(
    bob: Group, sender: Sender, proposal: Proposal
) -> None:
    with pytest.raises(InvalidProposal, match="may not propose"):
        sender_may_propose(sender, proposal)
    with pytest.raises(InvalidProposal, match="may not propose"):
        check(bob, ProposalFrom(proposal, sender))


def test_an_outsider_cannot_update_somebody_s_leaf(bob: Group) -> None:
    with pytest.raises(InvalidProposal, match="may not propose"):
        sender_may_propose(OUTSIDER, update_of_bob(bob).proposal)
    assert set(MAY_PROPOSE) == set(SenderType)


def test_added_key_packages_are_valid_refuses_another_suite(bob: Group) -> None:
    with pytest.raises(InvalidProposal, match="cipher suite"):
        check(bob, Add(device("dave", cipher_suite=SUITE_1).key_package))


def test_added_key_packages_are_valid_refuses_a_forged_one(bob: Group) -> None:
    forged = replace(device("dave").key_package, signature=bytes(64))

    with pytest.raises(InvalidKeyPackage):
        check(bob, Add(forged))


def test_added_key_packages_are_valid_refuses_one_that_lacks_what_the_new_extensions_require(bob: Group) -> None:
    required = GroupContextExtensions((RequiredCapabilities((0xF0CF,), (), ()).extension(),))

    with pytest.raises(InvalidLeafNode, match="requires"):
        check(bob, required, add())


@pytest.mark.parametrize("change", ["source", "signature", "old key"])
def test_updated_leaves_are_valid_refuses(bob: Group, change: str) -> None:
    package = device("bob", signing_key=bob.state.signing_key).key_package.leaf_node
    items: dict[str, ProposalFrom] = {
        "source": ProposalFrom(Update(package), BOB, b"reference"),
        "signature": update_of_bob(bob, signature=bytes(64)),
        "old key": update_of_bob(bob, encryption_key=leaf_of(bob, 1).encryption_key),
    }

    with pytest.raises(InvalidLeafNode):
        check(bob, items[change])


def test_updated_leaves_are_valid_refuses_an_update_of_a_blank_leaf(bob: Group) -> None:
    update = update_of_bob(bob).proposal

    with pytest.raises(InvalidProposal, match="blank"):
        check(bob, ProposalFrom(update, Sender.member(LeafIndex(3)), b"reference"))


@pytest.mark.parametrize("leaf", [3, 4000])
def test_removed_leaves_are_occupied_refuses_a_blank_one(bob: Group, leaf: int) -> None:
    with pytest.raises(InvalidProposal, match="removed but blank"):
        check(bob, Remove(LeafIndex(leaf)))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_psk_nonces_have_the_right_length_refuses_others(bob: Group, length: int) -> None:
    with pytest.raises(InvalidProposal, match="psk_nonce"):
        check(bob, psk(bytes(length)))


@pytest.mark.parametrize("usage", [ResumptionPSKUsage.REINIT, ResumptionPSKUsage.BRANCH])
def test_psk_usages_fit_refuses_keys_for_new_groups_in_an_old_one(bob: Group, usage: ResumptionPSKUsage) -> None:
    resumption = PreSharedKeyID(ResumptionPsk(usage, GROUP_ID, 0), NONCE)

    with pytest.raises(InvalidProposal, match="does not belong here"):
        check(bob, PreSharedKey(resumption))


def test_reinit_does_not_go_back_refuses_an_older_version(bob: Group) -> None:
    """Version 1.0 is the oldest, so the context is made newer."""
    newer = replace(judged(bob, REINIT), context=replace(bob.context, version=2))  # type: ignore[arg-type]  # no such version

    with pytest.raises(InvalidProposal, match="older"):
        check_proposals(newer)


# The list


def test_committer_does_not_update_itself_refuses_its_own_update(bob: Group) -> None:
    with pytest.raises(InvalidProposal, match="own Update"):
        check(bob, update_of_bob(bob), committer=BOB)


def test_committer_does_not_remove_itself_refuses_it(bob: Group) -> None:
    with pytest.raises(InvalidProposal, match="removes itself"):
        check(bob, Remove(LeafIndex(0)))


def test_each_leaf_changes_once_refuses_two_changes_of_one(bob: Group) -> None:
    for pair in (
        (Remove(LeafIndex(2)), Remove(LeafIndex(2))),
        (update_of_bob(bob), Remove(LeafIndex(1))),
        (update_of_bob(bob), update_of_bob(bob)),
    ):
        with pytest.raises(InvalidProposal, match="same leaf"):
            check(bob, *pair)


def test_added_members_are_different_clients_refuses_one_added_twice(bob: Group) -> None:
    dave = device("dave")
    again = device("dave", signing_key=dave.signing_key)

    with pytest.raises(InvalidProposal, match="same client"):
        check(bob, Add(dave.key_package), Add(again.key_package))


def test_a_member_cannot_be_added_again_unless_it_is_removed(bob: Group) -> None:
    again = Add(device("bob", signing_key=bob.state.signing_key).key_package)

    with pytest.raises(InvalidLeafNode, match="share"):
        check(bob, again)
    check(bob, Remove(LeafIndex(1)), again)


def test_psks_are_different_refuses_one_named_twice(bob: Group) -> None:
    for committer, items in ((ALICE, ()), (NEWCOMER, (ExternalInit(b"kem"),))):
        with pytest.raises(InvalidProposal, match="twice"):
            check(bob, *items, psk(), psk(), committer=committer)


def test_extensions_change_once_refuses_two_changes(bob: Group) -> None:
    with pytest.raises(InvalidProposal, match="two proposals replace"):
        check(bob, GroupContextExtensions(()), GroupContextExtensions(()))


def test_reinit_is_alone_refuses_company(bob: Group) -> None:
    with pytest.raises(InvalidProposal, match="together"):
        check(bob, REINIT, Remove(LeafIndex(2)))


def test_no_external_init_refuses_one_of_a_member(bob: Group) -> None:
    item = ProposalFrom(ExternalInit(b"kem"), NEWCOMER)

    with pytest.raises(InvalidProposal, match="ExternalInit"):
        check(bob, item)


# External Commits


@pytest.mark.parametrize("count", [0, 2])
def test_external_commit_has_one_external_init_refuses_another_number(bob: Group, count: int) -> None:
    with pytest.raises(InvalidProposal, match="exactly one"):
        check(bob, psk(), *[ExternalInit(b"kem")] * count, committer=NEWCOMER)


def test_external_commit_removes_at_most_one_refuses_two(bob: Group) -> None:
    with pytest.raises(InvalidProposal, match="more than one"):
        check(bob, ExternalInit(b"kem"), Remove(LeafIndex(1)), Remove(LeafIndex(2)), committer=NEWCOMER)


def test_external_commit_is_by_value_refuses_a_reference(bob: Group) -> None:
    referred = ProposalFrom(Remove(LeafIndex(1)), BOB, b"reference")

    with pytest.raises(InvalidProposal, match="refers"):
        check(bob, ExternalInit(b"kem"), referred, committer=NEWCOMER)


# What the list makes of the members


def test_a_newcomer_with_the_encryption_key_of_a_parent_is_refused(bob: Group) -> None:
    """It could not be told apart from that node, and whoever joins later would refuse the tree."""
    parent = next(node for node in bob.tree.nodes[1::2] if node is not None)
    taken: LeafNode = replace(device("dave").key_package.leaf_node, encryption_key=parent.encryption_key)
    tree, _ = bob.tree.add([taken])

    with pytest.raises(InvalidTree, match="two nodes"):
        check_resulting_members(judged(bob, add()), tree, None)


def test_new_group_extensions_have_to_be_supported_by_every_member(bob: Group) -> None:
    with pytest.raises(InvalidLeafNode, match="group extension"):
        check(bob, GroupContextExtensions((Extension(0xF0CF, b""),)))
    with pytest.raises(InvalidLeafNode, match="requires"):
        check(bob, GroupContextExtensions((RequiredCapabilities((), (), (2,)).extension(),)))


def test_new_external_senders_that_cannot_be_read_are_refused_at_once(bob: Group) -> None:
    with pytest.raises(MalformedError):
        check(bob, GroupContextExtensions((Extension(ExtensionType.EXTERNAL_SENDERS, b"\x01"),)))


def test_leaves_of_adds_and_updates_are_judged_by_the_extensions_of_the_group() -> None:
    required = RequiredCapabilities((ANCHOR,), (), ())
    group = party("alice", "bob", extensions=[required.extension()])[1]
    poor = Capabilities(cipher_suites=(SUITE_3,))
    leaf = sign_update_leaf(
        SUITE,
        group.state.signing_key,
        replace(LeafContent.of(leaf_of(group, 1)), capabilities=poor),
        encryption_key=device("any").key_package.init_key,
        group_id=GROUP_ID,
        leaf_index=LeafIndex(1),
    )

    for item in (Add(device("dave", capabilities=poor).key_package), ProposalFrom(Update(leaf), BOB, b"reference")):
        with pytest.raises(InvalidLeafNode, match="requires"):
            check_proposals(judged(group, item))


def test_a_credential_type_that_a_member_does_not_understand_is_not_brought_in(bob: Group) -> None:
    both = Capabilities(cipher_suites=(SUITE_3,), extensions=(ANCHOR,), credentials=(1, 2))
    certified = create_key_package(
        credential=X509Credential((b"certificate",)),
        signing_key=SigningKey.generate(ENTROPY),
        cipher_suite=SUITE_3,
        lifetime=(0, 1),
        capabilities=both,
        entropy=ENTROPY,
    )

    with pytest.raises(InvalidLeafNode, match="credential type"):
        check(bob, Add(certified.key_package))
