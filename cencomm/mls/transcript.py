"""Transcript hashes: all Commits so far, in one hash (RFC 9420 section 8.2)."""

from cencomm import codec
from cencomm.mls.cipher_suite import Suite
from cencomm.mls.framing import FramedContent, WireFormat


def confirmed_transcript_hash(
    suite: Suite, interim: bytes, wire_format: WireFormat, content: FramedContent, signature: bytes
) -> bytes:
    """The transcript up to and including a Commit, without its confirmation tag (which it is an input of)."""
    return suite.hash(interim + wire_format.encode() + content.encoded + codec.opaque(signature))


def interim_transcript_hash(suite: Suite, confirmed: bytes, confirmation_tag: bytes) -> bytes:
    """The transcript up to and including a Commit and its confirmation tag."""
    return suite.hash(confirmed + codec.opaque(confirmation_tag))
