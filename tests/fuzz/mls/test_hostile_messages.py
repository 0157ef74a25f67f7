"""Whatever arrives, a member answers with an event or one of our errors, and refusal leaves its group as it was."""

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cencomm import codec
from cencomm.errors import CencommError, ProtocolError
from cencomm.mls.commit import Commit
from cencomm.mls.external_join import join_externally
from cencomm.mls.framing import decode_mls_message
from cencomm.mls.group import Group, StagedCommit, join_group
from cencomm.mls.key_package import KeyPackageBundle
from cencomm.mls.leaf_node import LeafContent
from cencomm.mls.proposal import Remove
from cencomm.mls.tree_math import LeafIndex
from tests.unit.mls.party import ENTROPY, commit_of, device, insider_message, leaf_of, settled

EFFORT = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Scene:
    """A member who listens, one who sends, a newcomer, and one real message of each kind."""

    def __init__(self) -> None:
        self.alice, self.bob, *_ = settled("alice", "bob", "carol", "dave", "eve")
        self.frank: KeyPackageBundle = device("frank")
        self.staged: StagedCommit = self.bob.commit(
            adds=[self.frank.key_package], removes=[LeafIndex(3)], authenticated_data=b"anchor", entropy=ENTROPY
        )
        assert self.staged.welcome is not None
        self.welcome: bytes = self.staged.welcome
        _, application = self.bob.encrypt(b"text", authenticated_data=b"anchor", entropy=ENTROPY)
        _, proposal = self.bob.propose(Remove(LeafIndex(2)), entropy=ENTROPY)
        external = join_externally(
            self.bob.group_info(),
            leaf=LeafContent.of(leaf_of(self.bob, 1)),
            signing_key=self.frank.signing_key,
            entropy=ENTROPY,
        )
        self.messages: Mapping[str, bytes] = {
            "commit": self.staged.message,
            "private commit": self.bob.commit(private=True, entropy=ENTROPY).message,
            "application": application,
            "proposal": proposal,
            "external commit": external.message,
        }


SCENE = Scene()


def take_in(group: Group, message: bytes) -> None:
    before = group.encode_private()
    try:
        group.process(message)
    except CencommError:
        assert group.encode_private() == before


def mutated(data: st.DataObject, real: bytes) -> bytes:
    """Real bytes with up to three stretches replaced, cut out or put in."""
    changed = bytearray(real)
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(changed)))
        end = data.draw(st.integers(start, min(len(changed), start + 8)))
        changed[start:end] = data.draw(st.binary(max_size=8))
    return bytes(changed)


@EFFORT
@given(st.binary(max_size=300))
def test_any_bytes_are_refused_with_one_of_our_errors(message: bytes) -> None:
    with pytest.raises(ProtocolError):
        SCENE.alice.process(message)


@pytest.mark.parametrize("kind", sorted(SCENE.messages))
@EFFORT
@given(data=st.data())
def test_a_mutated_message_gives_an_event_or_one_of_our_errors(kind: str, data: st.DataObject) -> None:
    take_in(SCENE.alice, mutated(data, SCENE.messages[kind]))


@EFFORT
@given(data=st.data())
def test_an_insider_s_mutated_commit_gives_an_event_or_one_of_our_errors(data: st.DataObject) -> None:
    """Signed and tagged as it should be, so that the mutation gets past the outer checks."""
    try:
        commit = codec.decode(mutated(data, commit_of(SCENE.staged.message).encode()), Commit.read)
    except ProtocolError:
        return
    take_in(SCENE.alice, insider_message(SCENE.bob, commit))


@EFFORT
@given(data=st.data())
def test_a_mutated_welcome_or_tree_gives_a_group_or_one_of_our_errors(data: st.DataObject) -> None:
    which = data.draw(st.booleans())
    welcome = mutated(data, SCENE.welcome) if which else SCENE.welcome
    tree = SCENE.staged.ratchet_tree if which else mutated(data, SCENE.staged.ratchet_tree)
    try:
        join_group(welcome, key_package=SCENE.frank, ratchet_tree=tree)
    except CencommError:
        return


def test_the_real_messages_are_understood() -> None:
    for message in SCENE.messages.values():
        decode_mls_message(message)
        SCENE.alice.process(message)
