"""What each signature, hash and sealing is for, so that none is taken for another (docs/protocol.md section 1)."""

import hashlib

from cencomm import codec

LEDGER_ENTRY = b"cencomm ledger entry"
COSIGNATURE = b"cencomm cosignature"
DEVICE_CERTIFICATE = b"cencomm device certificate"
ENROLMENT = b"cencomm enrolment"
LEDGER_HEAD = b"cencomm ledger head"
LOG_HEAD = b"cencomm log head"
LOG_RECEIPT = b"cencomm log receipt"
REJECTION = b"cencomm rejection"
HISTORY = b"cencomm history"
HISTORY_CHUNK = b"cencomm history chunk"
INVITATION = b"cencomm invitation"
RESET = b"cencomm reset"
KEY_WORDS = b"cencomm key words"
FOUNDING = b"cencomm founding"
FOUNDING_ANSWER = b"cencomm founding answer"
LOG = b"cencomm log"
SALTED_HASH = b"cencomm salted hash"
CONTENT_KEY = b"cencomm content key"
CONTENT_KEY_WRAP = b"cencomm content key wrap"
BLOB = b"cencomm blob"


def labelled_hash(label: bytes, *fields: bytes) -> bytes:
    """H(label, fields…) of docs/protocol.md section 1; `fields` are encoded already."""
    return hashlib.sha256(codec.opaque(label) + b"".join(fields)).digest()
