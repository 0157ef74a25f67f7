"""Messages that a member must refuse, each made by somebody who could make it; and that refusal changes nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from cencomm.errors import MalformedError, ProtocolError
from cencomm.mls.cipher_suite import HPKECiphertext
from cencomm.mls.commit import Commit, ProposalRef, UpdatePath
from cencomm.mls.epoch_change import provisional_context
from cencomm.mls.errors import (
    BadTag,
    InvalidCommit,
    InvalidLeafNode,
    InvalidMessage,
    InvalidProposal,
    NoSuchMember,
    OwnMessage,
    WrongEpoch,
    WrongGroup,
)
from cencomm.mls.extension import RequiredCapabilities
from cencomm.mls.framing import (
    AuthenticatedContent,
    FramedContent,
    FramedContentAuthData,
    PrivateMessage,
    Sender,
    SenderType,
    WireFormat,
    decode_mls_message,
    encode_mls_message,
)
from cencomm.mls.group import Group
from cencomm.mls.leaf_node import Capabilities, LeafContent, LeafNode, Lifetime, sign_commit_leaf, sign_key_package_leaf
from cencomm.mls.private_message import SenderData, protect_private, sender_data_key
from cencomm.mls.processing import MAX_PENDING_PROPOSALS
from cencomm.mls.proposal import Add, ExternalInit, Remove
from cencomm.mls.public_message import sign_content
from cencomm.mls.tree_math import LeafIndex
from cencomm.mls.treekem import create_path
from cencomm.mls.welcome import PathSecret
from cencomm.primitives.aead import DecryptionFailed
from cencomm.primitives.signatures import BadSignature, SigningKey
from tests.unit.mls.party import (
    ANCHOR,
    ENTROPY,
    GROUP_ID,
    SUITE,
    changed_commit,
    commit_of,
    device,
    insider_message,
    leaf_of,
    party,
    public_message,
    settled,
    signed_again,
)


@pytest.fixture(scope="module")
def members() -> list[Group]:
    return settled("alice", "bob", "carol", "dave", "eve")


@contextmanager
def refuses(group: Group, error: type[ProtocolError], match: str | None = None) -> Iterator[None]:
    """The block raises, and the group is byte for byte what it was."""
    before = group.encode_public(), group.encode_private()
    with pytest.raises(error, match=match):
        yield
    assert (group.encode_public(), group.encode_private()) == before


# Where a message belongs


def test_a_message_of_another_group_is_refused(members: list[Group]) -> None:
    alice, bob, *_ = members
    stranger = replace(bob.state, context=replace(bob.context, group_id=b"another group"))

    with refuses(alice, WrongGroup):
        alice.process(Group(stranger).commit(entropy=ENTROPY).message)


def test_a_message_of_another_epoch_is_refused_and_says_which(members: list[Group]) -> None:
    alice, bob, *_ = members
    staged = bob.commit(entropy=ENTROPY)
    after, _ = alice.process(staged.message)

    with refuses(after, WrongEpoch):
        after.process(bob.encrypt(b"late", authenticated_data=b"", entropy=ENTROPY)[1])
    with pytest.raises(WrongEpoch) as caught:
        alice.process(staged.group.commit(entropy=ENTROPY).message)
    assert (caught.value.got, caught.value.current) == (alice.epoch + 1, alice.epoch)


def test_our_own_message_is_not_taken_for_somebody_s(members: list[Group]) -> None:
    alice, *_ = members
    sent, application = alice.encrypt(b"text", authenticated_data=b"", entropy=ENTROPY)

    for group, message in (
        (alice, application),
        (sent, application),
        (alice, alice.commit(entropy=ENTROPY).message),
        (alice, alice.commit(private=True, entropy=ENTROPY).message),
    ):
        with refuses(group, OwnMessage):
            group.process(message)


def test_a_welcome_is_no_message_within_a_group(members: list[Group]) -> None:
    alice, *_ = members
    welcome = alice.commit(adds=[device("frank").key_package], entropy=ENTROPY).welcome
    assert welcome is not None

    with refuses(alice, MalformedError):
        alice.process(welcome)


# Who sent it


def test_every_changed_bit_of_a_public_message_is_noticed(members: list[Group]) -> None:
    alice, bob, *_ = members
    message = bob.commit(authenticated_data=b"anchor", entropy=ENTROPY).message

    for position in range(0, len(message), 7):
        forged = bytearray(message)
        forged[position] ^= 1 << (position % 8)
        with refuses(alice, ProtocolError):
            alice.process(bytes(forged))


def test_every_changed_bit_of_a_private_message_is_noticed(members: list[Group]) -> None:
    alice, bob, *_ = members
    _, message = bob.encrypt(b"text", authenticated_data=b"anchor", entropy=ENTROPY)

    for position in range(len(message)):
        forged = bytearray(message)
        forged[position] ^= 1 << (position % 8)
        with refuses(alice, ProtocolError):
            alice.process(bytes(forged))


def test_a_commit_without_the_membership_tag_of_this_epoch_is_refused(members: list[Group]) -> None:
    """A past member who still holds its signature key cannot commit."""
    alice, bob, *_ = members
    public = public_message(bob.commit(entropy=ENTROPY).message)

    with refuses(alice, BadTag, "membership"):
        alice.process(replace(public, membership_tag=bytes(32)))


def test_an_insider_cannot_speak_as_another_member(members: list[Group]) -> None:
    """Bob holds the keys of the group, but not Carol's signature key."""
    alice, bob, carol, *_ = members
    as_carol = Group(replace(bob.state, own_leaf=carol.own_leaf))
    _, private = as_carol.encrypt(b"I am Carol", authenticated_data=b"", entropy=ENTROPY)

    with refuses(alice, BadSignature):
        alice.process(private)
    with refuses(alice, BadSignature):
        alice.process(insider_message(bob, Commit((), None), sender=Sender.member(carol.own_leaf)))


