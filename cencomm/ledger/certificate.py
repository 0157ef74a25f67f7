"""Device certificates: an identity key vouches for one device's MLS signature key (rule C5).

The certificate is the `identity` of the BasicCredential in each leaf of the device, so a leaf says whose it is and the
relay need not be asked. Bytes are not verified, a `DeviceCertificate` is.
"""

import hashlib
from dataclasses import dataclass, field

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError
from cencomm.ids import ACCOUNT_ID_BYTES, DEVICE_ID_BYTES, AccountId, DeviceId
from cencomm.ledger import labels
from cencomm.primitives import signatures
from cencomm.primitives.signatures import SigningKey

VERSION = 1
MAX_CERTIFICATE_BYTES = 256  # version 1 has 173
MAX_REMEMBERED = 10_000  # certificates; about 5 MB, and twice the leaves of the largest channel with its history


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCertificate:
    """Verified: the holder of `identity_key` says that `signature_key` is this device of this account.

    Whether the identity is admitted anywhere is for the ledger. `not_after` (seconds) is for whoever sends and for the
    relay; no judgement of a Commit looks at it, since members' clocks differ and their verdicts must not (C3).
    """

    account: AccountId
    device: DeviceId
    identity_key: bytes
    signature_key: bytes
    not_after: int
    encoded: bytes = field(repr=False)

    @property
    def hash(self) -> bytes:
        """What an envelope names as its author (docs/protocol.md section 6)."""
        return certificate_hash(self.encoded)


def certificate_hash(encoded: bytes) -> bytes:
    return hashlib.sha256(encoded).digest()


def issue_certificate(
    identity: SigningKey, account: AccountId, device: DeviceId, signature_key: bytes, not_after: int
) -> DeviceCertificate:
    content = (
        codec.uint(VERSION, 2)
        + codec.fixed(account, ACCOUNT_ID_BYTES)
        + codec.fixed(device, DEVICE_ID_BYTES)
        + codec.fixed(identity.public_key, signatures.PUBLIC_KEY_BYTES)
        + codec.fixed(signature_key, signatures.PUBLIC_KEY_BYTES)
        + codec.uint(not_after, 8)
    )
    signature = signatures.sign_with_label(identity, labels.DEVICE_CERTIFICATE, content)
    return verify_certificate(codec.opaque(content) + codec.opaque(signature))


def verify_certificate(encoded: bytes) -> DeviceCertificate:
    """What the identity key in it certified. Expiry is not looked at.

    Raises:
        MalformedError: no certificate of version 1.
        BadSignature: the identity key that it names did not sign it.
    """
    if len(encoded) > MAX_CERTIFICATE_BYTES:
        raise MalformedError(f"a device certificate has at most {MAX_CERTIFICATE_BYTES} bytes, not {len(encoded)}")
    reader = Reader(encoded)
    content, signature = reader.opaque(), reader.opaque()
    reader.end()
    fields = Reader(content)
    if (version := fields.uint(2)) != VERSION:
        raise MalformedError(f"device certificates of version {version} need a newer version of this program")
    certificate = DeviceCertificate(
        account=AccountId(fields.fixed(ACCOUNT_ID_BYTES)),
        device=DeviceId(fields.fixed(DEVICE_ID_BYTES)),
        identity_key=fields.fixed(signatures.PUBLIC_KEY_BYTES),
        signature_key=fields.fixed(signatures.PUBLIC_KEY_BYTES),
        not_after=fields.uint(8),
        encoded=bytes(encoded),
    )
    fields.end()
    signatures.verify_with_label(certificate.identity_key, labels.DEVICE_CERTIFICATE, content, signature)
    return certificate


class CertificateMemo:
    """Remembers certificates that verified, by their bytes, so that a tree of 1,000 leaves is not verified per Commit.

    It changes no verdict: a certificate's validity is a function of its bytes. One per process or per group, as the
    caller likes.
    """

    __slots__ = ("_verified",)

    def __init__(self) -> None:
        self._verified: dict[bytes, DeviceCertificate] = {}

    def verify(self, encoded: bytes) -> DeviceCertificate:
        """As `verify_certificate`, at the price of a look-up from the second time on."""
        known = self._verified.get(encoded)
        if known is not None:
            return known
        certificate = verify_certificate(encoded)
        if len(self._verified) >= MAX_REMEMBERED:
            self._verified.clear()
        self._verified[certificate.encoded] = certificate
        return certificate
