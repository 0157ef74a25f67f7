"""The state in memory, rebuilt from the tables at start. Every ledger is verified again."""

from dataclasses import replace

from sqlalchemy import Connection

from cencomm.ids import ChannelId, OperationId
from cencomm.ledger.anchor import decode_anchor
from cencomm.ledger.channel import Generation
from cencomm.ledger.replay import Ledger, replay
from cencomm.mls.framing import PublicMessage, decode_mls_message
from cencomm.relay.channel_log import Tip
from cencomm.relay.queries import log as log_queries
from cencomm.relay.queries.operations import all_entries
from cencomm.relay.queries.resets import reset_identities
from cencomm.relay.state import State
from cencomm.wire.limits import MAX_MESSAGE_BYTES


def load_state(connection: Connection) -> State:
    """What is committed.

    Raises:
        LedgerRefused: a stored ledger does not verify: the database was damaged or tampered with, do not serve it.
    """
    ledgers = {operation: replay(entries) for operation, entries in all_entries(connection).items()}
    rows = log_queries.all_channels(connection)
    tips = {
        (operation, channel.channel): _owing(
            connection,
            ledger,
            load_tip(connection, rows[operation, channel.channel], operation, channel.channel, channel.generations[-1]),
        )
        for operation, ledger in ledgers.items()
        for channel in ledger.channels.values()
    }
    return State(ledgers, tips, reset_identities(connection))


def load_tip(
    connection: Connection, row: int, operation: OperationId, channel: ChannelId, generation: Generation
) -> Tip:
    """Where the log of that generation ends, the current one or an ended one."""
    begun = Tip.empty(row, operation, channel, generation)
    end = log_queries.log_end(connection, row, generation.number)
    if end is None:
        return begun
    return replace(
        begun,
        epoch=end.epoch,
        epoch_began_at=end.epoch_began_at,
        sequence=end.sequence,
        hash=end.hash,
    )


def _owing(connection: Connection, ledger: Ledger, tip: Tip) -> Tip:
    """The mark that a revocation left before the restart (C7): else the Commit that carries it out would wait its turn.

    Whoever can make a relay restart could so keep a revoked member in for as long as turns and quotas hold others up.
    """
    if tip.epoch == 0:
        return tip
    began = tip.epoch_began_at
    (commit,) = log_queries.entries_between(
        connection, tip.row, tip.generation, after=began - 1, up_to=began, most=1, most_bytes=MAX_MESSAGE_BYTES
    )
    message = decode_mls_message(commit.message)
    assert isinstance(message, PublicMessage)  # it was let in as a Commit (C2)
    since = decode_anchor(message.authenticated_data).ledger_sequence
    before = [key for key in ledger.identities if ledger.is_entitled(tip.channel, key, at=since)]
    revoked = any(not ledger.is_entitled(tip.channel, key, at=ledger.sequence) for key in before)
    accounts = {ledger.identities[key].account for key in before}
    ended = any(account in accounts and at > since for (account, _), at in ledger.membership.ended_devices.items())
    return replace(tip, owes_removal=revoked or ended)
