"""deserialization, messages, message-protection, welcome."""

from collections.abc import Callable, Mapping

from cencomm import codec
from cencomm.codec import Reader
from cencomm.mls import key_schedule
from cencomm.mls.cipher_suite import Suite
from cencomm.mls.commit import Commit
from cencomm.mls.framing import (
    AuthenticatedContent,
    Content,
    FramedContent,
    PrivateMessage,
    PublicMessage,
    Sender,
    WireFormat,
    decode_mls_message,
    encode_content,
    encode_mls_message,
)
from cencomm.mls.group_context import GroupContext
from cencomm.mls.key_package import KeyPackage
from cencomm.mls.key_schedule import EncryptionSecret, MembershipKey, SenderDataSecret
from cencomm.mls.private_message import protect_private, unprotect_private
from cencomm.mls.proposal import (
    Add,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    ReInit,
    Remove,
    Update,
    read_proposal,
)
from cencomm.mls.psk import NO_KEYS, psk_secret
from cencomm.mls.public_message import protect_public, sign_content, unprotect_public, verify_content
from cencomm.mls.ratchet_tree import decode_ratchet_tree
from cencomm.mls.secret_tree import SecretTree
from cencomm.mls.tree_math import LeafIndex
from cencomm.mls.welcome import GroupSecrets, Welcome
from cencomm.mls.welcoming import open_group_info, open_group_secrets
from cencomm.primitives.hpke import PrivateKey
from cencomm.primitives.signatures import SigningKey
from cencomm.secret import system_entropy
from tests.vectors.mls.entry import Entry, bytes_of, number_of, suite_of

SENDER = LeafIndex(1)  # as the format says: the messages are from the second of two members


def deserialization_entry(entry: Entry) -> None:
    header, length = bytes_of(entry, "vlbytes_header"), number_of(entry, "length")
    assert codec.decode(header, Reader.length) == length
    assert codec.length(length) == header


def _again(read: Callable[[Reader], Add | Update | Remove | PreSharedKey | ReInit]) -> Callable[[bytes], bytes]:
    return lambda data: codec.decode(data, read).encode()


def _mls_message(data: bytes) -> bytes:
    return encode_mls_message(decode_mls_message(data))


RECODERS: Mapping[str, Callable[[bytes], bytes]] = {
    "mls_welcome": _mls_message,
    "mls_group_info": _mls_message,
    "mls_key_package": _mls_message,
    "ratchet_tree": lambda data: decode_ratchet_tree(data).encode(),
    "group_secrets": lambda data: codec.decode(data, GroupSecrets.read).encode(),
    "add_proposal": _again(Add.read),
    "update_proposal": _again(Update.read),
    "remove_proposal": _again(Remove.read),
    "pre_shared_key_proposal": _again(PreSharedKey.read),
    "re_init_proposal": _again(ReInit.read),
    "external_init_proposal": lambda data: codec.decode(data, ExternalInit.read).encode(),
    "group_context_extensions_proposal": lambda data: codec.decode(data, GroupContextExtensions.read).encode(),
    "commit": lambda data: codec.decode(data, Commit.read).encode(),
    "public_message_application": _mls_message,
    "public_message_proposal": _mls_message,
    "public_message_commit": _mls_message,
    "private_message": _mls_message,
}


def messages_entry(entry: Entry) -> None:
    assert set(entry) <= set(RECODERS)
    for name in entry:
        data = bytes_of(entry, name)
        assert RECODERS[name](data) == data, name


