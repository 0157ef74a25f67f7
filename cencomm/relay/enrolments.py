"""Enrolment requests (D7): passed on to the coordinators. The code's MAC is theirs to judge."""

from sqlalchemy import Connection

from cencomm.ids import AccountId
from cencomm.ledger.enrolment import decode_request, verify_proof
from cencomm.ledger.refusal import Refused
from cencomm.ledger.replay import Ledger
from cencomm.relay.announcement import EnrolmentStored
from cencomm.relay.errors import Taken, TooMany
from cencomm.relay.queries import operations as queries
from cencomm.relay.state import Draft
from cencomm.wire.limits import MAX_WAITING_ENROLMENTS

HOUR_SECONDS = 3600


def ask_to_join(connection: Connection, draft: Draft, ledger: Ledger, account: AccountId, request: bytes) -> None:
    """The request waits for the coordinators, in place of an older one of the same account.

    Raises:
        MalformedError, BadSignature: no request, or not by the holder of its identity key.
        Refused: for another operation or account (D7).
        Taken: the account is a member with these keys; with new ones it asks to be replaced.
        TooMany: MAX_WAITING_ENROLMENTS wait.
    """
    asked = decode_request(request)
    if asked.operation != ledger.operation or asked.keys.account != account:
        raise Refused("D7", "the request is for another operation or account")
    verify_proof(asked.keys, ledger.operation)
    member = ledger.members.get(account)
    if member is not None and member.belongs(at=ledger.sequence) and asked.keys.identity_key == member.identity_key:
        raise Taken("this account is a member with these keys already")
    if queries.count_enrolments(connection, ledger.operation, but=account) >= MAX_WAITING_ENROLMENTS:
        raise TooMany(retry_after=HOUR_SECONDS)
    queries.put_enrolment(connection, ledger.operation, account, request)
    draft.announcements.append(EnrolmentStored(ledger.operation))
