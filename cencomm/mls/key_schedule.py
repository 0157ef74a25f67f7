"""The key schedule (RFC 9420 section 8).

                      init_secret_[n-1]
                            |
      commit_secret --> KDF.Extract
                            |
               ExpandWithLabel "joiner", GroupContext_[n] = joiner_secret
                            |
      psk_secret    --> KDF.Extract --> DeriveSecret "welcome" = welcome_secret
                            |
               ExpandWithLabel "epoch", GroupContext_[n] = epoch_secret --> DeriveSecret <label> = <secret>

One class per secret, so that none can be used in place of another. What is consumed on the way (section 9.2) never
leaves these functions; `NewEpoch` holds the two secrets that are consumed at the start of the epoch.
"""

import hmac
from dataclasses import dataclass

from cencomm.mls.cipher_suite import HASH_BYTES, ZERO, Suite
from cencomm.mls.errors import BadTag
from cencomm.mls.group_context import GroupContext
from cencomm.mls.psk import PskSecret
from cencomm.mls.welcome import JoinerSecret
from cencomm.primitives import hpke
from cencomm.primitives.hpke import KeyPair
from cencomm.secret import Entropy, Secret

_EXTERNAL_INIT_LABEL = b"MLS 1.0 external init secret"  # section 8.3; HPKE's exporter context, hence in full


class InitSecret(Secret):
    """init_secret: carries this epoch's entropy into the next."""

    __slots__ = ()


class CommitSecret(Secret):
    """commit_secret: the fresh entropy of a path; zeros without one."""

    __slots__ = ()


class EpochSecret(Secret):
    __slots__ = ()


class WelcomeSecret(Secret):
    __slots__ = ()


class SenderDataSecret(Secret):
    __slots__ = ()


class EncryptionSecret(Secret):
    __slots__ = ()


class ExporterSecret(Secret):
    __slots__ = ()


class ExternalSecret(Secret):
    __slots__ = ()


class ConfirmationKey(Secret):
    __slots__ = ()


class MembershipKey(Secret):
    __slots__ = ()


class ResumptionSecret(Secret):
    """resumption_psk: proves to another epoch or group that one was in this epoch."""

    __slots__ = ()


class EpochAuthenticator(Secret):
    """epoch_authenticator: equal for two members exactly when they are in the same state."""

    __slots__ = ()


NO_COMMIT_SECRET = CommitSecret(ZERO)
NO_PSK_SECRET = PskSecret(ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochSecrets:
    """What a member keeps for the length of an epoch (section 8)."""

    init_secret: InitSecret
    sender_data_secret: SenderDataSecret
    exporter_secret: ExporterSecret
    external_secret: ExternalSecret
    membership_key: MembershipKey
    resumption_psk: ResumptionSecret
    epoch_authenticator: EpochAuthenticator


@dataclass(frozen=True, slots=True)
class NewEpoch:
    """An epoch at its start: `encryption_secret` becomes the secret tree, `confirmation_key` one tag; both then die."""

    secrets: EpochSecrets
    encryption_secret: EncryptionSecret
    confirmation_key: ConfirmationKey


def joiner_secret(
    suite: Suite, init_secret: InitSecret, commit_secret: CommitSecret, context: GroupContext
) -> JoinerSecret:
    """What a newcomer is given. `context` is that of the new epoch, confirmed transcript hash included."""
    extracted = suite.extract(init_secret.expose(), commit_secret.expose())
    return JoinerSecret(suite.expand_with_label(extracted, b"joiner", context.encode(), HASH_BYTES))


def welcome_secret(suite: Suite, joiner: JoinerSecret, psk: PskSecret) -> WelcomeSecret:
    """The key of the GroupInfo in a Welcome comes from it."""
    return WelcomeSecret(suite.derive_secret(_member_secret(suite, joiner, psk), b"welcome"))


def epoch_from_joiner(suite: Suite, joiner: JoinerSecret, psk: PskSecret, context: GroupContext) -> NewEpoch:
    """The secrets of the epoch that `context` describes."""
    member_secret = _member_secret(suite, joiner, psk)
    return new_epoch(suite, EpochSecret(suite.expand_with_label(member_secret, b"epoch", context.encode(), HASH_BYTES)))


def new_epoch(suite: Suite, epoch_secret: EpochSecret) -> NewEpoch:
    """Everything that hangs below an epoch_secret; a group's creator draws one at random (section 11)."""

    def derive(label: bytes) -> bytes:
        return suite.derive_secret(epoch_secret.expose(), label)

    secrets = EpochSecrets(
        init_secret=InitSecret(derive(b"init")),
        sender_data_secret=SenderDataSecret(derive(b"sender data")),
        exporter_secret=ExporterSecret(derive(b"exporter")),
        external_secret=ExternalSecret(derive(b"external")),
        membership_key=MembershipKey(derive(b"membership")),
        resumption_psk=ResumptionSecret(derive(b"resumption")),
        epoch_authenticator=EpochAuthenticator(derive(b"authentication")),
    )
    return NewEpoch(secrets, EncryptionSecret(derive(b"encryption")), ConfirmationKey(derive(b"confirm")))


def _member_secret(suite: Suite, joiner: JoinerSecret, psk: PskSecret) -> bytes:
    return suite.extract(joiner.expose(), psk.expose())


def confirmation_tag(suite: Suite, key: ConfirmationKey, confirmed_transcript_hash: bytes) -> bytes:
    """Shows that its maker arrived at the same state (section 6.1)."""
    return suite.mac(key, confirmed_transcript_hash)


def verify_confirmation_tag(suite: Suite, key: ConfirmationKey, confirmed_transcript_hash: bytes, tag: bytes) -> None:
    """The maker of the tag holds the secrets of the same epoch with the same transcript.

    Raises:
        BadTag: it does not.
    """
    if not hmac.compare_digest(confirmation_tag(suite, key, confirmed_transcript_hash), tag):
        raise BadTag("the computed confirmation tag does not match the expected one")


def export(suite: Suite, secret: ExporterSecret, label: str, context: bytes, length: int) -> bytes:
    """MLS-Exporter (section 8.5): a secret of this epoch for the application's own purpose `label`."""
    derived = suite.derive_secret(secret.expose(), label.encode())
    return suite.expand_with_label(derived, b"exported", suite.hash(context), length)


def external_key_pair(suite: Suite, secret: ExternalSecret) -> KeyPair:
    """The key pair that all members hold, so that somebody can join without them (section 8)."""
    return suite.derive_key_pair(secret)


def external_init_send(suite: Suite, external_pub: bytes, entropy: Entropy) -> tuple[bytes, InitSecret]:
    """(kem_output, init_secret) of an external Commit (section 8.3).

    Raises:
        BadPublicKey: `external_pub` is none.
    """
    kem_output, secret = hpke.export_to(suite.hpke, external_pub, b"", _EXTERNAL_INIT_LABEL, HASH_BYTES, entropy)
    return kem_output, InitSecret(secret)


def external_init_receive(suite: Suite, secret: ExternalSecret, kem_output: bytes) -> InitSecret:
    """The init_secret that a joiner sent to the group (section 8.3).

    Raises:
        BadPublicKey: `kem_output` is none.
    """
    key = external_key_pair(suite, secret).private_key
    return InitSecret(hpke.export_from(suite.hpke, key, kem_output, b"", _EXTERNAL_INIT_LABEL, HASH_BYTES))
