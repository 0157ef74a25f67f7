"""The state in memory, rebuilt from the tables at start. Every ledger is verified again."""

from sqlalchemy import Connection

from cencomm.ids import OperationId
from cencomm.ledger.channel import Channel
from cencomm.ledger.replay import replay
from cencomm.relay.channel_log import Tip
from cencomm.relay.queries import log as log_queries
from cencomm.relay.queries.operations import all_entries
from cencomm.relay.state import State


def load_state(connection: Connection) -> State:
    """What is committed.

    Raises:
        LedgerRefused: a stored ledger does not verify: the database was damaged or tampered with, do not serve it.
    """
    ledgers = {operation: replay(entries) for operation, entries in all_entries(connection).items()}
    rows = log_queries.all_channels(connection)
    tips = {
        (operation, channel.channel): _load_tip(connection, rows[operation, channel.channel], operation, channel)
        for operation, ledger in ledgers.items()
        for channel in ledger.channels.values()
    }
    return State(ledgers, tips)


def _load_tip(connection: Connection, row: int, operation: OperationId, channel: Channel) -> Tip:
    end = log_queries.log_end(connection, row, channel.generation)
    if end is None:
        return Tip.empty(row, operation, channel)
    return Tip(
        row=row,
        operation=operation,
        channel=channel.channel,
        generation=channel.generation,
        group_id=channel.group_id,
        epoch=end.epoch,
        epoch_began_at=end.epoch_began_at,
        sequence=end.sequence,
        hash=end.hash,
    )
