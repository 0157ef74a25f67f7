"""What a coordinator wants to stand in the ledger, before anybody signed it: the body, and what it names by hash.

A proposal is made once and signed where the chain is then. What goes along to others (wraps, blobs sealed again) is
derived from it at that moment (`decision.decide`), since members may have come and gone in between.
"""

from dataclasses import dataclass

from cencomm import codec
from cencomm.codec import Reader
from cencomm.ids import BLOB_ID_BYTES, BlobId
from cencomm.ledger.bodies import Body, decode_body
from cencomm.ledger.content_key import SALT_BYTES, Blob, BlobRef, ContentKey
from cencomm.ledger.kinds import EntryType, read_kind
from cencomm.primitives import secret_box
from cencomm.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """`content_key` is the next one where the body begins it (revoke, replace); `blobs` are new with this body."""

    body: Body
    content_key: ContentKey | None = None
    blobs: tuple[Blob, ...] = ()

    def content(self, ref: BlobRef) -> bytes | None:
        """What the body names by `ref`, if it is new with this body."""
        return next((blob.content for blob in self.blobs if blob.ref == ref), None)

    def encode(self) -> bytes:
        """For the proposer's own store: it holds the content key in clear."""
        key = self.content_key
        return (
            codec.uint(self.body.type, 1)
            + codec.opaque(self.body.encode())
            + codec.optional(None if key is None else _encode_key(key))
            + codec.vector(_encode_blob(blob) for blob in self.blobs)
        )


def read_proposal(reader: Reader) -> Proposal:
    """Raises MalformedError for anything that `Proposal.encode` does not write."""
    kind = read_kind(reader, EntryType)
    return Proposal(
        body=decode_body(kind, reader.opaque()),
        content_key=reader.optional(_read_key),
        blobs=reader.vector(_read_blob),
    )


def _encode_key(key: ContentKey) -> bytes:
    secret = codec.fixed(key.key.expose(), secret_box.KEY_BYTES)
    return codec.uint(key.number, 4) + codec.fixed(key.salt, SALT_BYTES) + secret


def _read_key(reader: Reader) -> ContentKey:
    number, salt = reader.uint(4), reader.fixed(SALT_BYTES)
    return ContentKey(number, Secret(reader.fixed(secret_box.KEY_BYTES)), salt)


def _encode_blob(blob: Blob) -> bytes:
    return codec.fixed(blob.blob, BLOB_ID_BYTES) + codec.fixed(blob.salt, SALT_BYTES) + codec.opaque(blob.content)


def _read_blob(reader: Reader) -> Blob:
    return Blob(BlobId(reader.fixed(BLOB_ID_BYTES)), reader.fixed(SALT_BYTES), reader.opaque())
