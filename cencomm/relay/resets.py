"""New credentials for an account whose password or device is lost (D7, L6; ADR 0014).

    coordinator: offer(account, hash of the ticket)   whoever holds the letter: leave(ticket, keys, credentials)
    coordinator: `replace` in the ledger              the credentials with exactly those keys count, all else ends

The relay alone can do nothing of it: without the unit's entry nothing changes. And one operation's unit cannot make
itself an account's owner elsewhere: where another ledger still names the old identity, the account is a stranger.
"""

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection

from cencomm.ids import AccountId, OperationId
from cencomm.ledger.enrolment import decode_request, verify_proof
from cencomm.ledger.refusal import Refused
from cencomm.relay.announcement import EnrolmentStored
from cencomm.relay.entitlement import require_coordinator, require_member
from cencomm.relay.errors import NotFound
from cencomm.relay.queries import operations as operation_queries
from cencomm.relay.queries import resets as queries
from cencomm.relay.queries.accounts import account_of
from cencomm.relay.queries.resets import Credentials
from cencomm.relay.queries.sessions import sessions_of
from cencomm.relay.sessions import end_session
from cencomm.relay.state import Draft
from cencomm.wire.limits import RESET_SECONDS
from cencomm.wire.resets import AskReset, OfferReset


@dataclass(frozen=True, slots=True)
class Ticket:
    """A reset that a unit offered, and what somebody who held its letter asks for."""

    ticket_hash: bytes
    operation: OperationId
    account: AccountId


def offer_reset(
    connection: Connection, draft: Draft, coordinator: AccountId, operation: OperationId, asked: OfferReset, *, now: int
) -> None:
    """Whoever holds the ticket may leave credentials for this member; an older offer of the operation ends.

    Raises:
        NotFound, AccessDenied: not a coordinator, or the account is no member.
    """
    ledger = draft.ledger(operation)
    require_coordinator(ledger, coordinator, now=now)
    require_member(ledger, asked.account, now=now)
    queries.forget_old_resets(connection, now=now)
    queries.offer(connection, operation, asked.account, asked.ticket_hash, until=now + RESET_SECONDS)


def read_ticket(connection: Connection, asked: AskReset, *, now: int) -> Ticket:
    """What the ticket is for. Asked before anything costs the relay time.

    Raises:
        NotFound: no such ticket, or it has ended.
    """
    ticket_hash = sha256(asked.ticket).digest()
    found = queries.find_offer(connection, ticket_hash, now=now)
    if found is None:
        raise NotFound
    return Ticket(ticket_hash, *found)


def leave_credentials(connection: Connection, draft: Draft, asked: AskReset, verifier: str, *, now: int) -> None:
    """The credentials wait for the unit's `replace`, in place of those that came with the same ticket.

    Raises:
        NotFound: no such ticket, or it has ended.
        MalformedError, BadSignature: no request, or not by the holder of its identity key.
        Refused: for another operation or account, under another sign-in name, or with keys that were used (D7, L6).
    """
    ticket = read_ticket(connection, asked, now=now)
    request = decode_request(asked.request)
    keys, ledger = request.keys, draft.ledger(ticket.operation)
    if request.operation != ticket.operation or keys.account != ticket.account:
        raise Refused("D7", "the request is for another operation or account than the letter")
    verify_proof(keys, ticket.operation)
    if account_of(connection, ticket.account).handle != asked.handle:
        raise Refused("D7", "a reset keeps the sign-in name: this is another one")
    if keys.identity_key in ledger.spent or keys.exchange_key in ledger.spent:
        raise Refused("L6", "the keys were used in this operation before")
    credentials = Credentials(
        identity_key=keys.identity_key,
        salt=asked.salt,
        profile=asked.profile,
        verifier=verifier,
        vault=asked.vault,
    )
    queries.leave_credentials(connection, ticket.ticket_hash, credentials)
    operation_queries.put_enrolment(connection, ticket.operation, ticket.account, asked.request)
    draft.announcements.append(EnrolmentStored(ticket.operation))


def follow_replace(
    connection: Connection, draft: Draft, operation: OperationId, account: AccountId, identity_key: bytes
) -> None:
    """In the transaction that accepted the entry: credentials that came with these keys count from here on.

    Every session ends, so that whoever has the old password or device does nothing more. An account that gave its new
    keys while it was signed in has left no credentials, and keeps its own.
    """
    credentials = queries.find_credentials(connection, operation, account, identity_key)
    queries.drop_reset(connection, operation, account)
    if credentials is None:
        return
    for session in sessions_of(connection, account, now=0):
        end_session(connection, draft, session.token_hash)
    queries.begin_anew(connection, account, credentials)
    draft.identities[account] = identity_key