@pytest.mark.parametrize("leaf", [5, 1 << 31])
def test_a_sender_at_a_blank_leaf_is_refused(members: list[Group], leaf: int) -> None:
    alice, bob, *_ = members

    with refuses(alice, NoSuchMember, "blank"):
        alice.process(insider_message(bob, Commit((), None), sender=Sender.member(LeafIndex(leaf))))
    with refuses(alice, NoSuchMember, "blank"):
        alice.process(with_sender_data(bob, SenderData(LeafIndex(leaf), 0, bytes(4))))


def with_sender_data(author: Group, sender_data: SenderData) -> bytes:
    """A PrivateMessage whose inside is untouched, and whose sender data an insider replaced."""
    _, message = author.encrypt(b"text", authenticated_data=b"", entropy=ENTROPY)
    private = decode_mls_message(message)
    assert isinstance(private, PrivateMessage)
    key, nonce = sender_data_key(SUITE, author.state.secrets.sender_data_secret, private.ciphertext)
    head = len(private.authenticated_data) + 1
    about = private.encode()[: private.encode().index(private.encrypted_sender_data) - 1 - head]
    sealed = SUITE.aead.seal(key, nonce, about, sender_data.encode())
    return encode_mls_message(replace(private, encrypted_sender_data=sealed))


def test_a_message_under_another_member_s_key_is_refused(members: list[Group]) -> None:
    alice, bob, carol, *_ = members

    with refuses(alice, DecryptionFailed):
        alice.process(with_sender_data(bob, SenderData(carol.own_leaf, 0, bytes(4))))


def test_application_data_in_the_clear_is_refused(members: list[Group]) -> None:
    alice, bob, *_ = members

    with refuses(alice, InvalidMessage, "PublicMessage"):
        alice.process(insider_message(bob, b"plain"))


