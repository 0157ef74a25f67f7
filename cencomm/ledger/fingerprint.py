"""The operation id as people compare it: twelve words that can be said in nine languages, and a QR code.

Each word is 16 bits as consonant-vowel-consonant-vowel-consonant; together they are the first 192 bits of the id. To
make another operation with the same words takes 2^192 charters; to make one with the same six words, 2^96.
"""

from cencomm import codec
from cencomm.errors import MalformedError, ProtocolError
from cencomm.ids import OPERATION_ID_BYTES, OperationId, from_hex
from cencomm.ledger import labels

WORDS = 12
KEY_WORDS = 6
QR_PREFIX = "CENCOMM1:"
_CONSONANTS = "bdfghjklmnprstvz"  # 16, without those that languages pronounce apart or mix up (c, q, w, x, y)
_VOWELS = "aiou"
_WORD_LETTERS = 5
_WORD_BYTES = 2
_MAX_TEXT = 1000  # a text field filled by mistake is refused before it is read


class FingerprintMismatch(ProtocolError):  # noqa: N818 (names what was found)
    """The words are of another operation: a wrong letter, or a relay that shows a ledger of its own."""


def words(operation: OperationId) -> tuple[str, ...]:
    """The twelve words of an operation."""
    return tuple(_word(operation[start : start + _WORD_BYTES]) for start in range(0, WORDS * _WORD_BYTES, _WORD_BYTES))


def key_words(identity_key: bytes, exchange_key: bytes) -> tuple[str, ...]:
    """Six words, 96 bits, for the keys of one person, to be compared by voice."""
    digest = labels.labelled_hash(labels.KEY_WORDS, codec.fixed(identity_key, 32), codec.fixed(exchange_key, 32))
    return words(OperationId(digest))[:KEY_WORDS]


def from_words(text: str) -> bytes:
    """The first 24 bytes of the operation id that these words write; case and spacing do not matter.

    Raises:
        MalformedError: not twelve such words; the text says which one is none.
    """
    if len(text) > _MAX_TEXT:
        raise MalformedError("this is far longer than twelve words")
    spoken = text.lower().split()
    if len(spoken) != WORDS:
        raise MalformedError(f"a fingerprint has {WORDS} words, here are {len(spoken)}")
    return b"".join(map(_bytes, spoken))


def verify_words(operation: OperationId, text: str) -> None:
    """The words are those of `operation`, as far as words go.

    Raises:
        MalformedError: no words of a fingerprint.
        FingerprintMismatch: those of another operation.
    """
    if from_words(text) != operation[: WORDS * _WORD_BYTES]:
        raise FingerprintMismatch("the words are not those of this operation: check the access letter")


def qr_text(operation: OperationId) -> str:
    """For a QR code; upper case, digits and a colon fit its compact alphanumeric mode."""
    return QR_PREFIX + operation.hex().upper()


def parse_qr_text(text: str) -> OperationId:
    """The operation id that a QR code holds, whole.

    Raises:
        MalformedError: another QR code.
    """
    digits = text.removeprefix(QR_PREFIX)
    if digits == text or digits != digits.upper():
        raise MalformedError("this is not the QR code of a CENcomm operation")
    return OperationId(from_hex(digits.lower(), length=OPERATION_ID_BYTES))


def _word(pair: bytes) -> str:
    number = int.from_bytes(pair, "big")
    return (
        _CONSONANTS[number >> 12]
        + _VOWELS[number >> 10 & 3]
        + _CONSONANTS[number >> 6 & 15]
        + _VOWELS[number >> 4 & 3]
        + _CONSONANTS[number & 15]
    )


def _bytes(word: str) -> bytes:
    number = 0
    for place, letter in enumerate(word):
        letters = _VOWELS if place % 2 else _CONSONANTS
        digit = letters.find(letter)
        if digit < 0 or place >= _WORD_LETTERS:
            raise MalformedError(f"{word!r} is no word of a fingerprint")
        number = number * len(letters) + digit
    if len(word) != _WORD_LETTERS:
        raise MalformedError(f"{word!r} is no word of a fingerprint")
    return number.to_bytes(_WORD_BYTES, "big")
