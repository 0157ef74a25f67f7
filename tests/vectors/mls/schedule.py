"""crypto-basics, key-schedule, psk_secret, secret-tree, transcript-hashes."""

from cencomm import codec
from cencomm.mls import key_schedule
from cencomm.mls.cipher_suite import HPKECiphertext, Suite
from cencomm.mls.framing import AuthenticatedContent
from cencomm.mls.group_context import GroupContext
from cencomm.mls.key_schedule import (
    CommitSecret,
    ConfirmationKey,
    EncryptionSecret,
    InitSecret,
    SenderDataSecret,
    verify_confirmation_tag,
)
from cencomm.mls.private_message import sender_data_key
from cencomm.mls.psk import ExternalPsk, PreSharedKeyID, PreSharedKeys, PskSecret, psk_secret
from cencomm.mls.secret_tree import RatchetType, SecretTree
from cencomm.mls.transcript import confirmed_transcript_hash, interim_transcript_hash
from cencomm.mls.tree_math import LeafIndex
from cencomm.primitives.hpke import PrivateKey
from cencomm.primitives.signatures import SigningKey
from cencomm.secret import Secret, system_entropy
from tests.vectors.mls.entry import (
    Entry,
    as_entry,
    as_list,
    bytes_of,
    entries_of,
    entry_of,
    list_of,
    number_of,
    suite_of,
    text_of,
)


def crypto_basics_entry(entry: Entry) -> None:
    suite = suite_of(entry)
    one = entry_of(entry, "ref_hash")
    assert suite.ref_hash(_label(one), bytes_of(one, "value")) == bytes_of(one, "out")
    one = entry_of(entry, "expand_with_label")
    expanded = suite.expand_with_label(
        bytes_of(one, "secret"), _label(one), bytes_of(one, "context"), number_of(one, "length")
    )
    assert expanded == bytes_of(one, "out")
    one = entry_of(entry, "derive_secret")
    assert suite.derive_secret(bytes_of(one, "secret"), _label(one)) == bytes_of(one, "out")
    one = entry_of(entry, "derive_tree_secret")
    derived = suite.derive_tree_secret(
        bytes_of(one, "secret"), _label(one), number_of(one, "generation"), number_of(one, "length")
    )
    assert derived == bytes_of(one, "out")
    _check_signing(suite, entry_of(entry, "sign_with_label"))
    _check_encryption(suite, entry_of(entry, "encrypt_with_label"))


def _label(entry: Entry) -> bytes:
    return text_of(entry, "label").encode()


def _check_signing(suite: Suite, entry: Entry) -> None:
    key, content = SigningKey(bytes_of(entry, "priv")), bytes_of(entry, "content")
    assert key.public_key == bytes_of(entry, "pub")
    suite.verify_with_label(key.public_key, _label(entry), content, bytes_of(entry, "signature"))
    suite.verify_with_label(key.public_key, _label(entry), content, suite.sign_with_label(key, _label(entry), content))


def _check_encryption(suite: Suite, entry: Entry) -> None:
    key, label, context = PrivateKey(bytes_of(entry, "priv")), _label(entry), bytes_of(entry, "context")
    plaintext = bytes_of(entry, "plaintext")
    given = HPKECiphertext(bytes_of(entry, "kem_output"), bytes_of(entry, "ciphertext"))
    ours = suite.encrypt_with_label(bytes_of(entry, "pub"), label, context, plaintext, system_entropy)
    for sealed in (given, ours):
        assert suite.decrypt_with_label(key, label, context, sealed) == plaintext


