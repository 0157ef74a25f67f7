"""What all members agree on in an epoch (RFC 9420 section 8.1)."""

from dataclasses import dataclass

from cencomm import codec
from cencomm.codec import Reader
from cencomm.mls.cipher_suite import CipherSuite
from cencomm.mls.enumeration import ProtocolVersion
from cencomm.mls.extension import Extension, encode_extensions, read_extensions


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupContext:
    version: ProtocolVersion = ProtocolVersion.MLS10
    cipher_suite: CipherSuite
    group_id: bytes
    epoch: int
    tree_hash: bytes
    confirmed_transcript_hash: bytes
    extensions: tuple[Extension, ...] = ()

    @classmethod
    def read(cls, reader: Reader) -> "GroupContext":
        return cls(
            version=ProtocolVersion.read(reader),
            cipher_suite=CipherSuite(reader.uint(2)),
            group_id=reader.opaque(),
            epoch=reader.uint(8),
            tree_hash=reader.opaque(),
            confirmed_transcript_hash=reader.opaque(),
            extensions=read_extensions(reader),
        )

    def encode(self) -> bytes:
        return b"".join(
            (
                self.version.encode(),
                codec.uint(self.cipher_suite, 2),
                codec.opaque(self.group_id),
                codec.uint(self.epoch, 8),
                codec.opaque(self.tree_hash),
                codec.opaque(self.confirmed_transcript_hash),
                encode_extensions(self.extensions),
            )
        )
