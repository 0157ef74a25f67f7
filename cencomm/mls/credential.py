"""Credentials: who a leaf claims to be (RFC 9420 section 5.3). Whether that is true is the application's to decide."""

from dataclasses import dataclass

from cencomm import codec
from cencomm.codec import Reader
from cencomm.mls.enumeration import WireEnum16


class CredentialType(WireEnum16):
    """RFC 9420 section 17.5."""

    BASIC = 1
    X509 = 2


@dataclass(frozen=True, slots=True)
class BasicCredential:
    """A bare assertion of an identity; in this suite, the bytes of a device certificate (rule C5)."""

    identity: bytes

    @property
    def credential_type(self) -> CredentialType:
        return CredentialType.BASIC

    def encode(self) -> bytes:
        return CredentialType.BASIC.encode() + codec.opaque(self.identity)


@dataclass(frozen=True, slots=True)
class X509Credential:
    """A chain of DER certificates, the leaf's own first. Read for interoperability; nothing here verifies it."""

    certificates: tuple[bytes, ...]

    @property
    def credential_type(self) -> CredentialType:
        return CredentialType.X509

    def encode(self) -> bytes:
        return CredentialType.X509.encode() + codec.vector(codec.opaque(one) for one in self.certificates)


Credential = BasicCredential | X509Credential


def read_credential(reader: Reader) -> Credential:
    """Refuses unknown types: a credential has no length of its own, so nothing after it could be read."""
    match CredentialType.read(reader):
        case CredentialType.BASIC:
            return BasicCredential(reader.opaque())
        case CredentialType.X509:
            return X509Credential(reader.vector(Reader.opaque))
