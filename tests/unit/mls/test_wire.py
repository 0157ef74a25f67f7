"""Every decoder: any bytes are what they encode again, or malformed. Nothing else comes out."""

from collections.abc import Callable, Mapping
from typing import Protocol

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError
from cencomm.mls.commit import Commit
from cencomm.mls.credential import X509Credential, read_credential
from cencomm.mls.errors import UnsupportedError
from cencomm.mls.extension import Extension, ExternalSender, RequiredCapabilities, encode_extensions, read_extensions
from cencomm.mls.framing import MAX_MLS_MESSAGE_BYTES, AuthenticatedContent, decode_mls_message, encode_mls_message
from cencomm.mls.group_context import GroupContext
from cencomm.mls.key_package import KeyPackage, KeyPackageBundle
from cencomm.mls.leaf_node import Capabilities, LeafNode
from cencomm.mls.parent_node import ParentNode
from cencomm.mls.private_message import SenderData
from cencomm.mls.proposal import Add, Remove, encode_proposal, read_proposal
from cencomm.mls.psk import ExternalPsk, PreSharedKeyID, ResumptionPsk, ResumptionPSKUsage
from cencomm.mls.tree_math import LeafIndex
from cencomm.mls.welcome import GroupInfo, GroupSecrets, JoinerSecret, PathSecret, Welcome
from tests.unit.mls.party import ENTROPY, authenticated, commit_of, device, party


class Encodable(Protocol):
    def encode(self) -> bytes: ...


def again(read: Callable[[Reader], Encodable]) -> Callable[[bytes], bytes]:
    return lambda data: codec.decode(data, read).encode()


RECODERS: Mapping[str, Callable[[bytes], bytes]] = {
    "MLSMessage": lambda data: encode_mls_message(decode_mls_message(data)),
    "Proposal": lambda data: encode_proposal(codec.decode(data, read_proposal)),
    "extensions": lambda data: encode_extensions(codec.decode(data, read_extensions)),
    "Credential": lambda data: codec.decode(data, read_credential).encode(),
    "KeyPackageBundle": lambda data: KeyPackageBundle.decode(data).encode(),
    **{
        item.__name__: again(item.read)
        for item in (
            AuthenticatedContent,
            Capabilities,
            Commit,
            ExternalSender,
            GroupContext,
            GroupInfo,
            GroupSecrets,
            KeyPackage,
            LeafNode,
            ParentNode,
            PreSharedKeyID,
            SenderData,
            Welcome,
        )
    },
}


def samples() -> Mapping[str, bytes]:
    """Something real for each decoder."""
    alice, _ = party("alice", "bob")
    carol = device("carol", last_resort=True)
    staged = alice.commit(
        adds=[carol.key_package], removes=[LeafIndex(1)], authenticated_data=b"about", entropy=ENTROPY
    )
    assert staged.welcome is not None
    context, leaf = alice.context, carol.key_package.leaf_node
    psks = (
        PreSharedKeyID(ExternalPsk(b"key"), bytes(32)),
        PreSharedKeyID(ResumptionPsk(ResumptionPSKUsage.BRANCH, b"group", 7), bytes(32)),
    )
    return {
        "MLSMessage": staged.message,
        "Proposal": encode_proposal(Add(carol.key_package)),
        "extensions": encode_extensions([Extension(1, b"one"), Extension(0xF0CE, b"")]),
        "Credential": X509Credential((b"first", b"second")).encode(),
        "KeyPackageBundle": carol.encode(),
        "AuthenticatedContent": authenticated(staged.message).encode(),
        "Capabilities": leaf.capabilities.encode(),
        "Commit": commit_of(staged.message).encode(),
        "ExternalSender": ExternalSender(b"key", leaf.credential).encode(),
        "GroupContext": context.encode(),
        "GroupInfo": decode_group_info(alice.group_info()).encode(),
        "GroupSecrets": GroupSecrets(JoinerSecret(bytes(32)), PathSecret(bytes(32)), psks).encode(),
        "KeyPackage": carol.key_package.encode(),
        "LeafNode": leaf.encode(),
        "ParentNode": ParentNode(b"key", b"hash", (LeafIndex(1), LeafIndex(4))).encode(),
        "PreSharedKeyID": psks[1].encode(),
        "SenderData": SenderData(LeafIndex(3), 9, bytes(4)).encode(),
        "Welcome": decode_mls_message(staged.welcome).encode(),
    }


def decode_group_info(message: bytes) -> GroupInfo:
    decoded = decode_mls_message(message)
    assert isinstance(decoded, GroupInfo)
    return decoded


SAMPLES = samples()
EACH = pytest.mark.parametrize("name", sorted(RECODERS))


def is_itself_or_malformed(name: str, data: bytes) -> None:
    try:
        encoded = RECODERS[name](data)
    except MalformedError:
        return
    assert encoded == data


@EACH
def test_real_bytes_encode_to_themselves(name: str) -> None:
    assert RECODERS[name](SAMPLES[name]) == SAMPLES[name]


@EACH
@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=120))
def test_any_bytes_encode_to_themselves_or_are_malformed(name: str, data: bytes) -> None:
    is_itself_or_malformed(name, data)


@EACH
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_real_bytes_with_a_change_encode_to_themselves_or_are_malformed(name: str, data: st.DataObject) -> None:
    sample = SAMPLES[name]
    start = data.draw(st.integers(0, len(sample) - 1))
    end = data.draw(st.integers(start, min(len(sample), start + 4)))

    is_itself_or_malformed(name, sample[:start] + data.draw(st.binary(max_size=4)) + sample[end:])


@EACH
def test_every_shorter_and_every_longer_message_is_malformed(name: str) -> None:
    sample = SAMPLES[name]

    for length in range(len(sample)):
        with pytest.raises(MalformedError):
            RECODERS[name](sample[:length])
    with pytest.raises(MalformedError):
        RECODERS[name](sample + b"\x00")


def test_a_message_beyond_the_limit_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(MalformedError, match="at most"):
        decode_mls_message(bytes(MAX_MLS_MESSAGE_BYTES + 1))


def test_an_extension_type_that_appears_twice_is_malformed() -> None:
    with pytest.raises(MalformedError, match="twice"):
        codec.decode(encode_extensions([Extension(7, b"a"), Extension(7, b"b")]), read_extensions)


@pytest.mark.parametrize("number", [0x0000, 0x0008, 0x0A0A, 0xF000])
def test_a_proposal_of_a_type_that_we_do_not_know_is_refused(number: int) -> None:
    with pytest.raises(UnsupportedError):
        codec.decode(codec.uint(number, 2) + encode_proposal(Remove(LeafIndex(0)))[2:], read_proposal)


def test_unknown_numbers_among_capabilities_are_kept() -> None:
    capabilities = Capabilities(extensions=(0x0A0A, 0xF0CE), proposals=(0xEAEA,), credentials=(1, 0x1A1A))

    assert codec.decode(capabilities.encode(), Capabilities.read) == capabilities


def test_required_capabilities_survive_their_extension() -> None:
    required = RequiredCapabilities((0xF0CE,), (), (1,))

    assert codec.decode(required.extension().extension_data, RequiredCapabilities.read) == required
