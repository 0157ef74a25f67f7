"""An account goes on under new keys and a new password (D7, L6; docs/protocol.md section 3.6)."""

from typing import Annotated

from msgspec import Meta, Struct

from cencomm.wire.accounts import Profile
from cencomm.wire.errors import refuse_longer
from cencomm.wire.fields import Account, Handle, Hash, Salt, SignInSecret
from cencomm.wire.limits import MAX_ENROLMENT_BYTES, MAX_RESET_VAULT_BYTES

TICKET_BYTES = 32
Ticket = Annotated[bytes, Meta(min_length=TICKET_BYTES, max_length=TICKET_BYTES)]


class OfferReset(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST …/resets, by a coordinator: whoever shows the ticket with this SHA-256 may leave new credentials."""

    account: Account
    ticket_hash: Hash


class AskReset(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST /v1/resets, by whoever holds the reset letter. Nothing of it counts before the unit's `replace`."""

    ticket: Ticket
    request: bytes  # EnrolmentRequest with the new keys
    handle: Handle  # the account's own: a reset changes no name
    salt: Salt
    profile: Profile
    sign_in_secret: SignInSecret
    vault: bytes  # sealed as version 1

    def __post_init__(self) -> None:
        refuse_longer(self.request, MAX_ENROLMENT_BYTES)
        refuse_longer(self.vault, MAX_RESET_VAULT_BYTES)

    def __repr__(self) -> str:
        return "AskReset(…)"
