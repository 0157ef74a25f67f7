"""Reading a whole mailbox from the relay that keeps it, and believing it only if it is one that was sealed (D4)."""

from dataclasses import dataclass

from cencomm.client.errors import MailboxAltered
from cencomm.client.roaming.sealing import CHUNK_ID_BYTES, MailboxSealing, Row, RowKind, SealedRow
from cencomm.client.roaming.store import MailboxHost, Stored
from cencomm.primitives import secret_box
from cencomm.wire.limits import MAX_MAILBOX_ROWS
from cencomm.wire.mailbox import HeldMailbox, MailboxPage


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the relay gave, believed in nothing: `boxes` are the sealed rows but for the cold ones."""

    held: HeldMailbox
    rows: dict[bytes, SealedRow]
    boxes: dict[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A mailbox that was sealed as a whole: its values, but for the cold ones, of which there are names."""

    stored: Stored
    values: dict[str, bytes]
    unread: frozenset[bytes]


async def fetch(host: MailboxHost, held: HeldMailbox) -> Fetched:
    """Every row that the relay shows.

    Raises:
        MailboxAltered: it shows a row twice, or more than there can be.
        NotHolder: another computer took the mailbox meanwhile.
    """
    fetched = Fetched(held, {}, {})
    after = None
    while True:
        page = await host.mailbox_page(holder=held.holder, after=after)
        found = _shown(page)
        if not fetched.rows.keys().isdisjoint(found) or len(fetched.rows) + len(found) > MAX_MAILBOX_ROWS:
            raise MailboxAltered("the relay gives rows of the mailbox twice, or more than there can be")
        fetched.rows.update(found)
        fetched.boxes.update((row.name, row.sealed) for row in page.rows)
        if page.next is None or not found:
            return fetched
        after = page.next


def load(fetched: Fetched, sealing: MailboxSealing) -> Loaded:
    """The mailbox at the version that the relay says is the newest.

    That it is the newest, nobody can tell who keeps nothing on this computer: see rule D5.

    Raises:
        MailboxAltered: rows were exchanged, mixed, taken out or put in, or none of our keys sealed them.
    """
    held = fetched.held
    if held.version:
        sealing.judge_state(held.seal, fetched.rows.values(), version=held.version)
    elif fetched.rows or held.seal:
        raise MailboxAltered("the relay says that nothing was written, and shows something")
    values, chunks = _assemble([sealing.open_row(name, box) for name, box in fetched.boxes.items()])
    unread = frozenset(name for name, row in fetched.rows.items() if row.cold)
    tally = sealing.tally(fetched.rows.values())
    return Loaded(Stored(held.version, fetched.rows, chunks, tally), values, unread)


def _shown(page: MailboxPage) -> dict[bytes, SealedRow]:
    found = [SealedRow(row.name, row.sealed[: secret_box.NONCE_BYTES], cold=False) for row in page.rows]
    found += [SealedRow(row.name, row.nonce, cold=True) for row in page.cold]
    return {row.name: row for row in found}


def _assemble(rows: list[Row]) -> tuple[dict[str, bytes], dict[str, tuple[bytes, ...]]]:
    """Values by their keys, and the chunks of those that are in chunks."""
    pieces = {row.key: row.content for row in rows if row.kind is RowKind.CHUNK}
    values: dict[str, bytes] = {}
    chunks: dict[str, tuple[bytes, ...]] = {}
    for row in rows:
        if row.kind is RowKind.CHUNK:
            continue
        key = row.key.decode()
        if row.kind is RowKind.VALUE:
            values[key] = row.content
            continue
        ids = [row.content[at : at + CHUNK_ID_BYTES] for at in range(0, len(row.content), CHUNK_ID_BYTES)]
        try:
            values[key] = b"".join(pieces[id_] for id_ in ids)
        except KeyError:
            raise MailboxAltered("a value of the mailbox lacks a part") from None
        chunks[key] = tuple(ids)
    return values, chunks
