"""Whether an anchor is for this place and on our histories (rules C1, C3, L4)."""

from cencomm.errors import MalformedError
from cencomm.ids import ChannelId
from cencomm.ledger.anchor import Anchor, decode_anchor
from cencomm.ledger.log import LogKind
from cencomm.ledger.refusal import AnchorRefused, LedgerBehind
from cencomm.ledger.replay import Ledger


def judge_anchor(
    ledger: Ledger,
    authenticated_data: bytes,
    *,
    kind: LogKind,
    channel: ChannelId,
    generation: int,
    sequence: int,
    epoch_began_at: int,
) -> Anchor:
    """The anchor of log entry `sequence`: for this channel, on our ledger, and its log view possible at that place.

    `epoch_began_at` is the log sequence of the Commit that began the message's epoch, 0 in epoch 0.

    Raises:
        AnchorRefused: the sender broke C1, or stands on a ledger that is not ours (C3).
        LedgerBehind: the sender holds more of the ledger than we do; nothing is said about the message yet.
    """
    try:
        anchor = decode_anchor(authenticated_data)
    except MalformedError as malformed:
        raise AnchorRefused("C1", f"the authenticated data is no anchor: {malformed}") from None
    if anchor.kind is not kind:
        raise AnchorRefused("C1", f"the anchor is of the kind {anchor.kind.name.lower()}, the message is not")
    if anchor.operation != ledger.operation:
        raise AnchorRefused("C1", "the anchor is of another operation")
    if anchor.channel != channel:
        raise AnchorRefused("C1", "the anchor is of another channel")
    if anchor.generation != generation:
        raise AnchorRefused("C1", "the anchor is of another generation of the channel")
    _judge_ledger_view(ledger, anchor)
    if not epoch_began_at <= anchor.log_sequence < sequence:
        raise AnchorRefused("C1", "the anchor's log view is not between the epoch's beginning and the message")
    return anchor


def judge_log_view(anchor: Anchor, held: bytes) -> None:
    """The sender processed the same log as we did, up to its view.

    It is apart from `judge_anchor` since it decides no Commit's validity: members with two logs must notice, not
    part (L4). `held` is our own log hash at `anchor.log_sequence`, zeros for 0.

    Raises:
        AnchorRefused: quarantine the message, raise the alarm and name its sender.
    """
    if anchor.log_hash != held:
        raise AnchorRefused("L4", f"the sender saw another log than we did at entry {anchor.log_sequence}")


def _judge_ledger_view(ledger: Ledger, anchor: Anchor) -> None:
    held = ledger.hash_at(anchor.ledger_sequence)
    if held is None:
        raise LedgerBehind(needed=anchor.ledger_sequence, held=ledger.sequence)
    if held != anchor.ledger_hash:
        raise AnchorRefused("C3", f"the anchor's ledger entry {anchor.ledger_sequence} is not on our chain")
    declared = ledger.channels.get(anchor.channel)
    current = None if declared is None else declared.generation_at(anchor.ledger_sequence)
    if current is None:
        raise AnchorRefused("C1", "the channel does not exist at the anchored head")
    if current.number != anchor.generation:  # not the newest one that we know: no verdict changes with a restart (C3)
        raise AnchorRefused("C1", "the generation is not the channel's current one at the anchored head")
