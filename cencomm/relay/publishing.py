"""A message enters a log: the order of checks of docs/protocol.md section 8, inside the writer's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from cencomm.clock import Clock
from cencomm.errors import CencommError
from cencomm.ledger.log import LogKind
from cencomm.ledger.refusal import Refused
from cencomm.relay import mailbox
from cencomm.relay.announcement import EntryLogged, KeyPackageTaken, WelcomeStored
from cencomm.relay.channel_log import Logged, Tip
from cencomm.relay.entitlement import require_entitled
from cencomm.relay.errors import LedgerMoved, StaleEpoch
from cencomm.relay.notary import Notary
from cencomm.relay.pacing import Pacing
from cencomm.relay.queries import devices as device_queries
from cencomm.relay.queries import log as queries
from cencomm.relay.queries.devices import ClaimedDevice
from cencomm.relay.queries.log import NewEntry, SendKey
from cencomm.relay.queries.welcomes import add_welcome
from cencomm.relay.state import Draft
from cencomm.relay.submission import Framing, Submission
from cencomm.wire.limits import WELCOMES_KEPT_BYTES
from cencomm.wire.log import LogEntry


@dataclass(frozen=True, slots=True)
class Publishing:
    notary: Notary
    clock: Clock
    pacing: Pacing

    def accept_messages(
        self, connection: Connection, draft: Draft, submissions: Sequence[Submission]
    ) -> list[bytes | CencommError]:
        """A receipt or a refusal for each of a run of application messages.

        Each is judged against the draft that those before it left, and only then is anything stored, in one insert:
        a refused one changes nothing for the others.
        """
        keys = [_send_key(draft, submission) for submission in submissions]
        sends = queries.find_sends(connection, (key for key in keys if isinstance(key, tuple)))
        outcomes: list[bytes | CencommError] = []
        entries: list[NewEntry] = []
        for key, submission in zip(keys, submissions, strict=True):
            if isinstance(key, CencommError):
                outcomes.append(key)
                continue
            tip = draft.tip(submission.operation, submission.channel)
            try:
                if key not in sends:
                    framing = self._judge(draft, tip, submission)
                    sends[key] = _append(draft, tip, submission, framing, entries)
                outcomes.append(self.notary.receipt(tip, sends[key], submission.publish.send_id))
            except CencommError as exc:
                outcomes.append(exc)
        queries.add_log_entries(connection, entries)
        return outcomes

    def accept_with_mailbox(self, connection: Connection, draft: Draft, submission: Submission) -> bytes:
        """The receipt of a message of a device that roams; its sealed state is stored with it, or neither is (D4).

        The write comes first, also for a retry whose receipt exists: who is not the holder any more gets nothing in.

        Raises:
            NotHolder, StaleVersion: another computer has the mailbox, or wrote it.
            CencommError: as `accept_messages` and `accept_commit`.
        """
        if submission.publish.kind == LogKind.COMMIT:
            return self.accept_commit(connection, draft, submission)
        self._write_mailbox(connection, draft, submission)
        (outcome,) = self.accept_messages(connection, draft, [submission])
        if isinstance(outcome, CencommError):
            raise outcome
        return outcome

    def accept_commit(
        self, connection: Connection, draft: Draft, submission: Submission, *, beside_entry: bool = False
    ) -> bytes:
        """The receipt of a Commit, which ends its epoch, with its Welcome waiting for whom it adds.

        Raises:
            NotFound, AccessDenied, MalformedError, Refused: see docs/protocol.md section 8.
            StaleEpoch: another Commit was first.
            LedgerMoved: it enacts another head than the ledger's (C4).
            ChannelBusy: it revokes nobody and has to wait for its turn (C7).
        """
        self._write_mailbox(connection, draft, submission)
        key = _require(_send_key(draft, submission))
        tip = draft.tip(submission.operation, submission.channel)
        known = queries.find_sends(connection, [key]).get(key)
        if known is not None:
            return self.notary.receipt(tip, known, submission.publish.send_id)
        now = self.clock()
        try:
            framing = self._judge(draft, tip, submission)
            claimed = self._judge_commit(connection, draft, submission, framing)
        except (StaleEpoch, LedgerMoved):
            self.pacing.lost(tip, submission.account, now=now)
            raise
        # Never held up: what revokes (C4), what makes the group, and what a coordinator's entry brings along (L3).
        waits = not (tip.owes_removal or tip.epoch == 0 or beside_entry)
        if waits:
            self.pacing.take_turn(tip, submission.account, now=now)
        entries: list[NewEntry] = []
        logged = _append(draft, tip, submission, framing, entries)
        try:
            queries.add_log_entries(connection, entries)
        except queries.EpochEnded:
            raise StaleEpoch(epoch=tip.epoch + 1, sequence=tip.sequence) from None
        self._begin_epoch(draft, submission, paused=waits)
        self.pacing.won(tip, submission.account, now=now)
        if claimed:
            _invite(connection, draft, submission, tip, logged, claimed, now=now)
        return self.notary.receipt(tip, logged, submission.publish.send_id)

    def _begin_epoch(self, draft: Draft, submission: Submission, *, paused: bool) -> None:
        """Whoever was revoked is out; after a Commit that had to wait, so has the next."""
        place = submission.operation, submission.channel
        tip = replace(draft.tips[place], owes_removal=False)
        if paused:
            ledger = draft.ledger(submission.operation)
            members = len(ledger.entitled_accounts(submission.channel, at=ledger.sequence))
            tip = replace(tip, paused_at=self.clock(), pause=self.pacing.pause_of(members))
        draft.tips[place] = tip

    def _write_mailbox(self, connection: Connection, draft: Draft, submission: Submission) -> None:
        if submission.publish.mailbox is not None:
            mailbox.write(connection, draft, submission.account, submission.publish.mailbox, now=self.clock())

    def _judge(self, draft: Draft, tip: Tip, submission: Submission) -> Framing:
        """Checks 2 to 4: who, what, when."""
        ledger = draft.ledger(submission.operation)
        draft.require_own_identity(submission.operation, submission.account)
        member = require_entitled(ledger, submission.account, submission.channel, now=self.clock())
        framing = submission.framing
        if isinstance(framing, CencommError):
            raise framing
        if framing.anchor.ledger_sequence < member.admitted_at:
            # Written before its sender's identity was admitted: by the one before it, in a race with its replacement.
            raise Refused("C1", "the message is older than the membership of whoever sends it")
        if submission.generation != tip.generation or framing.group_id != tip.group_id:
            raise Refused("L8", "the message is of another group than the ledger's for this channel")
        anchor = framing.anchor
        place = (anchor.operation, anchor.channel, anchor.generation)
        if place != (submission.operation, submission.channel, submission.generation):
            raise Refused("C1", "the anchor is of another operation, channel or generation")
        if framing.epoch != tip.epoch:
            raise StaleEpoch(epoch=tip.epoch, sequence=tip.sequence)
        if framing.kind is LogKind.APPLICATION and tip.epoch == 0:
            raise Refused("L8", "the first accepted Commit makes the group; before it there is nobody to write to")
        if framing.kind is LogKind.APPLICATION and ledger.hash_at(anchor.ledger_sequence) != anchor.ledger_hash:
            # Members would wait for entries that do not exist: one insider could stop everybody's reading.
            raise Refused("C1", "the ledger view is beyond the ledger's head or not on its chain")
        if not tip.epoch_began_at <= anchor.log_sequence <= tip.sequence:
            raise Refused("C1", "the log view is before the Commit that began the epoch, or after the log's end")
        return framing

    def _judge_commit(
        self, connection: Connection, draft: Draft, submission: Submission, framing: Framing
    ) -> list[ClaimedDevice]:
        """Check 5: what it enacts, and whom it adds."""
        ledger = draft.ledger(submission.operation)
        if (framing.anchor.ledger_sequence, framing.anchor.ledger_hash) != (ledger.sequence, ledger.head_hash):
            raise LedgerMoved(sequence=ledger.sequence, hash_=ledger.head_hash)
        if not framing.added:
            return []
        claimed = device_queries.find_claimed(connection, framing.added, submission.account, now=self.clock())
        if len(claimed) != len(framing.added):
            raise Refused("C8", "a key package was not claimed by this account, or was used, or its claim has ended")
        for one in claimed:
            if not ledger.is_entitled(submission.channel, one.identity_key, at=ledger.sequence):
                raise Refused("C5", "the Commit adds a device of an identity that is not entitled to the channel")
            if ledger.has_ended(one.account, one.device, at=ledger.sequence):
                raise Refused("C5", "the Commit adds a device that has ended")
        return claimed


def _send_key(draft: Draft, submission: Submission) -> SendKey | CencommError:
    try:
        tip = draft.tip(submission.operation, submission.channel)
    except CencommError as exc:
        return exc
    return tip.row, submission.account, submission.publish.send_id


def _require(key: SendKey | CencommError) -> SendKey:
    if isinstance(key, CencommError):
        raise key
    return key


def _append(draft: Draft, tip: Tip, submission: Submission, framing: Framing, entries: list[NewEntry]) -> Logged:
    message = submission.publish.message
    after, logged = tip.append(framing.kind, message)
    draft.tips[submission.operation, submission.channel] = after
    entries.append(
        NewEntry(
            channel=tip.row,
            logged=logged,
            kind=framing.kind,
            message=message,
            account=submission.account,
            send_id=submission.publish.send_id,
        )
    )
    entry = LogEntry(sequence=logged.sequence, kind=int(framing.kind), epoch=logged.epoch, message=message)
    draft.announcements.append(EntryLogged(submission.operation, submission.channel, tip.generation, entry))
    return logged


def _invite(
    connection: Connection,
    draft: Draft,
    submission: Submission,
    tip: Tip,
    logged: Logged,
    claimed: Sequence[ClaimedDevice],
    *,
    now: int,
) -> None:
    publish = submission.publish
    assert publish.welcome is not None  # `read_framing`: a Commit that adds has both
    assert publish.ratchet_tree is not None
    device_queries.consume(connection, claimed)
    for one in claimed:
        if one.last_resort:  # nothing else tells its owner, who may have one-time packages enough again
            remaining = device_queries.count_waiting(connection, one.device, now=now)
            draft.announcements.append(KeyPackageTaken(one.account, one.device, remaining))
    add_welcome(
        connection,
        tip.row,
        tip.generation,
        logged.sequence,
        author=submission.account,
        welcome=publish.welcome,
        ratchet_tree=publish.ratchet_tree,
        devices=[one.device for one in claimed],
        most_bytes=WELCOMES_KEPT_BYTES,
    )
    accounts = frozenset(one.account for one in claimed)
    draft.announcements.append(WelcomeStored(submission.operation, submission.channel, tip.generation, accounts))
