"""Taking in the next entry of a channel's log: order and hash chain, Commits under the ledger's rules, messages.

    entry --chain (S1)--> commit ------> staged by us? adopt (S3)
                                         else process, judge the resulting tree (C2-C6), adopt or stall
                          application -> own row? settle (S3)
                                         else decrypt, anchor (C1), commitment (S7), signature and author (S8)

A message that cannot be taken is set aside with a reason and the log goes on. What is missing on *our* side (ledger
entries that an anchor names) is raised as LedgerBehind and nothing moves: fetch, then call again.
"""

from cencomm.client.channel.commits import receive_commit
from cencomm.client.channel.errors import LogGap
from cencomm.client.channel.messages import receive_application
from cencomm.client.channel.session import ChannelSession, Standing
from cencomm.client.channel.witness import Witness
from cencomm.client.events import (
    Event,
    Place,
)
from cencomm.errors import UsageError
from cencomm.ledger.log import LogKind, log_hash
from cencomm.wire.log import LogEntry


def receive(session: ChannelSession, entry: LogEntry, witness: Witness) -> tuple[ChannelSession, Event]:
    """The session after exactly this entry, and what it brought.

    Raises:
        LogGap: not the entry that follows; read the log from `session.sequence`.
        LedgerBehind: fetch the ledger, then call again; nothing was changed.
    """
    if session.standing is not Standing.LIVE:
        raise UsageError("this device processes nothing more in the channel")
    if entry.sequence != session.sequence + 1:
        raise LogGap(expected=session.sequence + 1, got=entry.sequence)
    kind = LogKind(entry.kind)
    place = Place(
        operation=session.operation,
        channel=session.channel,
        generation=session.generation,
        sequence=entry.sequence,
        log_hash=log_hash(session.channel, session.generation, session.log_hash, entry.sequence, kind, entry.message),
        epoch=session.group.epoch,
    )
    if kind is LogKind.COMMIT:
        return receive_commit(session, entry.message, witness, place)
    return receive_application(session, entry.message, witness, place)
