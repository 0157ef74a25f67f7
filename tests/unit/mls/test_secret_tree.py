import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cencomm import codec
from cencomm.errors import UsageError
from cencomm.mls.errors import KeyConsumed, TooFarAhead
from cencomm.mls.key_schedule import EncryptionSecret
from cencomm.mls.secret_tree import MAX_FORWARD_STEPS, MAX_GENERATION, Ratchet, RatchetSecret, RatchetType, SecretTree
from cencomm.mls.tree_math import LeafIndex
from tests.unit.mls.party import SUITE

ROOT = bytes(range(32))
APPLICATION, HANDSHAKE = RatchetType.APPLICATION, RatchetType.HANDSHAKE


@pytest.fixture
def tree() -> SecretTree:
    return SecretTree.create(EncryptionSecret(ROOT), 8)


def all_secrets(tree: SecretTree) -> set[bytes]:
    nodes = {secret.expose() for secret in tree.nodes.values()}
    return nodes | {ratchet.secret.expose() for ratchet in tree.ratchets.values()}


def test_sending_gives_each_key_once_and_in_order(tree: SecretTree) -> None:
    keys = []
    for _ in range(3):
        key, tree = tree.next_key(SUITE, LeafIndex(5), APPLICATION)
        keys.append(key)

    assert [key.generation for key in keys] == [0, 1, 2]
    assert len({key.key.expose() for key in keys}) == 3


def test_receiver_and_sender_derive_the_same_keys(tree: SecretTree) -> None:
    sent, _ = tree.next_key(SUITE, LeafIndex(5), APPLICATION)
    received, _ = tree.key_of(SUITE, LeafIndex(5), APPLICATION, 0)

    assert sent == received


def test_the_two_ratchets_of_a_sender_are_independent(tree: SecretTree) -> None:
    application, tree = tree.next_key(SUITE, LeafIndex(5), APPLICATION)
    handshake, _ = tree.next_key(SUITE, LeafIndex(5), HANDSHAKE)

    assert (application.generation, handshake.generation) == (0, 0)
    assert application.key != handshake.key


def test_a_generation_that_was_used_or_skipped_is_gone(tree: SecretTree) -> None:
    _, tree = tree.key_of(SUITE, LeafIndex(0), APPLICATION, 4)

    for generation in range(5):
        with pytest.raises(KeyConsumed):
            tree.key_of(SUITE, LeafIndex(0), APPLICATION, generation)
    assert tree.key_of(SUITE, LeafIndex(0), APPLICATION, 5)[0].generation == 5


def test_taking_a_key_leaves_the_tree_it_was_taken_from(tree: SecretTree) -> None:
    first, _ = tree.key_of(SUITE, LeafIndex(0), APPLICATION, 4)
    again, _ = tree.key_of(SUITE, LeafIndex(0), APPLICATION, 4)

    assert first == again


def test_no_secret_above_a_sender_is_kept_once_it_has_sent(tree: SecretTree) -> None:
    key, moved = tree.next_key(SUITE, LeafIndex(5), APPLICATION)

    kept = all_secrets(moved)
    assert not kept & all_secrets(tree)
    assert key.key.expose() not in kept
    assert sorted(moved.nodes) == [3, 8, 13]  # the siblings along the way down to leaf 5, node 10


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 7), st.sampled_from(RatchetType)), min_size=1, max_size=20))
def test_every_sender_gets_the_keys_it_would_have_had_alone(taken: list[tuple[int, RatchetType]]) -> None:
    tree = SecretTree.create(EncryptionSecret(ROOT), 8)
    counts: dict[tuple[int, RatchetType], int] = {}
    for leaf, ratchet_type in taken:
        generation = counts.get((leaf, ratchet_type), 0)
        key, tree = tree.next_key(SUITE, LeafIndex(leaf), ratchet_type)
        fresh = SecretTree.create(EncryptionSecret(ROOT), 8)
        assert key == fresh.key_of(SUITE, LeafIndex(leaf), ratchet_type, generation)[0]
        counts[leaf, ratchet_type] = generation + 1


def test_a_gap_of_the_limit_is_skipped_and_a_wider_one_refused(tree: SecretTree) -> None:
    assert tree.key_of(SUITE, LeafIndex(1), APPLICATION, MAX_FORWARD_STEPS)[0].generation == MAX_FORWARD_STEPS

    for generation in (MAX_FORWARD_STEPS + 1, MAX_GENERATION):
        with pytest.raises(TooFarAhead):
            tree.key_of(SUITE, LeafIndex(1), APPLICATION, generation)


def test_the_last_generation_is_never_used_so_that_the_counter_cannot_wrap() -> None:
    leaf = LeafIndex(1)
    worn = SecretTree(8, {}, {(leaf, APPLICATION): Ratchet(RatchetSecret(ROOT), MAX_GENERATION)})

    with pytest.raises(TooFarAhead):
        worn.next_key(SUITE, leaf, APPLICATION)


@pytest.mark.parametrize("leaf", [-1, 8, 1 << 31])
def test_a_leaf_outside_the_tree_has_no_keys(tree: SecretTree, leaf: int) -> None:
    with pytest.raises(UsageError):
        tree.next_key(SUITE, LeafIndex(leaf), APPLICATION)


def test_a_stored_tree_goes_on_where_it_was(tree: SecretTree) -> None:
    _, tree = tree.next_key(SUITE, LeafIndex(5), APPLICATION)
    restored = codec.decode(tree.encode(), SecretTree.read)

    assert restored == tree
    for leaf in range(8):
        assert (
            restored.next_key(SUITE, LeafIndex(leaf), HANDSHAKE)[0]
            == tree.next_key(SUITE, LeafIndex(leaf), HANDSHAKE)[0]
        )
