"""Two coordinators found an operation: letter, answer, charter (rules L5, D7; ADR 0010).

Each step may be repeated. A charter whose answer was lost is found again at the relay by its nonce, so that the same
founding never makes two operations.
"""

from dataclasses import dataclass

from cencomm import codec
from cencomm.client.mailbox import Mailbox
from cencomm.client.operation.chartering import Founder
from cencomm.client.operation.invitation import MAX_PROFILE_BYTES
from cencomm.client.operation.ledger_feed import pin_operation
from cencomm.client.transport.errors import NotFound
from cencomm.errors import UsageError
from cencomm.ids import OperationId
from cencomm.ledger.charter import NONCE_BYTES, Charter
from cencomm.ledger.enrolment import decode_request, request_enrolment, verify_request
from cencomm.ledger.enrolment_code import CODE_BYTES, EnrolmentCode
from cencomm.ledger.entry import decode_signed_entry
from cencomm.ledger.founding import AnotherFounding, FoundingLetter, answer_slot, judge_founded
from cencomm.wire.foundings import FoundingAnswer

PREFIX = "founding/"


class NotAnswered(UsageError):  # noqa: N818 (says what is the matter)
    """The founding letter was not answered yet."""

    def __init__(self) -> None:
        super().__init__(
            "the second coordinator has not answered the founding letter yet: do this again when they have"
        )


@dataclass(frozen=True, slots=True)
class Founding:
    """A founding that waits for its answer. `second` is the profile of whoever gets the letter."""

    nonce: bytes
    code: EnrolmentCode
    second: bytes

    def encode(self) -> bytes:
        nonce, code = codec.fixed(self.nonce, NONCE_BYTES), codec.fixed(self.code.expose(), CODE_BYTES)
        return nonce + code + codec.opaque(self.second)

    def letter(self, mailbox: Mailbox, *, exercise: bool = False) -> FoundingLetter:
        creator = mailbox.identity.identity_key
        return FoundingLetter(mailbox.relay.address, self.nonce, creator, self.code, exercise=exercise)


async def waiting_founding(mailbox: Mailbox, plan: str) -> Founding | None:
    """The founding that was begun here for the plan of this name."""
    value = await mailbox.store.get(PREFIX + plan)
    return None if value is None else codec.decode(value, _read_founding)


async def begin_founding(mailbox: Mailbox, plan: str, *, second: bytes) -> Founding:
    """A founding for the plan of this name, kept here until it is done."""
    entropy = mailbox.environment.entropy
    founding = Founding(entropy(NONCE_BYTES), EnrolmentCode.generate(entropy), second)
    async with mailbox.lock:
        await mailbox.write({PREFIX + plan: founding.encode()})
    return founding


async def end_founding(mailbox: Mailbox, plan: str) -> None:
    async with mailbox.lock:
        await mailbox.write({PREFIX + plan: None})


async def answer_to(mailbox: Mailbox, founding: Founding) -> Founder:
    """Whoever answered the letter, as the charter is to name them.

    Raises:
        NotAnswered: nobody yet.
        WrongCode, BadSignature: not by the reader of the letter, or keys were swapped at the relay.
        BadPublicKey: nothing can be sealed to their exchange key.
        UsageError: our own answer.
    """
    try:
        answer = await mailbox.relay.founding_answer(answer_slot(founding.code))
    except NotFound:
        raise NotAnswered from None
    request = decode_request(answer.answer)
    keys = verify_request(request, founding.code)
    if request.operation != founding.nonce:
        raise AnotherFounding("the answer is for another founding")
    if keys.account == mailbox.identity.account or keys.identity_key == mailbox.identity.identity_key:
        raise UsageError("you cannot be the second coordinator of your own operation")
    return Founder(keys=keys, profile=founding.second)


async def answer_founding(mailbox: Mailbox, letter: FoundingLetter) -> None:
    """Ask to found the operation with the writer of the letter, whose words were compared."""
    identity = mailbox.identity
    request = request_enrolment(
        OperationId(letter.nonce),
        identity.account,
        identity.signing_key,
        identity.exchange_key.public_key(),
        letter.code,
    )
    await mailbox.relay.leave_founding_answer(letter.slot, FoundingAnswer(answer=request.encode()))


async def founded(mailbox: Mailbox, letter: FoundingLetter) -> OperationId | None:
    """The operation to which the letter led, once the relay has it, with ourselves in it; from then on it is ours.

    Raises:
        AnotherFounding: a charter with its nonce that is not signed by its creator, without our keys, or of an
            operation where the letter says exercise.
        LedgerRefused: what the relay shows is no operation.
    """
    for known in mailbox.operations.values():
        if known.ledger.charter.nonce == letter.nonce:
            return known.id
    for head in (await mailbox.relay.operations()).operations:
        page = await mailbox.relay.ledger(head.operation, after=-1)
        first = decode_signed_entry(page.entries[0]) if page.entries else None
        charter = None if first is None else first.entry.body
        if first is None or not isinstance(charter, Charter) or charter.nonce != letter.nonce:
            continue
        operation = judge_founded(first, letter, mailbox.identity.identity_key)
        await pin_operation(mailbox, operation)
        return operation
    return None


def _read_founding(reader: codec.Reader) -> Founding:
    nonce, code = reader.fixed(NONCE_BYTES), EnrolmentCode(reader.fixed(CODE_BYTES))
    return Founding(nonce, code, reader.opaque(most=MAX_PROFILE_BYTES))
