"""The keys of one account on one computer."""

from dataclasses import dataclass

from cencomm import codec
from cencomm.codec import Reader
from cencomm.ids import ACCOUNT_ID_BYTES, DEVICE_ID_BYTES, AccountId, DeviceId
from cencomm.ledger.certificate import issue_certificate, verify_certificate
from cencomm.primitives import x25519
from cencomm.primitives.signatures import SEED_BYTES, SigningKey
from cencomm.secret import Entropy

CERTIFICATE_SECONDS = 366 * 24 * 3600  # a year: longer than any operation so far; renewed by Remove + Add (C5)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who one is in every operation: kept in the vault, also sealed at the relay for one's next computer."""

    account: AccountId
    signing_key: SigningKey
    exchange_key: x25519.PrivateKey

    @property
    def identity_key(self) -> bytes:
        return self.signing_key.public_key

    def encode(self) -> bytes:
        return self.account + self.signing_key.seed + self.exchange_key.expose()


@dataclass(frozen=True, slots=True)
class OwnDevice:
    """A device of the account: the key that signs its MLS leaves and its envelopes, and the certificate of that key."""

    device: DeviceId
    signing_key: SigningKey
    certificate: bytes

    @property
    def certificate_hash(self) -> bytes:
        return verify_certificate(self.certificate).hash

    def encode(self) -> bytes:
        return self.device + self.signing_key.seed + codec.opaque(self.certificate)


def new_identity(account: AccountId, entropy: Entropy) -> Identity:
    return Identity(account, SigningKey.generate(entropy), x25519.PrivateKey(entropy(x25519.PRIVATE_KEY_BYTES)))


def new_device(identity: Identity, *, now: int, entropy: Entropy) -> OwnDevice:
    device, key = DeviceId(entropy(DEVICE_ID_BYTES)), SigningKey.generate(entropy)
    certificate = issue_certificate(
        identity.signing_key, identity.account, device, key.public_key, now + CERTIFICATE_SECONDS
    )
    return OwnDevice(device, key, certificate.encoded)


def decode_identity(data: bytes) -> Identity:
    """Raises MalformedError for anything that `Identity.encode` does not write."""
    return codec.decode(
        data,
        lambda reader: Identity(
            AccountId(reader.fixed(ACCOUNT_ID_BYTES)),
            SigningKey(reader.fixed(SEED_BYTES)),
            x25519.PrivateKey(reader.fixed(x25519.PRIVATE_KEY_BYTES)),
        ),
    )


def decode_device(data: bytes) -> OwnDevice:
    """Raises MalformedError for anything that `OwnDevice.encode` does not write."""
    return codec.decode(data, _device)


def _device(reader: Reader) -> OwnDevice:
    return OwnDevice(DeviceId(reader.fixed(DEVICE_ID_BYTES)), SigningKey(reader.fixed(SEED_BYTES)), reader.opaque())
