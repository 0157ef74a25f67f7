"""Sealing and opening a Welcome (RFC 9420 section 12.4.3.1)."""

from collections.abc import Callable, Sequence

from cencomm import codec
from cencomm.mls.cipher_suite import Suite
from cencomm.mls.errors import InvalidWelcome, NotForUs
from cencomm.mls.key_package import KeyPackage
from cencomm.mls.key_schedule import WelcomeSecret
from cencomm.mls.psk import PreSharedKeyID
from cencomm.mls.tree_math import LeafIndex
from cencomm.mls.welcome import EncryptedGroupSecrets, GroupInfo, GroupSecrets, JoinerSecret, PathSecret, Welcome
from cencomm.primitives.aead import DecryptionFailed
from cencomm.primitives.hpke import PrivateKey
from cencomm.primitives.x25519 import BadPublicKey
from cencomm.secret import Entropy

_LABEL = b"Welcome"


def seal_welcome(
    suite: Suite,
    secret: WelcomeSecret,
    group_info: GroupInfo,
    newcomers: Sequence[tuple[KeyPackage, LeafIndex]],
    *,
    joiner_secret: JoinerSecret,
    path_secret_for: Callable[[LeafIndex], PathSecret] | None,
    psks: tuple[PreSharedKeyID, ...],
    entropy: Entropy,
) -> Welcome:
    """One Welcome for all newcomers; each gets the path secret of the lowest node that it shares with the committer.

    Raises:
        BadPublicKey: a key package holds a key that nothing can be sealed for.
    """
    key, nonce = _key_and_nonce(suite, secret)
    encrypted_group_info = suite.aead.seal(key, nonce, b"", group_info.encode())
    sealed = []
    for key_package, leaf in newcomers:
        path_secret = path_secret_for(leaf) if path_secret_for else None
        inside = GroupSecrets(joiner_secret, path_secret, psks).encode()
        sealed.append(
            EncryptedGroupSecrets(
                key_package.ref(),
                suite.encrypt_with_label(key_package.init_key, _LABEL, encrypted_group_info, inside, entropy),
            )
        )
    return Welcome(suite.cipher_suite, tuple(sealed), encrypted_group_info)


def open_group_secrets(suite: Suite, welcome: Welcome, key_package: KeyPackage, init_key: PrivateKey) -> GroupSecrets:
    """What the Welcome holds for one key package.

    Raises:
        NotForUs: nothing.
        InvalidWelcome: something that does not open.
    """
    ref = key_package.ref()
    ours = next((one.encrypted_group_secrets for one in welcome.secrets if one.new_member == ref), None)
    if ours is None:
        raise NotForUs("the Welcome holds nothing for this key package")
    try:
        inside = suite.decrypt_with_label(init_key, _LABEL, welcome.encrypted_group_info, ours)
    except (DecryptionFailed, BadPublicKey):
        raise InvalidWelcome("what the Welcome holds for us does not open") from None
    return codec.decode(inside, GroupSecrets.read)


def open_group_info(suite: Suite, secret: WelcomeSecret, welcome: Welcome) -> GroupInfo:
    """The GroupInfo inside, its signature still to be verified.

    Raises:
        InvalidWelcome, MalformedError: it does not open with the secrets that came with it.
    """
    key, nonce = _key_and_nonce(suite, secret)
    try:
        plaintext = suite.aead.open_(key, nonce, b"", welcome.encrypted_group_info)
    except DecryptionFailed:
        raise InvalidWelcome("the GroupInfo of the Welcome does not open") from None
    return codec.decode(plaintext, GroupInfo.read)


def _key_and_nonce(suite: Suite, secret: WelcomeSecret) -> tuple[bytes, bytes]:
    return (
        suite.expand_with_label(secret.expose(), b"key", b"", suite.aead.key_bytes),
        suite.expand_with_label(secret.expose(), b"nonce", b"", suite.aead.nonce_bytes),
    )
