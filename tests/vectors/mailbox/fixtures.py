"""Builds the fixtures beside it: what the mailbox that roams looks like at the relay (docs/protocol.md section 7.1).

python -m tests.vectors.mailbox.fixtures        writes them anew; only an ADR that changes the wire may
"""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from cencomm.client.account.remote_vault import MailboxKey, RemoteVault
from cencomm.client.account.sign_in import WrappingKey
from cencomm.client.roaming.chunking import cut
from cencomm.client.roaming.loading import fetch, load
from cencomm.client.roaming.sealing import MailboxSealing, Row, RowKind
from cencomm.client.roaming.store import RoamingStore
from cencomm.ids import AccountId, DeviceId, OperationId
from cencomm.ledger.replay import Pin
from cencomm.primitives.signatures import SigningKey
from cencomm.primitives.x25519 import PrivateKey
from cencomm.wire.mailbox import MailboxRow, WriteMailbox
from tests.fakes.counting_entropy import CountingEntropy
from tests.fakes.mailbox_host import MailboxHost
from tests.vectors.ledger.changes import Json

FOLDER = Path(__file__).parent
ACCOUNT = AccountId(b"\x0a" * 16)
KEYS = tuple(MailboxKey(bytes([number]) * 32) for number in (1, 2, 3))
LONG_BYTES = 5000
PROGRAM = {"program": b"browser 1"}


def stream(seed: int, length: int) -> bytes:
    """Bytes that look random, as trees do: SHAKE-256 of one byte."""
    return hashlib.shake_256(bytes([seed])).digest(length)


LONG = stream(7, LONG_BYTES)
OLD_STEPS = ({"identity": b"i" * 80, "device": b"d" * 70, "message/1": b"hello"},)  # as Python's first mailboxes
STEPS: tuple[Mapping[str, bytes | None], ...] = (
    {**PROGRAM, "device": b"d" * 70, "channel/tree": LONG, "channel/staged": LONG, "message/1": b"hello"},
    {"channel/tree": LONG[:2000] + b"!" + LONG[2000:], "channel/staged": None, "message/2": b"m" * 4500},
    {"message/1": None, "device": b"e" * 1100},
)


def fixtures() -> Mapping[str, Json]:
    """File name -> content."""
    return {
        "cuts.json": _cuts(),
        "rows.json": _rows(),
        "writes.json": asyncio.run(_writes(STEPS)),
        "vault.json": _vault(),
        "before_programs.json": asyncio.run(_writes(OLD_STEPS)),
    }


def _vault() -> Json:
    """The account's vault, in which the keys of the mailbox lie (section 7)."""
    entropy, wrapping = CountingEntropy("vault"), WrappingKey(b"w" * 32)
    pins = tuple(Pin(OperationId(bytes([place]) * 32), place, bytes([place + 1]) * 32) for place in (9, 3))
    vault = RemoteVault(
        identity_key=SigningKey(b"s" * 32),
        exchange_key=PrivateKey(b"x" * 32),
        devices=(DeviceId(b"e" * 16), DeviceId(b"d" * 16)),
        pins=pins,
        mailbox_keys=KEYS,
    )
    return {
        "account": ACCOUNT.hex(),
        "version": 7,
        "wrapping_key": wrapping.expose().hex(),
        "encoded": vault.encode().hex(),
        "sealed": vault.seal(account=ACCOUNT, version=7, wrapping_key=wrapping, entropy=entropy).hex(),
    }


def _cuts() -> Json:
    """`made_of` is a pattern in hexadecimal and how often it is repeated, or the seed of a `stream` and its length."""
    patterns = [("00", times) for times in (0, 1, 511, 4096, 4097, 9000)] + [("5a00", 2000), ("5a40", 2000)]
    contents: list[tuple[Json, bytes]] = [
        ({"pattern": text, "times": times}, bytes.fromhex(text) * times) for text, times in patterns
    ]
    streams = ((1, 600), (2, 9000), (3, 20_000))
    contents += [({"seed": seed, "length": length}, stream(seed, length)) for seed, length in streams]
    return [{"made_of": made_of, "pieces": [len(piece) for piece in cut(content)]} for made_of, content in contents]


def _rows() -> Json:
    entropy = CountingEntropy("rows")
    sealing = MailboxSealing(KEYS, ACCOUNT, entropy)
    made = [
        Row(RowKind.VALUE, b"identity", b"secret"),
        Row(RowKind.VALUE, b"posting/1", bytes(1100)),
        Row(RowKind.CHUNKED, b"channel/tree", b"i" * 32),
        Row(RowKind.CHUNK, sealing.chunk_id(LONG[:1100]), LONG[:1100]),
        Row(RowKind.VALUE, b"", b""),
    ]
    return {
        "account": ACCOUNT.hex(),
        "keys": [key.expose().hex() for key in KEYS],
        "mark": sealing.newest_key_mark().hex(),
        "chunk": {"content": LONG[:1100].hex(), "id": sealing.chunk_id(LONG[:1100]).hex()},
        "rows": [_row(sealing, row) for row in made],
        "under_the_key_before": _row(MailboxSealing(KEYS[:2], ACCOUNT, entropy), made[0]),
    }


def _row(sealing: MailboxSealing, row: Row) -> Json:
    name, box = sealing.seal_row(row)
    return {
        "kind": int(row.kind),
        "key": row.key.hex(),
        "content": row.content.hex(),
        "name": name.hex(),
        "box": box.hex(),
    }


async def _writes(steps_of_the_story: Sequence[Mapping[str, bytes | None]]) -> Json:
    """A store's life in three saves: the exact writes, and what the next computer finds."""
    host = MailboxHost()
    sealing = MailboxSealing(KEYS, ACCOUNT, CountingEntropy("writes"))
    loaded = load(await fetch(host, host.held), sealing)
    store = RoamingStore(
        host,
        sealing,
        holder=1,
        stored=loaded.stored,
        values=loaded.values,
        unread=loaded.unread,
        clock=lambda: 0,
    )
    steps: list[Json] = []
    for step in steps_of_the_story:
        await store.apply(step, expected_version=await store.version())
        await store.save()
        writes = {key: None if value is None else value.hex() for key, value in step.items()}
        steps.append({"apply": writes, "write": _write(host.writes[-1])})
    return {
        "account": ACCOUNT.hex(),
        "keys": [key.expose().hex() for key in KEYS],
        "steps": steps,
        "holds": {key: value.hex() for key, value in await store.scan("")},
    }


def _write(write: WriteMailbox) -> Json:
    return {"version": write.version, "seal": write.seal.hex(), "rows": [_sealed(row) for row in write.rows]}


def _sealed(row: MailboxRow) -> Json:
    return {"name": row.name.hex(), "sealed": row.sealed.hex(), "cold": row.cold}


if __name__ == "__main__":
    for file_name, made in fixtures().items():
        (FOLDER / file_name).write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
