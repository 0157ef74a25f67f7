"""Groups to test with, and an insider who signs whatever it likes, which the library itself refuses to do."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from cencomm import codec
from cencomm.mls.cipher_suite import CipherSuite, Suite, suite_of
from cencomm.mls.cipher_suite import MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519 as SUITE_3
from cencomm.mls.commit import Commit
from cencomm.mls.credential import BasicCredential
from cencomm.mls.extension import Extension, encode_extensions
from cencomm.mls.framing import (
    AuthenticatedContent,
    Content,
    FramedContent,
    PublicMessage,
    Sender,
    WireFormat,
    decode_mls_message,
    encode_mls_message,
)
from cencomm.mls.group import Group, create_group, join_group
from cencomm.mls.key_package import KeyPackage, KeyPackageBundle, create_key_package
from cencomm.mls.leaf_node import Capabilities, LeafNode
from cencomm.mls.public_message import protect_public, sign_content
from cencomm.mls.tree_math import LeafIndex
from cencomm.primitives.signatures import SigningKey
from cencomm.secret import Entropy, system_entropy

ENTROPY: Entropy = system_entropy
SUITE: Suite = suite_of(SUITE_3)
GROUP_ID = b"group of the tests"
ANCHOR = 0xF0CE  # our private-use extension type
FOREVER = (0, (1 << 63) - 1)
CAPABILITIES = Capabilities(cipher_suites=(SUITE_3,), extensions=(ANCHOR,))


def device(
    name: str,
    *,
    capabilities: Capabilities = CAPABILITIES,
    leaf_extensions: tuple[Extension, ...] = (),
    lifetime: tuple[int, int] = FOREVER,
    last_resort: bool = False,
    signing_key: SigningKey | None = None,
    cipher_suite: CipherSuite = SUITE_3,
    entropy: Entropy = ENTROPY,
) -> KeyPackageBundle:
    return create_key_package(
        credential=BasicCredential(name.encode()),
        signing_key=signing_key or SigningKey.generate(entropy),
        cipher_suite=cipher_suite,
        lifetime=lifetime,
        capabilities=capabilities,
        leaf_extensions=leaf_extensions,
        last_resort=last_resort,
        entropy=entropy,
    )


def party(*names: str, extensions: Sequence[Extension] = (), cipher_suite: CipherSuite = SUITE_3) -> list[Group]:
    """A group of one epoch behind it, as each of its members sees it, the creator first."""
    understood = Capabilities(
        cipher_suites=(cipher_suite,), extensions=(ANCHOR, *(one.extension_type for one in extensions))
    )
    devices = [device(name, capabilities=understood, cipher_suite=cipher_suite) for name in names]
    creator = create_group(group_id=GROUP_ID, key_package=devices[0], extensions=extensions, entropy=ENTROPY)
    staged = creator.commit(adds=[one.key_package for one in devices[1:]], entropy=ENTROPY)
    if staged.welcome is None:
        return [staged.group]
    joined = [
        join_group(staged.welcome, key_package=one, ratchet_tree=staged.ratchet_tree).group for one in devices[1:]
    ]
    return [staged.group, *joined]


def settled(*names: str) -> list[Group]:
    """The same after each member has committed once: every node of the tree holds a key."""
    groups = party(*names)
    for index in range(len(groups)):
        groups = spread(groups, index, groups[index].commit(entropy=ENTROPY).group, None)
    return groups


def spread(groups: Sequence[Group], author: int, after: Group, message: bytes | None) -> list[Group]:
    """All members after the author's Commit; without `message`, the author makes the Commit here."""
    if message is None:
        staged = groups[author].commit(entropy=ENTROPY)
        after, message = staged.group, staged.message
    return [after if index == author else group.process(message)[0] for index, group in enumerate(groups)]


def in_agreement(groups: Sequence[Group]) -> bool:
    return len({group.epoch_authenticator.expose() for group in groups}) == 1


def leaf_of(group: Group, index: int) -> LeafNode:
    leaf = group.tree.leaf(LeafIndex(index))
    assert leaf is not None
    return leaf


def insider_message(
    author: Group,
    content: Content,
    *,
    confirmation_tag: bytes = bytes(32),
    sender: Sender | None = None,
    epoch: int | None = None,
) -> bytes:
    """A PublicMessage with whatever content, signed and tagged by a member as it should be."""
    state = author.state
    framed = FramedContent.build(
        group_id=author.group_id,
        epoch=author.epoch if epoch is None else epoch,
        sender=sender or Sender.member(author.own_leaf),
        authenticated_data=b"",
        content=content,
    )
    signed = sign_content(SUITE, state.signing_key, WireFormat.MLS_PUBLIC_MESSAGE, framed, author.context)
    authenticated = signed.authenticated(confirmation_tag if isinstance(content, Commit) else None)
    return encode_mls_message(protect_public(SUITE, state.secrets.membership_key, authenticated, author.context))


def public_message(message: bytes) -> PublicMessage:
    decoded = decode_mls_message(message)
    assert isinstance(decoded, PublicMessage)
    return decoded


def commit_of(message: bytes) -> Commit:
    commit = public_message(message).commit
    assert commit is not None
    return commit


def changed_commit(author: Group, message: bytes, change: Callable[[Commit], Commit]) -> bytes:
    """A Commit of `author`'s with something changed, signed and tagged again: only its content betrays it."""
    tag = public_message(message).confirmation_tag
    assert tag is not None
    return insider_message(author, change(commit_of(message)), confirmation_tag=tag)


def authenticated(message: bytes) -> AuthenticatedContent:
    public = public_message(message)
    return AuthenticatedContent(WireFormat.MLS_PUBLIC_MESSAGE, public.content, public.auth)


def signed_again(package: KeyPackageBundle, **changes: object) -> KeyPackage:
    """The key package with fields replaced and its own signature made anew."""
    changed = replace(package.key_package, **changes)  # type: ignore[arg-type]  # the names are checked by the test
    unsigned = b"".join(
        (
            changed.version.encode(),
            codec.uint(changed.cipher_suite, 2),
            codec.opaque(changed.init_key),
            changed.leaf_node.encode(),
            encode_extensions(changed.extensions),
        )
    )
    signature = SUITE.sign_with_label(package.signing_key, b"KeyPackageTBS", unsigned)
    return replace(changed, unsigned=unsigned, signature=signature)