@pytest.mark.parametrize(
    "sender_type", [SenderType.EXTERNAL, SenderType.NEW_MEMBER_PROPOSAL, SenderType.NEW_MEMBER_COMMIT]
)
def test_outsiders_send_only_what_outsiders_may(members: list[Group], sender_type: SenderType) -> None:
    alice, bob, *_ = members
    sender = Sender(sender_type, 0 if sender_type is SenderType.EXTERNAL else None)

    for content in (Commit((), None), Remove(LeafIndex(2))):
        with refuses(alice, InvalidMessage):
            alice.process(insider_message(bob, content, sender=sender))


# What a Commit says


def test_a_commit_is_judged_by_the_rules_for_proposals(members: list[Group]) -> None:
    """`test_proposal_validation` has the rules; here is that a receiver asks them."""
    alice, bob, *_ = members

    with refuses(alice, InvalidProposal, "blank"):
        alice.process(changed_commit(bob, bob.commit(entropy=ENTROPY).message, lambda commit: with_proposal(commit, 6)))
    with refuses(alice, InvalidProposal, "removes itself"):
        alice.process(insider_message(bob, Commit((Remove(bob.own_leaf),), None)))


def with_proposal(commit: Commit, removed: int) -> Commit:
    return replace(commit, proposals=(*commit.proposals, Remove(LeafIndex(removed))))


def test_a_committer_asks_the_same_rules_before_it_sends(members: list[Group]) -> None:
    alice, *_ = members

    with refuses(alice, InvalidProposal, "blank"):
        alice.commit(removes=[LeafIndex(6)], entropy=ENTROPY)


def test_a_commit_that_refers_to_an_unknown_proposal_is_refused(members: list[Group]) -> None:
    alice, bob, *_ = members

    with refuses(alice, InvalidProposal, "not here"):
        alice.process(insider_message(bob, Commit((ProposalRef(bytes(32)),), None)))


@pytest.mark.parametrize("proposals", [(), (Remove(LeafIndex(2)),)], ids=["empty", "remove"])
def test_a_commit_that_heals_nothing_is_refused(members: list[Group], proposals: tuple[Remove, ...]) -> None:
    alice, bob, *_ = members

    with refuses(alice, InvalidCommit, "needs a path"):
        alice.process(insider_message(bob, Commit(proposals, None)))


def test_a_commit_with_a_wrong_confirmation_tag_is_refused(members: list[Group]) -> None:
    """The committer is not where it says: its members would part ways."""
    alice, bob, *_ = members
    message = bob.commit(entropy=ENTROPY).message

    with refuses(alice, BadTag, "confirmation"):
        alice.process(insider_message(bob, commit_of(message)))


def test_even_whoever_is_removed_judges_the_path(members: list[Group]) -> None:
    alice, bob, *_ = members
    message = bob.commit(removes=[alice.own_leaf], entropy=ENTROPY).message

    with refuses(alice, InvalidCommit):
        alice.process(changed_commit(bob, message, lambda commit: replace(commit, path=shorter(path_of(commit)))))


# What a path says

Change = Callable[[Group, UpdatePath], UpdatePath]


def path_of(commit: Commit) -> UpdatePath:
    assert commit.path is not None
    return commit.path


def shorter(path: UpdatePath) -> UpdatePath:
    return replace(path, nodes=path.nodes[:-1])


def with_leaf(path: UpdatePath, leaf: LeafNode) -> UpdatePath:
    return replace(path, leaf_node=leaf)


def signed_leaf(author: Group, path: UpdatePath, **changes: object) -> LeafNode:
    """The committer's leaf, signed again with something else in it."""
    fields: dict[str, object] = {
        "encryption_key": path.leaf_node.encryption_key,
        "parent_hash": path.leaf_node.parent_hash,
        "content": LeafContent.of(path.leaf_node),
        "key": author.state.signing_key,
        **changes,
    }
    key, content = fields.pop("key"), fields.pop("content")
    assert isinstance(key, SigningKey)
    assert isinstance(content, LeafContent)
    return sign_commit_leaf(
        SUITE,
        key,
        content,
        encryption_key=as_bytes(fields["encryption_key"]),
        parent_hash=as_bytes(fields["parent_hash"]),
        group_id=GROUP_ID,
        leaf_index=author.own_leaf,
    )


