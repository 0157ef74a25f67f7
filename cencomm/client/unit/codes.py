"""Enrolment codes as coordinators' programs tell them each other (rule D7; docs/protocol.md section 6.1, kind 4)."""

from dataclasses import dataclass

from cencomm import codec
from cencomm.client.events import ControlDelivered
from cencomm.client.operation.invitation import ID_BYTES, Invitation, read_invitation
from cencomm.client.operation.operation import Operation
from cencomm.client.operation.unit import judge_unit
from cencomm.client.vault.state_store import StateStore, Writes
from cencomm.errors import MalformedError
from cencomm.ids import OperationId


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """Invitations that wait, and ids of those that do not any more."""

    invitations: tuple[Invitation, ...] = ()
    withdrawn: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        invitations = codec.vector(invitation.encode() for invitation in self.invitations)
        return invitations + codec.vector(codec.fixed(one, ID_BYTES) for one in self.withdrawn)


def decode_codes(data: bytes) -> Codes:
    """Raises MalformedError for anything that `Codes.encode` does not write."""
    return codec.decode(
        data,
        lambda reader: Codes(
            invitations=reader.vector(read_invitation),
            withdrawn=reader.vector(lambda item: item.fixed(ID_BYTES)),
        ),
    )


async def take_codes(store: StateStore, operation: Operation, event: ControlDelivered) -> Writes:
    """Keep what a coordinator shared. What was withdrawn stays so, in whatever order it is heard.

    Raises:
        NotTheUnits: not said by a coordinator in the unit's channel: nobody else hands out places.
        MalformedError: not codes, or made after an entry that their author had not seen.
    """
    judge_unit(operation, event)
    codes = decode_codes(event.control.body)
    if any(one.since > event.control.ledger_sequence for one in codes.invitations):  # else it outlived its author
        raise MalformedError("a letter from a later time than the message that tells of it")
    writes: dict[str, bytes | None] = {}
    for invitation in codes.invitations:
        if await store.get(withdrawn_key(operation.id, invitation.id)) is None:
            writes[invitation_key(operation.id, invitation.id)] = invitation.encode()
    for one in codes.withdrawn:
        writes |= {invitation_key(operation.id, one): None, withdrawn_key(operation.id, one): b""}
    return writes


def invitation_prefix(operation: OperationId) -> str:
    return f"invitation/{operation.hex()}/"


def invitation_key(operation: OperationId, invitation: bytes) -> str:
    return invitation_prefix(operation) + invitation.hex()


def withdrawn_key(operation: OperationId, invitation: bytes) -> str:
    return f"withdrawn-invitation/{operation.hex()}/{invitation.hex()}"
