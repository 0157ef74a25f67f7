"""What a node keeps of one message."""

from dataclasses import dataclass

from cencomm.client.events import MessageDelivered, Place
from cencomm.forms.envelope import SignedEnvelope
from cencomm.forms.form import Form
from cencomm.ids import AccountId, MessageId
from cencomm.node.records.cells import CellRow


@dataclass(frozen=True, slots=True)
class Author:
    """Who the author was to the others when the message came; None where the relay had not given us the name."""

    name: str | None
    organisation: str | None
    country: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecord:
    """A message on its way into the tables."""

    event: MessageDelivered
    author: Author
    form: Form
    definition: bytes  # the form's, exactly as the ledger names it
    heading: str
    happened_on: str
    received_at: int
    cells: tuple[CellRow, ...]
    words: str  # folded


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What shows, without any key of MLS, that a record is what its author signed and the log committed to."""

    record: int
    place: Place
    message: MessageId
    account: AccountId
    identity_key: bytes
    certificate: bytes
    salt: bytes
    signed: SignedEnvelope
