"""The state in memory, rebuilt from the tables at start. Every ledger is verified again."""

from dataclasses import replace

from sqlalchemy import Connection

from cencomm.ids import ChannelId, OperationId
from cencomm.ledger.channel import Generation
from cencomm.ledger.replay import replay
from cencomm.relay.channel_log import Tip
from cencomm.relay.queries import log as log_queries
from cencomm.relay.queries.operations import all_entries
from cencomm.relay.queries.resets import reset_identities
from cencomm.relay.state import State


def load_state(connection: Connection) -> State:
    """What is committed.

    Raises:
        LedgerRefused: a stored ledger does not verify: the database was damaged or tampered with, do not serve it.
    """
    ledgers = {operation: replay(entries) for operation, entries in all_entries(connection).items()}
    rows = log_queries.all_channels(connection)
    tips = {
        (operation, channel.channel): load_tip(
            connection, rows[operation, channel.channel], operation, channel.channel, channel.generations[-1]
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
