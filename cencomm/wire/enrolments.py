"""Enrolment requests (D7): the relay passes them on and can check nothing but their shape and signature."""

from typing import Annotated

from msgspec import Meta, Struct

from cencomm.wire.errors import refuse_longer
from cencomm.wire.limits import MAX_ENROLMENT_BYTES, MAX_WAITING_ENROLMENTS


class Enrol(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST …/enrolments: an encoded EnrolmentRequest of this account. A newer one replaces it."""

    request: bytes

    def __post_init__(self) -> None:
        refuse_longer(self.request, MAX_ENROLMENT_BYTES)


class Enrolments(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """GET …/enrolments, for coordinators: those whose account is not admitted yet, oldest first."""

    requests: Annotated[tuple[bytes, ...], Meta(max_length=MAX_WAITING_ENROLMENTS)]
