"""Operations at the relay: founding one, and the next entry of its ledger (L2, L3, L5, docs/protocol.md section 3)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from cencomm.ids import AccountId, ChannelId, DeviceId, OperationId
from cencomm.ledger.bodies import Admit, ChannelBody, Charter, EndDevice, Replace, Restart, Revoke
from cencomm.ledger.entry import SignedEntry, decode_signed_entry
from cencomm.ledger.log import LogKind
from cencomm.ledger.refusal import Refused
from cencomm.ledger.replay import Ledger
from cencomm.relay.announcement import LedgerGrew
from cencomm.relay.channel_log import Tip
from cencomm.relay.entitlement import require_acquaintance, require_coordinator
from cencomm.relay.errors import LedgerMoved, Taken, TooMany
from cencomm.relay.notary import Notary
from cencomm.relay.publishing import Publishing
from cencomm.relay.queries import log as log_queries
from cencomm.relay.queries import operations as queries
from cencomm.relay.queries.welcomes import withdraw_welcomes
from cencomm.relay.resets import follow_replace
from cencomm.relay.sealing import judge_sealed
from cencomm.relay.state import Draft, State
from cencomm.relay.submission import Submission
from cencomm.wire.errors import TooLarge
from cencomm.wire.limits import MAX_BLOBS, MAX_BLOBS_BYTES, MAX_OPERATIONS
from cencomm.wire.operations import (
    Appended,
    AppendEntry,
    CommitToChannel,
    CreateOperation,
    OperationHead,
    SealedBlob,
    WrapFor,
)

MAX_AHEAD_SECONDS = 300  # L5: how far an entry's time may be ahead of the relay's clock
DAY_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Registry:
    """What the use cases around ledgers share. `relay_name` and the notary's key have to be the charter's."""

    notary: Notary
    publishing: Publishing
    relay_name: str

    def found(
        self, connection: Connection, draft: Draft, account: AccountId, asked: CreateOperation, *, now: int
    ) -> Ledger:
        """The new operation.

        Raises:
            MalformedError: no entry.
            Refused: no valid charter, for another relay, by another account than its first coordinator, or without
                what it names (L7).
            Taken: it exists.
        """
        signed = decode_signed_entry(asked.entry)
        _judge_time(signed, now=now)
        ledger = Ledger.start(signed)
        _judge_founder(ledger.charter, account)
        if ledger.charter.relay_key != self.notary.key.public_key or ledger.charter.relay_name != self.relay_name:
            raise Refused("L4", "the charter names another relay")
        if ledger.operation in draft.ledgers:
            raise Taken("the operation exists already")
        if sum(account in other.members for other in draft.ledgers.values()) >= MAX_OPERATIONS:
            raise TooMany(retry_after=DAY_SECONDS)
        judge_sealed(ledger, signed.entry.body, asked.wraps, asked.blobs)
        queries.add_entry(connection, ledger.operation, signed)
        self._store_sealed(connection, ledger, asked.wraps, asked.blobs)
        draft.ledgers[ledger.operation] = ledger
        for coordinator in ledger.charter.coordinators:
            draft.announcements.append(LedgerGrew(operation=ledger.operation, sequence=0, account=coordinator.account))
        return ledger

    def append(
        self,
        connection: Connection,
        draft: Draft,
        account: AccountId,
        operation: OperationId,
        asked: AppendEntry,
        *,
        now: int,
    ) -> Appended:
        """The entry follows the ledger's head, and with it the Commit that enacts it, or neither.

        An entry that is in the chain already is answered again, so that a lost answer does no harm.

        Raises:
            NotFound, AccessDenied: not a coordinator of this operation.
            MalformedError: no entry.
            LedgerMoved: it follows another entry than the last (L3).
            Refused: the ledger, L3, L5 or L7 forbids it; or whatever the Commit is refused for.
        """
        ledger = draft.ledger(operation)
        require_coordinator(ledger, account, now=now)
        signed = decode_signed_entry(asked.entry)
        known = ledger.hash_at(signed.entry.sequence) == signed.hash
        if not known:
            ledger = self.extend(connection, draft, ledger, signed, now=now)
            judge_sealed(ledger, signed.entry.body, asked.wraps, asked.blobs)
            self._store_sealed(connection, ledger, asked.wraps, asked.blobs)
        receipt = None
        if asked.commit is not None:
            commit = asked.commit
            _judge_companions(signed, commit)
            submission = Submission.read(account, operation, commit.channel, commit.generation, commit)
            receipt = self.publishing.accept_commit(connection, draft, submission, beside_entry=True)
        return Appended(head=self.notary.ledger_head(ledger, now=now), receipt=receipt)

    def extend(self, connection: Connection, draft: Draft, ledger: Ledger, signed: SignedEntry, *, now: int) -> Ledger:
        """The ledger with one more entry, stored and announced; what it names is the caller's to judge.

        Raises:
            LedgerMoved: it follows another entry than the last (L3).
            Refused: L5, or a rule of the ledger.
        """
        entry = signed.entry
        if (entry.sequence, entry.previous) != (ledger.sequence + 1, ledger.head_hash):
            raise LedgerMoved(sequence=ledger.sequence, hash_=ledger.head_hash)
        _judge_time(signed, now=now)
        extended = ledger.append(signed)
        queries.add_entry(connection, ledger.operation, signed)
        draft.ledgers[ledger.operation] = extended
        _follow(connection, draft, extended, signed)
        return extended

    def _store_sealed(
        self, connection: Connection, ledger: Ledger, wraps: Iterable[WrapFor], blobs: tuple[SealedBlob, ...]
    ) -> None:
        wraps = tuple(wraps)
        newest = ledger.content_key.number
        if any(number > newest for number in (*(one.number for one in wraps), *(one.number for one in blobs))):
            raise Refused("L7", f"the newest content key of the ledger has number {newest}")
        if any(wrap.account not in ledger.members for wrap in wraps):
            raise Refused("L7", "a content key is wrapped for members only")
        queries.put_wraps(connection, ledger.operation, wraps)
        queries.put_blobs(connection, ledger.operation, blobs)
        self.judge_blobs(connection, ledger.operation)

    def judge_blobs(self, connection: Connection, operation: OperationId) -> None:
        """Raises TooLarge when an operation has more sealed names than one may."""
        count, size = queries.measure_blobs(connection, operation)
        if count > MAX_BLOBS or size > MAX_BLOBS_BYTES:
            raise TooLarge(f"an operation has at most {MAX_BLOBS} blobs of together {MAX_BLOBS_BYTES} bytes")


def _follow(connection: Connection, draft: Draft, ledger: Ledger, signed: SignedEntry) -> None:
    """What else changes with an entry: a channel or its next generation gets its empty log, who waited is admitted."""
    operation, body = ledger.operation, signed.entry.body
    account = channel = None
    match body:
        case ChannelBody():
            channel = body.channel
            _begin_log(draft, ledger, channel, row=log_queries.add_channel(connection, operation, channel))
        case Restart():
            channel = body.channel
            _begin_log(draft, ledger, channel, row=draft.tip(operation, channel).row)
        case Admit() | Replace():
            account = body.keys.account
            queries.drop_enrolment(connection, operation, account)
            if isinstance(body, Replace):
                _put_out(connection, draft, ledger, account, body.replaced)
                follow_replace(connection, draft, operation, account, body.keys.identity_key)
        case Revoke():
            account = body.account
            _put_out(connection, draft, ledger, account, body.identity_key)
        case EndDevice():
            account = body.account
            _put_out(connection, draft, ledger, account, ledger.members[account].identity_key, device=body.device)
        case _:
            pass
    draft.announcements.append(
        LedgerGrew(
            operation=operation,
            sequence=ledger.sequence,
            account=account,
            channel=channel,
            revoked=isinstance(body, Revoke),
        )
    )


def _begin_log(draft: Draft, ledger: Ledger, channel: ChannelId, *, row: int) -> None:
    current = ledger.channels[channel].generations[-1]
    draft.tips[ledger.operation, channel] = Tip.empty(row, ledger.operation, channel, current)


def _put_out(
    connection: Connection,
    draft: Draft,
    ledger: Ledger,
    account: AccountId,
    identity_key: bytes,
    *,
    device: DeviceId | None = None,
) -> None:
    """The identity, or one device of it, enters no channel any more by a Welcome that waits.

    The next Commit of each channel where it may have a leaf carries out the newest entry, at once (C7).
    """
    withdraw_welcomes(connection, ledger.operation, account, identity_key=identity_key, device=device)
    for channel in ledger.channels:
        if ledger.is_entitled(channel, identity_key, at=ledger.sequence - 1):
            tip = draft.tip(ledger.operation, channel)
            draft.tips[ledger.operation, channel] = replace(tip, owes_removal=True)


def visible_end(ledger: Ledger, account: AccountId) -> int:
    """The last entry that the account may see: for those who were revoked, their revocation.

    Raises:
        NotFound: never was a member.
    """
    member = require_acquaintance(ledger, account)
    return ledger.sequence if member.revoked_at is None else member.revoked_at


def operations_of(
    state: State, notary: Notary, account: AccountId, asked: Collection[OperationId], *, now: int
) -> tuple[OperationHead, ...]:
    """Those that the account is or was admitted to, or has `asked` to join."""
    return tuple(
        OperationHead(operation=operation, head=notary.ledger_head(ledger, now=now, up_to=end))
        for operation, ledger in state.ledgers.items()
        if (end := _end_for(ledger, account, asked=operation in asked)) is not None
    )[:MAX_OPERATIONS]


def _end_for(ledger: Ledger, account: AccountId, *, asked: bool) -> int | None:
    if account in ledger.members:
        return visible_end(ledger, account)
    return ledger.sequence if asked else None


def _judge_time(signed: SignedEntry, *, now: int) -> None:
    if signed.entry.time > now + MAX_AHEAD_SECONDS:
        raise Refused("L5", "the entry's time is more than five minutes ahead of the relay's clock")


def _judge_founder(charter: Charter, account: AccountId) -> None:
    if charter.coordinators[0].account != account:
        raise Refused("L2", "an operation is founded by its first coordinator")


def _judge_companions(signed: SignedEntry, commit: CommitToChannel) -> None:
    """L3: what takes something away never waits for a Commit, and nothing else than a Commit comes along."""
    if not isinstance(signed.entry.body, ChannelBody | Admit):
        raise Refused("L3", "only channel and admit travel with a Commit")
    if commit.kind != LogKind.COMMIT:
        raise Refused("L3", "with an entry travels a Commit, no message")
