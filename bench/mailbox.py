"""What a mailbox that roams sends to the relay: python -m bench.mailbox [N ...], for a channel of N members.

Bytes of the JSON documents, and the seconds that they take at 400 kbit/s; `whole` is what the same save would be if
long values were not in chunks. The tree is one in which every parent holds a key.
"""

import asyncio
import sys
from dataclasses import replace

from bench.mls import device, populate, seen_by
from cencomm.client.account.remote_vault import MailboxKey
from cencomm.client.channel.outbox import Attempt, OutboxRow
from cencomm.client.channel.session import ChannelSession, Staged, log_hash_key, session_writes
from cencomm.client.roaming.loading import fetch, load
from cencomm.client.roaming.sealing import MailboxSealing
from cencomm.client.roaming.store import RoamingStore, Stored
from cencomm.client.vault.state_store import Writes
from cencomm.forms.envelope import SignedEnvelope
from cencomm.ids import AccountId, ChannelId, OperationId, SendId
from cencomm.mls.group import Group, create_group
from cencomm.mls.tree_math import LeafIndex
from cencomm.secret import system_entropy
from cencomm.wire.document import encode_document
from cencomm.wire.mailbox import MailboxWritten, WriteMailbox
from tests.fakes.mailbox_host import MailboxHost

DEFAULT_SIZES = (100, 1000)
LINE_BYTES_PER_SECOND = 400_000 / 8
ENVELOPE_BYTES, RECORD_BYTES = 1000, 1600  # a seizure as signed, and with certificate, salt and place
SEALING = MailboxSealing([MailboxKey(bytes(32)), MailboxKey(bytes(32))], AccountId(bytes(16)), system_entropy)
SEND = SendId(bytes(16))
OPERATION, CHANNEL = OperationId(bytes(32)), ChannelId(bytes(16))


class _Line(MailboxHost):
    """Counts what passes."""

    passed = 0

    async def write_mailbox(self, request: WriteMailbox) -> MailboxWritten:
        self.passed += len(encode_document(request))
        return await super().write_mailbox(request)


async def save(store: RoamingStore, line: _Line, name: str, writes: Writes) -> None:
    await store.apply(writes, expected_version=await store.version())
    before = line.passed
    await store.save()
    sent, whole = line.passed - before, sum(len(value or b"") for value in writes.values()) * 4 // 3
    seconds = sent / LINE_BYTES_PER_SECOND
    print(f"  {name:<34}{sent:>10,} bytes{seconds:>7.1f} s{whole:>12,} whole{whole / sent:>7.1f} x")


def record(session: ChannelSession, number: int) -> Writes:
    """What the journal keeps of one message, with our place in the log."""
    return {
        log_hash_key(session, session.sequence): bytes(32),
        f"message/{OPERATION.hex()}/{CHANNEL.hex()}/{number}": system_entropy(RECORD_BYTES),
        f"seen/{OPERATION.hex()}/{bytes(48).hex()}{number}": bytes(40),
        f"message-number/{number:012d}": bytes(150),
        "message-count": bytes(8),
    }


async def bench(count: int) -> None:
    print(f"N = {count}")
    packages = [device(number) for number in range(count)]
    alone = create_group(group_id=bytes(32), key_package=packages[0], entropy=system_entropy)
    staged = alone.commit(adds=[one.key_package for one in packages[1:]], force_path=False, entropy=system_entropy)
    group = populate(staged.group, packages)
    line = _Line()
    store = RoamingStore(
        line, SEALING, holder=1, stored=Stored(0, {}, {}, SEALING.tally(())), values={}, unread=(), clock=lambda: 0
    )
    session = ChannelSession(
        operation=OPERATION,
        channel=CHANNEL,
        generation=1,
        group=group,
        sequence=1,
        log_hash=bytes(32),
        epoch_began_at=1,
        judged_at=1,
    )
    await save(store, line, "enter the channel", session_writes(None, session))
    session = await bench_messages(store, line, session, seen_by(group, LeafIndex(count - 1), packages[-1]))
    session = await bench_commits(store, line, session, seen_by(group, LeafIndex(count - 1), packages[-1]))
    await bench_speakers(store, line, session)
    loaded = load(await fetch(line, line.held), SEALING)
    opening = sum(len(row.sealed) if not row.cold else 24 for row in line.rows.values()) * 4 // 3
    print(f"  opening: {len(loaded.stored.rows):,} rows, {opening:,} bytes, {opening / LINE_BYTES_PER_SECOND:.1f} s")


async def bench_messages(store: RoamingStore, line: _Line, session: ChannelSession, other: Group) -> ChannelSession:
    _, message = other.encrypt(bytes(2000), authenticated_data=bytes(181), entropy=system_entropy)
    received, _ = session.group.process(message)
    after = replace(session.after(2, bytes(32)), group=received)
    await save(store, line, "read one message", {**session_writes(session, after), **record(after, 1)})
    signed = SignedEnvelope(system_entropy(ENVELOPE_BYTES), bytes(64))
    sent, message = received.encrypt(bytes(2000), authenticated_data=bytes(181), entropy=system_entropy)
    row = OutboxRow(
        send_id=SEND, attempt=Attempt.PENDING, epoch=sent.epoch, message=message, salt=bytes(32), signed=signed
    )
    leaving = replace(after, group=sent, outbox={row.message_hash: row})
    posting = {f"posting/{SEND.hex()}": signed.encode()}
    await save(store, line, "send one: beside the message", {**session_writes(after, leaving), **posting})
    back = replace(leaving.after(3, bytes(32)), outbox={})
    gone = dict.fromkeys(posting)
    await save(
        store, line, "send one: once it is in the log", {**session_writes(leaving, back), **record(back, 2), **gone}
    )
    return back


async def bench_commits(store: RoamingStore, line: _Line, session: ChannelSession, other: Group) -> ChannelSession:
    group, _ = session.group.process(other.commit(entropy=system_entropy).message)
    after = replace(session.after(4, bytes(32)), group=group, epoch_began_at=4)
    await save(store, line, "process one Commit", session_writes(session, after))
    own = group.commit(entropy=system_entropy)
    waiting = Staged(
        send_id=SEND, group=own.group, message=own.message, welcome=None, ratchet_tree=None, ledger_sequence=1
    )
    leaving = replace(after, staged=waiting)
    await save(store, line, "commit: beside the Commit", session_writes(after, leaving))
    adopted = replace(leaving.after(5, bytes(32)), group=own.group, epoch_began_at=5, staged=None)
    await save(store, line, "commit: once it is in the log", session_writes(leaving, adopted))
    return adopted


async def bench_speakers(store: RoamingStore, line: _Line, session: ChannelSession) -> None:
    """The state grows with each member who spoke in the epoch."""
    tree = session.group.state.secret_tree
    for leaf, _ in session.group.leaves():
        tree = tree.opened(session.group.state.suite, leaf)
    group = Group(replace(session.group.state, secret_tree=tree))
    after = replace(session, group=group)
    await save(store, line, "read one when all have spoken", {**session_writes(session, after), **record(after, 3)})


if __name__ == "__main__":
    for argument in sys.argv[1:] or map(str, DEFAULT_SIZES):
        asyncio.run(bench(int(argument)))
