"""Extensions: typed bytes that leaves, key packages, groups and GroupInfos carry (RFC 9420 sections 13.4, 17.3)."""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError
from cencomm.mls.credential import Credential, read_credential


class ExtensionType(IntEnum):
    """The ones that we can read; every other number is carried as it is."""

    APPLICATION_ID = 0x0001
    RATCHET_TREE = 0x0002
    REQUIRED_CAPABILITIES = 0x0003
    EXTERNAL_PUB = 0x0004
    EXTERNAL_SENDERS = 0x0005
    LAST_RESORT = 0x000A  # draft-ietf-mls-extensions: a key package that may serve more than once


DEFAULT_EXTENSION_TYPES = frozenset(range(0x0001, 0x0006))
"""Every client implements these, so capabilities need not list them (RFC 9420 section 7.2)."""


@dataclass(frozen=True, slots=True)
class Extension:
    extension_type: int
    extension_data: bytes

    @classmethod
    def read(cls, reader: Reader) -> "Extension":
        return cls(reader.uint(2), reader.opaque())

    def encode(self) -> bytes:
        return codec.uint(self.extension_type, 2) + codec.opaque(self.extension_data)


def read_extensions(reader: Reader) -> tuple[Extension, ...]:
    """Extension extensions<V>; a type appears at most once (RFC 9420 section 13.4)."""
    extensions = reader.vector(Extension.read)
    if len({extension.extension_type for extension in extensions}) != len(extensions):
        raise MalformedError("an extension type appears twice")
    return extensions


def encode_extensions(extensions: Iterable[Extension]) -> bytes:
    return codec.vector(extension.encode() for extension in extensions)


def find_extension(extensions: Iterable[Extension], extension_type: int) -> bytes | None:
    """The data of the extension of this type."""
    return next((one.extension_data for one in extensions if one.extension_type == extension_type), None)


def read_numbers(reader: Reader) -> tuple[int, ...]:
    """uint16 values<V>, at once: a tree holds five of these vectors per leaf."""
    data = reader.opaque()
    if len(data) % 2:
        raise MalformedError("a vector of two-byte numbers has an odd length")
    return struct.unpack(f">{len(data) // 2}H", data)


def encode_numbers(numbers: Sequence[int]) -> bytes:
    return codec.opaque(struct.pack(f">{len(numbers)}H", *numbers))


@dataclass(frozen=True, slots=True)
class RequiredCapabilities:
    """What every member of the group has to support (RFC 9420 section 11.1)."""

    extension_types: tuple[int, ...]
    proposal_types: tuple[int, ...]
    credential_types: tuple[int, ...]

    @classmethod
    def read(cls, reader: Reader) -> "RequiredCapabilities":
        return cls(read_numbers(reader), read_numbers(reader), read_numbers(reader))

    def extension(self) -> Extension:
        data = b"".join(map(encode_numbers, (self.extension_types, self.proposal_types, self.credential_types)))
        return Extension(ExtensionType.REQUIRED_CAPABILITIES, data)


@dataclass(frozen=True, slots=True)
class ExternalSender:
    """Somebody outside the group who may propose (RFC 9420 section 12.1.8.1)."""

    signature_key: bytes
    credential: Credential

    @classmethod
    def read(cls, reader: Reader) -> "ExternalSender":
        return cls(reader.opaque(), read_credential(reader))

    def encode(self) -> bytes:
        return codec.opaque(self.signature_key) + self.credential.encode()


def required_capabilities(extensions: Iterable[Extension]) -> RequiredCapabilities | None:
    data = find_extension(extensions, ExtensionType.REQUIRED_CAPABILITIES)
    return None if data is None else codec.decode(data, RequiredCapabilities.read)


def external_senders(extensions: Iterable[Extension]) -> tuple[ExternalSender, ...]:
    data = find_extension(extensions, ExtensionType.EXTERNAL_SENDERS)
    return () if data is None else codec.decode(data, lambda reader: reader.vector(ExternalSender.read))


def external_pub(extensions: Iterable[Extension]) -> bytes | None:
    """The group's public key for external joins (RFC 9420 section 12.4.3.2)."""
    data = find_extension(extensions, ExtensionType.EXTERNAL_PUB)
    return None if data is None else codec.decode(data, Reader.opaque)