def as_bytes(value: object) -> bytes:
    assert isinstance(value, bytes)
    return value


def longer(_: Group, path: UpdatePath) -> UpdatePath:
    return replace(path, nodes=(*path.nodes, path.nodes[-1]))


def key_of_the_tree(author: Group, path: UpdatePath) -> UpdatePath:
    key = leaf_of(author, 3).encryption_key
    return replace(path, nodes=(replace(path.nodes[0], encryption_key=key), *path.nodes[1:]))


def key_twice(_: Group, path: UpdatePath) -> UpdatePath:
    key = path.nodes[0].encryption_key
    return replace(path, nodes=(*path.nodes[:-1], replace(path.nodes[-1], encryption_key=key)))


def key_of_nobody(_: Group, path: UpdatePath) -> UpdatePath:
    return replace(path, nodes=(replace(path.nodes[0], encryption_key=b"\x09" * 32), *path.nodes[1:]))


def unusable_parent_key(_: Group, path: UpdatePath) -> UpdatePath:
    return replace(path, nodes=(*path.nodes[:-1], replace(path.nodes[-1], encryption_key=bytes(32))))


def unusable_leaf_key(author: Group, path: UpdatePath) -> UpdatePath:
    return with_leaf(path, signed_leaf(author, path, encryption_key=bytes(32)))


def old_leaf_key(author: Group, path: UpdatePath) -> UpdatePath:
    return with_leaf(path, signed_leaf(author, path, encryption_key=leaf_of(author, 1).encryption_key))


def other_parent_hash(author: Group, path: UpdatePath) -> UpdatePath:
    return with_leaf(path, signed_leaf(author, path, parent_hash=bytes(32)))


def unsigned_leaf(_: Group, path: UpdatePath) -> UpdatePath:
    return with_leaf(path, replace(path.leaf_node, signature=bytes(64)))


def leaf_of_a_key_package(author: Group, path: UpdatePath) -> UpdatePath:
    leaf = sign_key_package_leaf(
        SUITE,
        author.state.signing_key,
        LeafContent.of(path.leaf_node),
        encryption_key=path.leaf_node.encryption_key,
        lifetime=leaf_lifetime(),
    )
    return with_leaf(path, leaf)


def leaf_lifetime() -> Lifetime:
    lifetime = device("any").key_package.leaf_node.lifetime
    assert lifetime is not None
    return lifetime


def missing_secret(_: Group, path: UpdatePath) -> UpdatePath:
    top = path.nodes[-1]
    return replace(path, nodes=(*path.nodes[:-1], replace(top, encrypted_path_secret=top.encrypted_path_secret[:-1])))


def extra_secret(_: Group, path: UpdatePath) -> UpdatePath:
    top = path.nodes[-1]
    return replace(
        path,
        nodes=(
            *path.nodes[:-1],
            replace(top, encrypted_path_secret=(*top.encrypted_path_secret, HPKECiphertext(bytes(32), b""))),
        ),
    )


def unreadable_secrets(_: Group, path: UpdatePath) -> UpdatePath:
    nothing = HPKECiphertext(bytes(32), bytes(48))
    return replace(
        path,
        nodes=tuple(
            replace(node, encrypted_path_secret=(nothing,) * len(node.encrypted_path_secret)) for node in path.nodes
        ),
    )


def refuses_path(members: list[Group], change: Change, error: type[ProtocolError], match: str) -> None:
    """Alice refuses Bob's Commit when its path is changed, though Bob signs the change."""
    alice, bob, *_ = members
    message = bob.commit(entropy=ENTROPY).message

    forged = changed_commit(bob, message, lambda commit: replace(commit, path=change(bob, path_of(commit))))

    with refuses(alice, error, match):
        alice.process(forged)


