"""What coordinators' programs say about second signatures (rule L5; docs/protocol.md section 6.1, kinds 5 and 6).

Content key, wraps and sealed names stay with the proposer. What the cosigner has to understand travels along: the
plain blobs that the body names by hash, so that names shown are names signed.
"""

from dataclasses import dataclass

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError
from cencomm.ids import BLOB_ID_BYTES, BlobId
from cencomm.ledger.bodies import Admit, Body, ChannelBody, FormBody, decode_body
from cencomm.ledger.content_key import SALT_BYTES, Blob, BlobRef
from cencomm.ledger.entry import COSIGNATURE_NONCE_BYTES
from cencomm.ledger.kinds import EntryType, read_kind
from cencomm.primitives import signatures

MAX_PLAIN_BYTES = 100 << 10  # of blobs in one request; a form beyond that is shown by its hash alone
MAX_BODY_BYTES = 16 << 10  # of an entry's body


@dataclass(frozen=True, slots=True, kw_only=True)
class CosignatureRequest:
    """A body that a coordinator wants a second signature for. `nonce` is what the signature will count under."""

    nonce: bytes
    body: Body
    blobs: tuple[Blob, ...]  # each one's hash stands in the body

    def encode(self) -> bytes:
        return (
            codec.fixed(self.nonce, COSIGNATURE_NONCE_BYTES)
            + codec.uint(self.body.type, 1)
            + codec.opaque(self.body.encode())
            + codec.vector(
                codec.fixed(blob.blob, BLOB_ID_BYTES) + codec.fixed(blob.salt, SALT_BYTES) + codec.opaque(blob.content)
                for blob in self.blobs
            )
        )

    def content(self, ref: BlobRef) -> bytes | None:
        """What the body names by `ref`, if it came along."""
        return next((blob.content for blob in self.blobs if blob.ref == ref), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CosignatureAnswer:
    """The second signature for the request under `nonce`, or None: its author will not sign."""

    nonce: bytes
    signature: bytes | None

    def encode(self) -> bytes:
        signed = None if self.signature is None else codec.opaque(self.signature)
        return codec.fixed(self.nonce, COSIGNATURE_NONCE_BYTES) + codec.optional(signed)


def new_request(nonce: bytes, body: Body, blobs: tuple[Blob, ...]) -> CosignatureRequest:
    """The request for `body`, with those of its blobs for which there is room."""
    room, along = MAX_PLAIN_BYTES, []
    for blob in blobs:
        if len(blob.content) <= room:
            along.append(blob)
            room -= len(blob.content)
    return CosignatureRequest(nonce=nonce, body=body, blobs=tuple(along))


def decode_request(data: bytes) -> CosignatureRequest:
    """A request whose blobs are those that its body names; what it asks for is not judged.

    Raises:
        MalformedError: anything else.
    """
    return codec.decode(data, _read_request)


def decode_answer(data: bytes) -> CosignatureAnswer:
    """Raises MalformedError for anything that `CosignatureAnswer.encode` does not write."""
    return codec.decode(
        data,
        lambda reader: CosignatureAnswer(
            nonce=reader.fixed(COSIGNATURE_NONCE_BYTES),
            signature=reader.optional(lambda inner: inner.opaque(most=signatures.SIGNATURE_BYTES)),
        ),
    )


def named_refs(body: Body) -> tuple[BlobRef, ...]:
    """The names that a body brings into the ledger by hash."""
    match body:
        case Admit():
            return (body.profile,)
        case ChannelBody():
            return (body.title,)
        case FormBody():
            return (body.definition,)
        case _:
            return ()


def _read_request(reader: Reader) -> CosignatureRequest:
    nonce, kind = reader.fixed(COSIGNATURE_NONCE_BYTES), read_kind(reader, EntryType)
    body = decode_body(kind, reader.opaque(most=MAX_BODY_BYTES))
    blobs = reader.vector(_read_blob)
    refs = [blob.ref for blob in blobs]
    if len(set(refs)) != len(refs) or not set(refs).issubset(named_refs(body)):
        raise MalformedError("a name that the body does not name")
    return CosignatureRequest(nonce=nonce, body=body, blobs=blobs)


def _read_blob(reader: Reader) -> Blob:
    return Blob(BlobId(reader.fixed(BLOB_ID_BYTES)), reader.fixed(SALT_BYTES), reader.opaque(most=MAX_PLAIN_BYTES))
