"""The anchors of a channel's log, read again from the relay: evidence that needs none of the keys of then."""

from collections.abc import AsyncIterator

from cencomm.client.channel.errors import RelayWithholds
from cencomm.client.transport.relay_client import RelayClient
from cencomm.errors import MalformedError
from cencomm.ids import ChannelId, OperationId
from cencomm.ledger.anchor import Anchor, decode_anchor
from cencomm.ledger.log import LogKind, log_hash
from cencomm.mls.framing import PrivateMessage, decode_mls_message


async def logged_anchors(
    relay: RelayClient, operation: OperationId, channel: ChannelId, generation: int, *, first: int, last: int
) -> AsyncIterator[tuple[int, bytes, Anchor | None]]:
    """Sequence, chain hash and anchor of each entry from `first` to `last`; None for Commits and for what is no
    message of ours.

    Where the hash is the one that a member stored when the entry came, entry and anchor are the ones of then: no
    other message leads to it (S1). The caller compares: of the hash before `first` there is only the relay's word.

    Raises:
        RelayWithholds: the log ends before `last`.
        Unavailable, Refusal: the relay does not answer, or not to us.
    """
    after = first - 1
    while after < last:
        page = await relay.log(operation, channel, generation, after=after)
        chain = page.previous
        if not page.entries:
            raise RelayWithholds(f"the relay's log ends at {after}, records go on to {last}")
        for entry in page.entries:
            chain = log_hash(channel, generation, chain, entry.sequence, LogKind(entry.kind), entry.message)
            after = entry.sequence
            if after <= last:
                yield after, chain, _anchor(entry.message)


def _anchor(message: bytes) -> Anchor | None:
    try:
        decoded = decode_mls_message(message)
        if not isinstance(decoded, PrivateMessage):
            return None
        return decode_anchor(decoded.authenticated_data)
    except MalformedError:
        return None