def key_schedule_entry(entry: Entry) -> None:
    suite = suite_of(entry)
    init_secret = InitSecret(bytes_of(entry, "initial_init_secret"))
    for number, one in enumerate(entries_of(entry, "epochs")):
        context = GroupContext(
            cipher_suite=suite.cipher_suite,
            group_id=bytes_of(entry, "group_id"),
            epoch=number,
            tree_hash=bytes_of(one, "tree_hash"),
            confirmed_transcript_hash=bytes_of(one, "confirmed_transcript_hash"),
        )
        assert context.encode() == bytes_of(one, "group_context")
        psk = PskSecret(bytes_of(one, "psk_secret"))
        joiner = key_schedule.joiner_secret(suite, init_secret, CommitSecret(bytes_of(one, "commit_secret")), context)
        epoch = key_schedule.epoch_from_joiner(suite, joiner, psk, context)
        derived: dict[str, Secret] = {
            "joiner_secret": joiner,
            "welcome_secret": key_schedule.welcome_secret(suite, joiner, psk),
            "init_secret": epoch.secrets.init_secret,
            "sender_data_secret": epoch.secrets.sender_data_secret,
            "encryption_secret": epoch.encryption_secret,
            "exporter_secret": epoch.secrets.exporter_secret,
            "epoch_authenticator": epoch.secrets.epoch_authenticator,
            "external_secret": epoch.secrets.external_secret,
            "confirmation_key": epoch.confirmation_key,
            "membership_key": epoch.secrets.membership_key,
            "resumption_psk": epoch.secrets.resumption_psk,
        }
        for name, secret in derived.items():
            assert secret.expose() == bytes_of(one, name), name
        external = key_schedule.external_key_pair(suite, epoch.secrets.external_secret)
        assert external.public_key == bytes_of(one, "external_pub")
        exporter = entry_of(one, "exporter")
        exported = key_schedule.export(
            suite,
            epoch.secrets.exporter_secret,
            text_of(exporter, "label"),
            bytes_of(exporter, "context"),
            number_of(exporter, "length"),
        )
        assert exported == bytes_of(exporter, "secret")
        init_secret = epoch.secrets.init_secret


def psk_secret_entry(entry: Entry) -> None:
    suite = suite_of(entry)
    psks = entries_of(entry, "psks")
    ids = [PreSharedKeyID(ExternalPsk(bytes_of(one, "psk_id")), bytes_of(one, "psk_nonce")) for one in psks]
    keys = PreSharedKeys(external={bytes_of(one, "psk_id"): Secret(bytes_of(one, "psk")) for one in psks})
    assert psk_secret(suite, ids, keys).expose() == bytes_of(entry, "psk_secret")


def secret_tree_entry(entry: Entry) -> None:
    suite = suite_of(entry)
    one = entry_of(entry, "sender_data")
    sender_data = sender_data_key(
        suite, SenderDataSecret(bytes_of(one, "sender_data_secret")), bytes_of(one, "ciphertext")
    )
    assert sender_data == (bytes_of(one, "key"), bytes_of(one, "nonce"))
    leaves = [[as_entry(value) for value in as_list(leaf)] for leaf in list_of(entry, "leaves")]
    tree = SecretTree.create(EncryptionSecret(bytes_of(entry, "encryption_secret")), len(leaves))
    for index, generations in enumerate(leaves):
        for one in generations:
            for ratchet_type in RatchetType:
                key, tree = tree.key_of(suite, LeafIndex(index), ratchet_type, number_of(one, "generation"))
                name = ratchet_type.name.lower()
                assert key.key.expose() == bytes_of(one, f"{name}_key")
                assert key.nonce.expose() == bytes_of(one, f"{name}_nonce")


def transcript_hashes_entry(entry: Entry) -> None:
    suite = suite_of(entry)
    message = codec.decode(bytes_of(entry, "authenticated_content"), AuthenticatedContent.read)
    tag = message.auth.confirmation_tag
    assert tag is not None
    confirmed = confirmed_transcript_hash(
        suite,
        bytes_of(entry, "interim_transcript_hash_before"),
        message.wire_format,
        message.content,
        message.auth.signature,
    )
    assert confirmed == bytes_of(entry, "confirmed_transcript_hash_after")
    verify_confirmation_tag(suite, ConfirmationKey(bytes_of(entry, "confirmation_key")), confirmed, tag)
    assert interim_transcript_hash(suite, confirmed, tag) == bytes_of(entry, "interim_transcript_hash_after")
