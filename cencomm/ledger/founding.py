"""Two coordinators found an operation together, before its id exists (rules L5, D7; ADR 0010).

creator                                              second coordinator
  nonce, code  --- founding letter, by hand --->     compares the founding words by voice
  verify_request(request, code)  <-- the relay's slot ---  EnrolmentRequest for the nonce, under the code
  charter with both keys                             the operation's own words are those of both
"""

from dataclasses import dataclass

from cencomm import codec
from cencomm.errors import ProtocolError
from cencomm.ids import OperationId, from_hex
from cencomm.ledger import fingerprint, labels
from cencomm.ledger.charter import NONCE_BYTES, Charter
from cencomm.ledger.enrolment_code import EnrolmentCode
from cencomm.ledger.entry import SignedEntry
from cencomm.ledger.letter_lines import YES, read_address, read_lines, read_mark, write_lines
from cencomm.primitives import hkdf, signatures

SLOT_BYTES = 16
_FIELDS = ("Relay", "Founding", "Creator", "Words", "Code")
_EXERCISE = "Exercise"


class AnotherFounding(ProtocolError):  # noqa: N818 (names what was found)
    """A charter that is not the one to which this founding letter led."""


@dataclass(frozen=True, slots=True)
class FoundingLetter:
    """What the creator of an operation hands to the coordinator who founds it with them."""

    relay_address: str
    nonce: bytes  # of the charter to come
    creator: bytes  # identity key
    code: EnrolmentCode
    exercise: bool = False  # asks for no device secret (D3)

    @property
    def words(self) -> tuple[str, ...]:
        """Twelve words over nonce and creator: there is no operation id yet whose words could be compared."""
        nonce, creator = codec.fixed(self.nonce, NONCE_BYTES), codec.fixed(self.creator, signatures.PUBLIC_KEY_BYTES)
        return fingerprint.words(OperationId(labels.labelled_hash(labels.FOUNDING, nonce, creator)))

    @property
    def slot(self) -> bytes:
        """Where the answer lies at the relay. Only who holds the code finds it, and the slot tells nothing of it."""
        return answer_slot(self.code)

    def text(self) -> str:
        """The letter in full, the code in clear: print it, never log it."""
        values = (self.relay_address, self.nonce.hex(), self.creator.hex(), " ".join(self.words), self.code.text())
        lines = dict(zip(_FIELDS, values, strict=True))
        return write_lines("CENcomm founding letter", {**lines, **({_EXERCISE: YES} if self.exercise else {})})


def answer_slot(code: EnrolmentCode) -> bytes:
    return hkdf.expand(hkdf.extract(b"", code.expose()), labels.FOUNDING_ANSWER, SLOT_BYTES)


def read_founding_letter(text: str) -> FoundingLetter:
    """The founding letter that `text` holds; its words are those of nonce and creator.

    Raises:
        MalformedError: a line is missing, stands twice, or holds a mistake that the message names.
        FingerprintMismatch: the words are of another founding.
    """
    found = read_lines(text, _FIELDS)
    letter = FoundingLetter(
        read_address(found["Relay"]),
        from_hex(found["Founding"], length=NONCE_BYTES),
        from_hex(found["Creator"], length=signatures.PUBLIC_KEY_BYTES),
        EnrolmentCode.from_text(found["Code"]),
        exercise=read_mark(text, _EXERCISE),
    )
    if found["Words"].lower().split() != list(letter.words):
        raise fingerprint.FingerprintMismatch("the words are not those of this founding: check the letter")
    return letter


def judge_founded(signed: SignedEntry, letter: FoundingLetter, own_identity_key: bytes) -> OperationId:
    """The operation that the creator founded with us. The charter's own rules are `Ledger.start`'s.

    Raises:
        AnotherFounding: another nonce or creator, not with our keys, or no exercise where the letter says so: what
            the letter promised did not come to be.
    """
    charter = signed.entry.body
    if not isinstance(charter, Charter) or charter.nonce != letter.nonce:
        raise AnotherFounding("this is not the charter of the founding letter")
    if signed.entry.signer != letter.creator:
        raise AnotherFounding("the charter is signed by somebody else than the creator on the founding letter")
    if own_identity_key not in {keys.identity_key for keys in charter.coordinators}:
        raise AnotherFounding("the charter names other keys than yours: tell its creator, by voice")
    if letter.exercise and not charter.policy.exercise:
        raise AnotherFounding("the letter says that this is an exercise and the charter does not: tell its creator")
    return OperationId(signed.hash)