@pytest.mark.parametrize("change", [lambda _, path: shorter(path), longer], ids=["shorter", "longer"])
def test_a_path_that_does_not_reach_from_leaf_to_root_is_refused(members: list[Group], change: Change) -> None:
    refuses_path(members, change, InvalidCommit, "path of")


@pytest.mark.parametrize("change", [key_of_the_tree, key_twice, old_leaf_key])
def test_path_keys_are_new_refuses_a_key_that_is_there_already(members: list[Group], change: Change) -> None:
    refuses_path(members, change, InvalidCommit, "in the tree already")


def test_path_keys_are_usable_refuses_a_parent_to_which_nothing_can_be_sealed(members: list[Group]) -> None:
    """Whoever commits next would have to seal to it, removals of the hostile committer included."""
    refuses_path(members, unusable_parent_key, InvalidCommit, "sealed")


def test_a_committer_s_leaf_to_which_nothing_can_be_sealed_is_refused(members: list[Group]) -> None:
    refuses_path(members, unusable_leaf_key, InvalidLeafNode, "sealed")


def test_an_added_leaf_to_which_nothing_can_be_sealed_is_refused(members: list[Group]) -> None:
    alice, bob, *_ = members
    bundle = device("mallory")
    content = LeafContent.of(bundle.key_package.leaf_node)
    leaf = sign_key_package_leaf(SUITE, bundle.signing_key, content, encryption_key=bytes(32), lifetime=leaf_lifetime())
    message = bob.commit(adds=[device("honest").key_package], entropy=ENTROPY).message
    add = Add(signed_again(bundle, leaf_node=leaf))

    forged = changed_commit(bob, message, lambda commit: replace(commit, proposals=(add,)))

    with refuses(alice, InvalidLeafNode, "sealed"):
        alice.process(forged)


@pytest.mark.parametrize("change", [key_of_nobody, other_parent_hash])
def test_a_path_that_the_committer_s_leaf_does_not_sign_for_is_refused(members: list[Group], change: Change) -> None:
    refuses_path(members, change, InvalidCommit, "parent hash")


@pytest.mark.parametrize("change", [missing_secret, extra_secret])
def test_path_covers_the_resolution_refuses_another_number_of_secrets(members: list[Group], change: Change) -> None:
    refuses_path(members, change, InvalidCommit, "path secrets for")


def test_path_secrets_that_do_not_open_are_refused(members: list[Group]) -> None:
    refuses_path(members, unreadable_secrets, InvalidCommit, "does not open")


def test_a_committer_s_leaf_that_is_not_signed_for_its_place_is_refused(members: list[Group]) -> None:
    refuses_path(members, unsigned_leaf, InvalidLeafNode, "signature")


def test_a_committer_s_leaf_that_was_made_for_something_else_is_refused(members: list[Group]) -> None:
    refuses_path(members, leaf_of_a_key_package, InvalidLeafNode, "COMMIT belongs")


def test_a_committer_cannot_take_the_signature_key_of_another_member(members: list[Group]) -> None:
    """Not even of one who colludes: two members would be one."""
    key = members[3].state.signing_key

    refuses_path(members, lambda bob, path: with_leaf(path, signed_leaf(bob, path, key=key)), InvalidLeafNode, "share")


def test_path_secrets_match_their_keys_refuses_a_secret_of_another_key(members: list[Group]) -> None:
    """Else the committer could part the members: some hold the key of a node, others another one."""
    alice, bob, *_ = members
    fresh = create_path(
        SUITE,
        bob.tree,
        bob.own_leaf,
        LeafContent.of(leaf_of(bob, 1)),
        bob.state.signing_key,
        GROUP_ID,
        ENTROPY,
    )
    others = dict.fromkeys(fresh.ladder.secrets, PathSecret(bytes(32)))
    lying = replace(fresh, ladder=replace(fresh.ladder, secrets=others))
    provisional = provisional_context(bob.context, fresh.tree, ())
    path = lying.encrypt(SUITE, provisional, (), ENTROPY)

    with refuses(alice, InvalidCommit, "does not give the public key"):
        alice.process(insider_message(bob, Commit((), path)))


