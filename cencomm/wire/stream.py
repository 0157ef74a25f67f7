"""Frames of GET /v1/stream, JSON text both ways. A push is a wake-up; the log is the truth."""

from typing import TypeAlias

from msgspec import Struct

from cencomm.wire.errors import Error
from cencomm.wire.fields import Channel, Counter, Device, Number32, Operation, Request
from cencomm.wire.log import LogEntry, Publish

CLOSE_SESSION_ENDED = 4401
CLOSE_REVOKED = 4403
CLOSE_TAKEN_OVER = 4409  # the session has ended, since another computer took the mailbox that it held (D4)
CLOSE_TOO_SLOW = 4408  # the reader catches up from the log


class LogPushed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="type", tag="log"):
    operation: Operation
    channel: Channel
    generation: Number32
    entry: LogEntry


class LedgerMovedOn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="type", tag="ledger"):
    operation: Operation
    sequence: Counter


class WelcomeWaits(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="type", tag="welcome"):
    operation: Operation
    channel: Channel
    generation: Number32


class EnrolmentWaits(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="type", tag="enrolment"):
    operation: Operation


class KeyPackagesLow(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="type", tag="key_packages"
):
    """One of the device's packages was reserved; so many one-time ones are left."""

    device: Device
    remaining: Counter


class RejectionStored(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="type", tag="rejection"):
    """A member cannot follow a Commit or a Welcome of the channel: read the rejections (C9, C10, C11)."""

    operation: Operation
    channel: Channel
    generation: Number32


class HistoryMoved(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="type", tag="history"):
    """Of the answers to a request for history something came, was taken or was refused: look at it (H2)."""

    operation: Operation
    request: Request


class PublishFrame(Publish, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="type", tag="publish"):
    """What a client sends: a publish. `id` is of its choice and comes back with the answer."""

    id: Counter
    operation: Operation
    channel: Channel
    generation: Number32


class ReceiptFrame(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="type", tag="receipt"):
    id: Counter
    receipt: bytes


class ErrorFrame(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="type", tag="error"):
    """The publish `id` was not accepted; null: the frame could not be read at all."""

    id: Counter | None
    error: Error


Pushed: TypeAlias = (
    LogPushed
    | LedgerMovedOn
    | WelcomeWaits
    | EnrolmentWaits
    | KeyPackagesLow
    | RejectionStored
    | HistoryMoved
    | ReceiptFrame
    | ErrorFrame
)
"""Everything that a relay sends."""