def message_protection_entry(entry: Entry) -> None:
    suite = suite_of(entry)
    context = GroupContext(
        cipher_suite=suite.cipher_suite,
        group_id=bytes_of(entry, "group_id"),
        epoch=number_of(entry, "epoch"),
        tree_hash=bytes_of(entry, "tree_hash"),
        confirmed_transcript_hash=bytes_of(entry, "confirmed_transcript_hash"),
    )
    key = SigningKey(bytes_of(entry, "signature_priv"))
    assert key.public_key == bytes_of(entry, "signature_pub")
    group = _Group(entry, suite, context, key)
    contents: Mapping[str, Content] = {
        "proposal": codec.decode(bytes_of(entry, "proposal"), read_proposal),
        "commit": codec.decode(bytes_of(entry, "commit"), Commit.read),
        "application": bytes_of(entry, "application"),
    }
    for name, content in contents.items():
        group.opens(bytes_of(entry, f"{name}_priv"), content)
        group.opens(group.sealed(content), content)
        if name != "application":
            group.verifies(bytes_of(entry, f"{name}_pub"), content)
            group.verifies(group.published(content), content)


class _Group:
    """Just enough of a group of two to protect and unprotect a message."""

    def __init__(self, entry: Entry, suite: Suite, context: GroupContext, key: SigningKey) -> None:
        self.suite, self.context, self.key = suite, context, key
        self.membership_key = MembershipKey(bytes_of(entry, "membership_key"))
        self.sender_data_secret = SenderDataSecret(bytes_of(entry, "sender_data_secret"))
        self.secret_tree = SecretTree.create(EncryptionSecret(bytes_of(entry, "encryption_secret")), 2)

    def opens(self, data: bytes, content: Content) -> None:
        message = decode_mls_message(data)
        assert isinstance(message, PrivateMessage)
        opened = unprotect_private(
            self.suite, self.sender_data_secret, self.secret_tree, message, check_sender=_is_the_sender
        )
        self._is_content(opened.message, content)

    def verifies(self, data: bytes, content: Content) -> None:
        message = decode_mls_message(data)
        assert isinstance(message, PublicMessage)
        self._is_content(unprotect_public(self.suite, self.membership_key, message, self.context), content)

    def sealed(self, content: Content) -> bytes:
        message = self._signed(content, WireFormat.MLS_PRIVATE_MESSAGE)
        sealed, _ = protect_private(
            self.suite, self.sender_data_secret, self.secret_tree, message, system_entropy, padding=7
        )
        return encode_mls_message(sealed)

    def published(self, content: Content) -> bytes:
        message = self._signed(content, WireFormat.MLS_PUBLIC_MESSAGE)
        return encode_mls_message(protect_public(self.suite, self.membership_key, message, self.context))

    def _signed(self, content: Content, wire_format: WireFormat) -> AuthenticatedContent:
        framed = FramedContent.build(
            group_id=self.context.group_id,
            epoch=self.context.epoch,
            sender=Sender.member(SENDER),
            authenticated_data=b"about",
            content=content,
        )
        signed = sign_content(self.suite, self.key, wire_format, framed, self.context)
        return signed.authenticated(b"any tag" if isinstance(content, Commit) else None)

    def _is_content(self, message: AuthenticatedContent, content: Content) -> None:
        verify_content(self.suite, self.key.public_key, message, self.context)
        assert encode_content(message.content.content) == encode_content(content)


def _is_the_sender(leaf: LeafIndex) -> None:
    assert leaf == SENDER


def welcome_entry(entry: Entry) -> None:
    suite = suite_of(entry)
    welcome = decode_mls_message(bytes_of(entry, "welcome"))
    key_package = decode_mls_message(bytes_of(entry, "key_package"))
    assert isinstance(welcome, Welcome)
    assert isinstance(key_package, KeyPackage)
    secrets = open_group_secrets(suite, welcome, key_package, PrivateKey(bytes_of(entry, "init_priv")))
    psk = psk_secret(suite, secrets.psks, NO_KEYS)
    group_info = open_group_info(suite, key_schedule.welcome_secret(suite, secrets.joiner_secret, psk), welcome)
    group_info.verify_signature(suite, bytes_of(entry, "signer_pub"))
    context = group_info.group_context
    epoch = key_schedule.epoch_from_joiner(suite, secrets.joiner_secret, psk, context)
    key_schedule.verify_confirmation_tag(
        suite, epoch.confirmation_key, context.confirmed_transcript_hash, group_info.confirmation_tag
    )