def test_a_forged_add_is_refused_by_every_receiver(members: list[Group]) -> None:
    alice, bob, *_ = members
    frank = device("frank").key_package
    forged = replace(frank, signature=bytes(64))
    message = bob.commit(adds=[frank], entropy=ENTROPY).message

    with refuses(alice, ProtocolError):
        alice.process(changed_commit(bob, message, lambda commit: replace(commit, proposals=(Add(forged),))))


def test_proposals_cannot_fill_a_member_s_memory() -> None:
    alice, bob = party("alice", "bob")
    _, message = bob.propose(Remove(LeafIndex(0)), entropy=ENTROPY)
    alice, _ = alice.process(message)
    pending = next(iter(alice.state.proposals.values()))
    full = {number.to_bytes(32, "big"): pending for number in range(MAX_PENDING_PROPOSALS)}
    crowded = Group(replace(alice.state, proposals=full))

    with pytest.raises(InvalidProposal, match="more than"):
        crowded.process(message)


def test_a_member_that_is_added_twice_is_refused_without_a_path_as_well(members: list[Group]) -> None:
    alice, bob, carol, *_ = members
    again = device("carol", signing_key=carol.state.signing_key).key_package

    with refuses(alice, InvalidLeafNode, "share"):
        alice.process(insider_message(bob, Commit((Add(again),), None)))
    with refuses(alice, InvalidLeafNode, "share"):
        alice.commit(adds=[again], entropy=ENTROPY)


def test_a_proposal_that_is_not_for_its_sender_is_refused_before_it_is_kept(members: list[Group]) -> None:
    alice, bob, *_ = members

    with refuses(alice, InvalidProposal, "may not propose"):
        alice.process(insider_message(bob, ExternalInit(b"kem")))


def test_a_path_leaf_that_lacks_what_the_group_requires_is_refused() -> None:
    required = RequiredCapabilities((ANCHOR,), (), ()).extension()
    alice, bob = party("alice", "bob", extensions=[required])
    poor = replace(LeafContent.of(leaf_of(bob, 1)), capabilities=Capabilities(cipher_suites=(SUITE.cipher_suite,)))

    with refuses(alice, InvalidLeafNode, "requires"):
        alice.process(
            changed_commit(
                bob,
                bob.commit(entropy=ENTROPY).message,
                lambda commit: replace(
                    commit, path=with_leaf(path_of(commit), signed_leaf(bob, path_of(commit), content=poor))
                ),
            )
        )


def test_padding_that_is_not_all_zeros_is_refused(members: list[Group]) -> None:
    """It would be a channel that nobody looks at."""
    alice, bob, *_ = members
    state = bob.state
    content = FramedContent.build(
        group_id=GROUP_ID,
        epoch=bob.epoch,
        sender=Sender.member(bob.own_leaf),
        authenticated_data=b"",
        content=b"text",
    )
    signed = sign_content(SUITE, state.signing_key, WireFormat.MLS_PRIVATE_MESSAGE, content, bob.context)

    def sealed(behind: bytes) -> bytes:
        """With a tag behind the signature, where application data has none: the reader sees padding."""
        auth = FramedContentAuthData(signed.signature, behind)
        message = AuthenticatedContent(signed.wire_format, content, auth)
        private, _ = protect_private(SUITE, state.secrets.sender_data_secret, state.secret_tree, message, ENTROPY)
        return encode_mls_message(private)

    alice.process(sealed(b""))  # one zero byte
    with refuses(alice, MalformedError, "padding"):
        alice.process(sealed(b"\x01"))
