"""Rejections (C9, C11): members say which Commit or Welcome they refuse. The relay keeps them and judges nobody."""

from sqlalchemy import Connection

from cencomm.ids import AccountId
from cencomm.ledger.refusal import Refused
from cencomm.ledger.rejection import verify_rejection
from cencomm.ledger.replay import Ledger
from cencomm.relay.channel_log import Tip
from cencomm.relay.errors import TooMany
from cencomm.relay.queries.welcomes import add_rejection, count_rejections

MAX_OWN_REJECTIONS = 50  # of an account in a channel; two by different identities are enough for the unit to act
DAY_SECONDS = 24 * 3600


def reject(connection: Connection, ledger: Ledger, tip: Tip, account: AccountId, rejection: bytes) -> bool:
    """The rejection is kept for those entitled to the channel. Whether it is new: only then they are told.

    Raises:
        MalformedError, BadSignature: not a rejection by the device that it names.
        Refused: by another account or identity, or about another place (C11).
        TooMany: the account has rejected MAX_OWN_REJECTIONS times here.
    """
    said = verify_rejection(rejection)
    if said.certificate.account != account or said.certificate.identity_key != ledger.members[account].identity_key:
        raise Refused("C11", "a rejection is signed by a device of whoever sends it")
    if (said.operation, said.channel, said.generation) != (tip.operation, tip.channel, tip.generation):
        raise Refused("C11", "the rejection is about another channel")
    if not 1 <= said.sequence <= tip.sequence:
        raise Refused("C11", "there is no such entry in the log")
    if count_rejections(connection, tip.row, tip.generation, account) >= MAX_OWN_REJECTIONS:
        raise TooMany(retry_after=DAY_SECONDS)
    return add_rejection(connection, tip.row, tip.generation, account, rejection)
