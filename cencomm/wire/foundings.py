"""The answer to a founding letter, left at the relay for whoever wrote the letter (D7, L5)."""

from msgspec import Struct

from cencomm.wire.errors import refuse_longer
from cencomm.wire.limits import MAX_ENROLMENT_BYTES

SLOT_BYTES = 16


class FoundingAnswer(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """PUT and GET /v1/founding-answers/{slot}: an EnrolmentRequest, which the relay does not read."""

    answer: bytes

    def __post_init__(self) -> None:
        refuse_longer(self.answer, MAX_ENROLMENT_BYTES)
