"""Entries and events as the fixtures tell them: what two implementations have to agree on, and no more."""

from collections.abc import Mapping, Sequence
from typing import assert_never

from cencomm.client.events import (
    ChannelStalled,
    ControlDelivered,
    EpochBegan,
    Event,
    MessageDelivered,
    Quarantined,
    Reason,
    RemovedFromChannel,
    Repeated,
)
from cencomm.wire.log import LogEntry

Json = str | int | bool | None | Sequence["Json"] | Mapping[str, "Json"]

WORDED_APART = frozenset({Reason.UNDECRYPTABLE, Reason.WRONG_EPOCH, Reason.OWN_UNKNOWN, Reason.BAD_PAYLOAD})
"""The sentence comes from MLS or a decoder, where two implementations may say it in other words."""
RULES_OF_MLS = frozenset({"RFC 9420", "C2", "C10"})


def entry_told(entry: LogEntry) -> Mapping[str, Json]:
    return {"sequence": entry.sequence, "kind": entry.kind, "epoch": entry.epoch, "message": entry.message.hex()}


def event_told(event: Event) -> Mapping[str, Json]:
    place: Mapping[str, Json] = {"log_hash": event.place.log_hash.hex(), "epoch": event.place.epoch}
    match event:
        case MessageDelivered() | ControlDelivered():
            said = event.envelope.message if isinstance(event, MessageDelivered) else event.control.message
            return {
                "kind": "message" if isinstance(event, MessageDelivered) else "control",
                **place,
                "account": event.account.hex(),
                "identity_key": event.identity_key.hex(),
                "message": said.hex(),
                "salt": event.salt.hex(),
                "own": event.own,
                "author_revoked": event.author_revoked,
            }
        case Repeated():
            return {"kind": "repeated", **place}
        case Quarantined():
            return {
                "kind": "quarantined",
                **place,
                "reason": event.reason.value,
                "detail": None if event.reason in WORDED_APART else event.detail,
                "account": None if event.account is None else event.account.hex(),
                "alarm": event.alarm,
            }
        case EpochBegan():
            return {
                "kind": "epoch",
                **place,
                "committer": event.committer.hex(),
                "added": [account.hex() for account in event.added],
                "removed": [account.hex() for account in event.removed],
                "own": event.own,
            }
        case RemovedFromChannel():
            return {"kind": "removed", **place, "committer": event.committer.hex()}
        case ChannelStalled():
            return {
                "kind": "stalled",
                **place,
                "rule": event.rule,
                "detail": None if event.rule in RULES_OF_MLS else event.detail,
                "commit_hash": event.commit_hash.hex(),
            }
        case _:
            assert_never(event)


__all__ = ["Json", "entry_told", "event_told"]
