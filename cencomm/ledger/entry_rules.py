"""What an entry must satisfy by itself, before the ledger before it is asked (docs/protocol.md section 3.3)."""

from cencomm.ids import OperationId
from cencomm.ledger import enrolment, entry
from cencomm.ledger.bodies import Charter
from cencomm.ledger.content_key import FIRST_CONTENT_KEY
from cencomm.ledger.enrolment import Keys
from cencomm.ledger.entry import Cosignature, Entry, SignedEntry
from cencomm.ledger.refusal import LedgerRefused
from cencomm.primitives.signatures import BadSignature

MIN_COORDINATORS = 2  # so that one lost key does not end an operation; an exercise does with one
MAX_SECONDS_AHEAD = 5 * 60  # L5: of the relay's clock; more than any clock that is set at all


def judge_charter(signed: SignedEntry) -> Charter:
    """The charter of entry 0, which stands for itself: its hash is the operation id, which the letter shows.

    Raises:
        LedgerRefused: an operation cannot begin like that.
    """
    charter = signed.entry.body
    if not isinstance(charter, Charter):
        raise LedgerRefused("L2", "a ledger begins with a charter")
    if any(signed.entry.previous):
        raise LedgerRefused("L1", "nothing comes before entry 0")
    if signed.entry.cosignatures:
        raise LedgerRefused("L5", "a charter has no cosignature: its coordinators' enrolments stand in it")
    if not charter.coordinators or charter.coordinators[0].identity_key != signed.entry.signer:
        raise LedgerRefused("L2", "the signer of a charter is its first coordinator")
    if len(charter.coordinators) < MIN_COORDINATORS and not charter.policy.exercise:
        raise LedgerRefused(
            "L5", f"an operation has at least {MIN_COORDINATORS} coordinators, only an exercise has one"
        )
    if len(charter.profiles) != len(charter.coordinators):
        raise LedgerRefused("L6", "a charter has one profile for each coordinator")
    if not charter.relay_name:
        raise LedgerRefused("L4", "the charter names its relay")
    if charter.content_key.number != FIRST_CONTENT_KEY:
        raise LedgerRefused("L7", f"the first content key has number {FIRST_CONTENT_KEY}")
    if charter.coordinators[0].proof.mac != enrolment.NO_MAC:
        raise LedgerRefused("D7", "the creator of an operation enrols without a code")
    for keys in charter.coordinators:
        judge_enrolment(keys, OperationId(charter.nonce))
    judge_signature(signed)
    return charter


def judge_signature(signed: SignedEntry) -> None:
    """The signer that the entry names signed it; whether they are a coordinator, the ledger knows."""
    try:
        entry.verify_signature(signed)
    except BadSignature:
        raise LedgerRefused("L1", "the entry's signature does not verify") from None


def judge_cosignature(cosignature: Cosignature, signed: Entry, operation: OperationId) -> None:
    """Another key than the signer's signed the same body for this operation (L5)."""
    if cosignature.signer == signed.signer:
        raise LedgerRefused("L5", "the second signature comes from another coordinator")
    try:
        entry.verify_cosignature(cosignature, operation, signed.body)
    except BadSignature:
        raise LedgerRefused("L5", "the cosignature does not verify") from None


def judge_enrolment(keys: Keys, operation: OperationId) -> None:
    """Whoever is admitted holds the identity key and asked for it, in this operation (D7)."""
    try:
        enrolment.verify_proof(keys, operation)
    except BadSignature:
        raise LedgerRefused("D7", "the enrolment is not signed by the identity key that it brings") from None


def judge_time(signed: Entry, *, now: int) -> None:
    """The entry's time is not one that would stop everybody after it (L5). For whoever accepts entries, once.

    Raises:
        LedgerRefused: the signer's clock is wrong.
    """
    if signed.time > now + MAX_SECONDS_AHEAD:
        raise LedgerRefused("L5", f"the entry's time is {signed.time - now} seconds ahead: check the clock")
