"""Names of pre-shared keys, and the secret that they add to an epoch (RFC 9420 section 8.4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cencomm import codec
from cencomm.codec import Reader
from cencomm.mls.cipher_suite import HASH_BYTES, ZERO, Suite
from cencomm.mls.enumeration import WireEnum
from cencomm.mls.errors import MissingPreSharedKey
from cencomm.secret import Entropy, Secret


class PSKType(WireEnum):
    EXTERNAL = 1
    RESUMPTION = 2


class ResumptionPSKUsage(WireEnum):
    APPLICATION = 1
    REINIT = 2
    BRANCH = 3


@dataclass(frozen=True, slots=True)
class ExternalPsk:
    """A key that the application distributed by other means."""

    psk_id: bytes

    def encode(self) -> bytes:
        return PSKType.EXTERNAL.encode() + codec.opaque(self.psk_id)


@dataclass(frozen=True, slots=True)
class ResumptionPsk:
    """The key that everybody holds who was in a group at an epoch."""

    usage: ResumptionPSKUsage
    psk_group_id: bytes
    psk_epoch: int

    def encode(self) -> bytes:
        return b"".join(
            (
                PSKType.RESUMPTION.encode(),
                self.usage.encode(),
                codec.opaque(self.psk_group_id),
                codec.uint(self.psk_epoch, 8),
            )
        )

    def key(self) -> tuple[bytes, int]:
        """What is looked up: one secret serves all usages."""
        return self.psk_group_id, self.psk_epoch


Psk = ExternalPsk | ResumptionPsk


def _read_psk(reader: Reader) -> Psk:
    match PSKType.read(reader):
        case PSKType.EXTERNAL:
            return ExternalPsk(reader.opaque())
        case PSKType.RESUMPTION:
            return ResumptionPsk(ResumptionPSKUsage.read(reader), reader.opaque(), reader.uint(8))


@dataclass(frozen=True, slots=True)
class PreSharedKeyID:
    """One use of a pre-shared key; the nonce makes each use give another secret."""

    psk: Psk
    psk_nonce: bytes

    @classmethod
    def read(cls, reader: Reader) -> "PreSharedKeyID":
        return cls(_read_psk(reader), reader.opaque())

    @classmethod
    def fresh(cls, psk: Psk, entropy: Entropy) -> "PreSharedKeyID":
        return cls(psk, entropy(HASH_BYTES))

    def encode(self) -> bytes:
        return self.psk.encode() + codec.opaque(self.psk_nonce)


@dataclass(frozen=True, slots=True)
class PreSharedKeys:
    """What the application holds and lends to one operation."""

    external: Mapping[bytes, Secret] = field(default_factory=dict)
    resumption: Mapping[tuple[bytes, int], Secret] = field(default_factory=dict)
    """(group id, epoch) -> resumption_psk. Keep as few as the application needs: each weakens forward secrecy."""

    def secret_of(self, psk: Psk) -> Secret:
        """The key behind a name.

        Raises:
            MissingPreSharedKey: it is not here.
        """
        found = self.external.get(psk.psk_id) if isinstance(psk, ExternalPsk) else self.resumption.get(psk.key())
        if found is None:
            raise MissingPreSharedKey("a pre-shared key that the message refers to is not here")
        return found


NO_KEYS = PreSharedKeys()


class PskSecret(Secret):
    """psk_secret: all keys of a Commit, in order."""

    __slots__ = ()


def psk_secret(suite: Suite, ids: Sequence[PreSharedKeyID], keys: PreSharedKeys) -> PskSecret:
    """The keys named by `ids`, chained in their order; zeros if there are none.

    Raises:
        MissingPreSharedKey: one of them is not in `keys`.
    """
    chained = ZERO
    for index, one in enumerate(ids):
        extracted = suite.extract(ZERO, keys.secret_of(one.psk).expose())
        label = one.encode() + codec.uint(index, 2) + codec.uint(len(ids), 2)  # struct PSKLabel
        chained = suite.extract(suite.expand_with_label(extracted, b"derived psk", label, HASH_BYTES), chained)
    return PskSecret(chained)
