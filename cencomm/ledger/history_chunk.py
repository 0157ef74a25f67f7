"""A part of an answer to a history request: sealed to the one-time key of the request, signed by who serves it (H2).

    items --pad--> plaintext --HPKE: one-time key, header as associated data--> ciphertext
    header, certificate, ciphertext --sign--> SignedChunk, which the relay keeps until it is fetched

The header is in clear, so that the relay can tell whose it is and in which order; it can read and make none. Sealed and
signed for one request, number, place and device, a chunk is no chunk of any other answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cencomm import codec
from cencomm.codec import Reader
from cencomm.errors import MalformedError, UsageError
from cencomm.ids import (
    ACCOUNT_ID_BYTES,
    CHANNEL_ID_BYTES,
    DEVICE_ID_BYTES,
    OPERATION_ID_BYTES,
    REQUEST_ID_BYTES,
    AccountId,
    ChannelId,
    DeviceId,
    OperationId,
    RequestId,
)
from cencomm.ledger import labels
from cencomm.ledger.certificate import MAX_CERTIFICATE_BYTES, DeviceCertificate, verify_certificate
from cencomm.ledger.history_items import Item, decode_items, encode_items
from cencomm.ledger.log import FIRST_SEQUENCE
from cencomm.primitives import hpke, signatures
from cencomm.primitives.signatures import SigningKey
from cencomm.primitives.x25519 import PrivateKey
from cencomm.secret import Entropy

VERSION = 1
MAX_CHUNK_BYTES = (1 << 20) + (1 << 10)  # a plaintext of the largest bucket, with header, certificate and signature
FIRST_CHUNK = 0

_SUITE = hpke.X25519_SHA256_CHACHA20_POLY1305
_INFO = codec.opaque(labels.HISTORY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkHeader:
    """Log entries `first` to `last` of one log, as part `number` (from 0) of the answer to `request`.

    `account` and `device` are who asked. `is_last`: nothing follows.
    """

    operation: OperationId
    channel: ChannelId
    generation: int
    request: RequestId
    account: AccountId
    device: DeviceId
    number: int
    first: int
    last: int
    is_last: bool

    def encode(self) -> bytes:
        return codec.concat(
            [
                codec.uint(VERSION, 2),
                codec.fixed(self.operation, OPERATION_ID_BYTES),
                codec.fixed(self.channel, CHANNEL_ID_BYTES),
                codec.uint(self.generation, 4),
                codec.fixed(self.request, REQUEST_ID_BYTES),
                codec.fixed(self.account, ACCOUNT_ID_BYTES),
                codec.fixed(self.device, DEVICE_ID_BYTES),
                codec.uint(self.number, 4),
                codec.uint(self.first, 8),
                codec.uint(self.last, 8),
                codec.uint(self.is_last, 1),
            ]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Signed by the device of `certificate`. Whether that one may serve history, `history.require_server` says."""

    header: ChunkHeader
    certificate: DeviceCertificate
    kem_output: bytes
    ciphertext: bytes

    def open_(self, private_key: PrivateKey) -> tuple[Item, ...]:
        """What it says of the entries `first` to `last`, none of it verified against the log yet.

        Raises:
            DecryptionFailed, BadPublicKey: sealed to another key, or under another header.
            MalformedError: it holds something else, or entries beyond its header.
        """
        plain = hpke.open_(_SUITE, private_key, self.kem_output, _INFO, self.header.encode(), self.ciphertext)
        items = decode_items(plain)
        if items and not self.header.first <= items[0].sequence <= items[-1].sequence <= self.header.last:
            raise MalformedError("a chunk of history answers for other entries than its header says")
        return items


def make_chunk(
    header: ChunkHeader,
    items: Sequence[Item],
    *,
    public_key: bytes,
    certificate: DeviceCertificate,
    device: SigningKey,
    entropy: Entropy,
) -> bytes:
    """SignedChunk: `items` for the holder of the private half of `public_key`, as it goes to the relay.

    Raises:
        UsageError: `device` is not the key of the certificate.
        BadPublicKey: the request brought a key to which nothing can be sealed.
    """
    if device.public_key != certificate.signature_key:
        raise UsageError("a chunk of history is signed by the device that its certificate names")
    encoded = header.encode()
    kem_output, ciphertext = hpke.seal(_SUITE, public_key, _INFO, encoded, encode_items(items), entropy)
    content = encoded + codec.opaque(certificate.encoded) + codec.opaque(kem_output) + codec.opaque(ciphertext)
    return codec.opaque(content) + codec.opaque(signatures.sign_with_label(device, labels.HISTORY_CHUNK, content))


def verify_chunk(encoded: bytes) -> Chunk:
    """A chunk that the device in its certificate signed as a whole.

    Raises:
        MalformedError: not a chunk of version 1.
        BadSignature: of the certificate or of the chunk.
    """
    if len(encoded) > MAX_CHUNK_BYTES:
        raise MalformedError(f"a chunk of history has at most {MAX_CHUNK_BYTES} bytes, not {len(encoded)}")
    reader = Reader(encoded)
    content, signature = reader.opaque(most=MAX_CHUNK_BYTES), reader.opaque(most=signatures.SIGNATURE_BYTES)
    reader.end()
    chunk = codec.decode(content, _read_chunk)
    signatures.verify_with_label(chunk.certificate.signature_key, labels.HISTORY_CHUNK, content, signature)
    return chunk


def _read_chunk(reader: Reader) -> Chunk:
    return Chunk(
        header=_read_header(reader),
        certificate=verify_certificate(reader.opaque(most=MAX_CERTIFICATE_BYTES)),
        kem_output=reader.opaque(most=hpke.KEM_OUTPUT_BYTES),
        ciphertext=reader.opaque(most=MAX_CHUNK_BYTES),
    )


def _read_header(reader: Reader) -> ChunkHeader:
    if (version := reader.uint(2)) != VERSION:
        raise MalformedError(f"chunks of history of version {version} need a newer version of this program")
    header = ChunkHeader(
        operation=OperationId(reader.fixed(OPERATION_ID_BYTES)),
        channel=ChannelId(reader.fixed(CHANNEL_ID_BYTES)),
        generation=reader.uint(4),
        request=RequestId(reader.fixed(REQUEST_ID_BYTES)),
        account=AccountId(reader.fixed(ACCOUNT_ID_BYTES)),
        device=DeviceId(reader.fixed(DEVICE_ID_BYTES)),
        number=reader.uint(4),
        first=reader.uint(8),
        last=reader.uint(8),
        is_last=_flag(reader),
    )
    if not FIRST_SEQUENCE <= header.first <= header.last:
        raise MalformedError("a chunk of history is about log entries from the first on, in their order")
    return header


def _flag(reader: Reader) -> bool:
    value = reader.uint(1)
    if value > 1:
        raise MalformedError("a flag is 0 or 1")
    return bool(value)
