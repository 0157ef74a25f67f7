"""How a mailbox that roams is sealed: blinded names, rows, and what shows that the rows are those of one version (D4).

docs/protocol.md section 7.1 fixes every byte. The relay holds the rows and could exchange, drop or keep back any of
them: each opens only under its own name, and together they have to add up to the seal. All of them at once as they
were yesterday do so too: that is rule D5's work.
"""

import contextlib
import hmac
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from cencomm import codec
from cencomm.client.account.remote_vault import MailboxKey
from cencomm.client.errors import MailboxAltered
from cencomm.errors import ProtocolError, UsageError
from cencomm.ids import AccountId
from cencomm.primitives import hkdf, secret_box
from cencomm.secret import Entropy, Secret

LABEL_ROW = b"cencomm mailbox row"
LABEL_STATE = b"cencomm mailbox state"
LABEL_MARK = b"cencomm mailbox key"
USES = b"cencomm mailbox "  # and the use: name, chunk, sum, row

NAME_BYTES = SUM_BYTES = hkdf.HASH_BYTES
CHUNK_ID_BYTES = 16
PAD_BYTES = 64
LEAST_KEYS = 2  # the one for names, and one for rows
BUCKET_BYTES = 1 << 10  # from here on lengths are powers of two, as those of messages on the wire
_MODULUS = 1 << 8 * SUM_BYTES


class RowKind(IntEnum):
    VALUE = 1
    CHUNKED = 2  # its content is the list of its chunks
    CHUNK = 3


@dataclass(frozen=True, slots=True)
class Row:
    kind: RowKind
    key: bytes
    content: bytes

    def encode(self) -> bytes:
        """Padded, so that the relay learns no exact length of what somebody wrote."""
        fields = codec.uint(self.kind, 1) + codec.opaque(self.key) + codec.opaque(self.content)
        length = -(-len(fields) // PAD_BYTES) * PAD_BYTES
        if length >= BUCKET_BYTES and self.kind is not RowKind.CHUNK:
            length = 1 << (length - 1).bit_length()
        return fields.ljust(length, b"\x00")


@dataclass(frozen=True, slots=True)
class SealedRow:
    """What the relay shows of a row without its content; the nonce stands for it."""

    name: bytes
    nonce: bytes
    cold: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """What all rows of one version add up to."""

    count: int = 0
    total: int = 0

    def encode(self) -> bytes:
        return codec.uint(self.count, 8) + codec.uint(self.total, SUM_BYTES)


class MailboxSealing:
    """Seals under the last of an account's mailbox keys, opens under each but the first, which is for names alone.

    Raises:
        UsageError: fewer than two keys.
    """

    def __init__(self, keys: Sequence[MailboxKey], account: AccountId, entropy: Entropy) -> None:
        if len(keys) < LEAST_KEYS:
            raise UsageError("a mailbox has a key for its names and one for its rows")
        self._account = account
        self._entropy = entropy
        self._name_key, self._chunk_key = (_derived(keys[0], use) for use in (b"name", b"chunk"))
        self._row_keys = [(_derived(key, b"row"), _derived(key, b"sum")) for key in reversed(keys[1:])]
        self._row_key, self._sum_key = self._row_keys[0]

    def newest_key_mark(self) -> bytes:
        """Tells the newest key from all others, and nobody what it is."""
        return hmac.digest(self._row_key.expose(), LABEL_MARK, "sha256")

    def name(self, kind: RowKind, key: bytes) -> bytes:
        """What the relay sees instead of the key. A value has one name, in chunks or not."""
        family = RowKind.CHUNK if kind is RowKind.CHUNK else RowKind.VALUE
        return hmac.digest(self._name_key.expose(), codec.uint(family, 1) + codec.opaque(key), "sha256")

    def chunk_id(self, content: bytes) -> bytes:
        """The same content has the same id in this mailbox, and none that others could compute."""
        return hmac.digest(self._chunk_key.expose(), content, "sha256")[:CHUNK_ID_BYTES]

    def seal_row(self, row: Row) -> tuple[bytes, bytes]:
        """The row's name, and the box that opens under it alone."""
        name = self.name(row.kind, row.key)
        return name, secret_box.seal(self._row_key, row.encode(), self._row_binding(name), self._entropy)

    def open_row(self, name: bytes, box: bytes) -> Row:
        """The row that was sealed under this name, in this version or an earlier one.

        Raises:
            MailboxAltered: no row of this mailbox, or another's.
        """
        try:
            plaintext, _ = self._open(box, self._row_binding(name))
            row = _read_row(plaintext)
        except (ProtocolError, ValueError):
            raise MailboxAltered("a row of the mailbox is not one that was sealed under its name") from None
        if row.encode() != plaintext:
            raise MailboxAltered("a row of the mailbox is not as this program writes it")
        return row

    def tally(self, rows: Iterable[SealedRow]) -> Tally:
        return self.change(Tally(), added=rows)

    def change(self, tally: Tally, *, added: Iterable[SealedRow] = (), gone: Iterable[SealedRow] = ()) -> Tally:
        """The tally after rows came and went."""
        return _change(self._sum_key, tally, added, gone)

    def seal_state(self, tally: Tally, *, version: int) -> bytes:
        return secret_box.seal(self._row_key, tally.encode(), self._state_binding(version), self._entropy)

    def judge_state(self, seal: bytes, rows: Collection[SealedRow], *, version: int) -> None:
        """Exactly these rows were the mailbox at this version.

        Raises:
            MailboxAltered: rows were taken out, exchanged or mixed; or the seal is of another version or account.
        """
        try:
            sealed, sum_key = self._open(seal, self._state_binding(version))
        except ProtocolError:
            raise MailboxAltered("no key of this account sealed this version of the mailbox") from None
        if sealed != _change(sum_key, Tally(), rows, ()).encode():
            raise MailboxAltered("the relay gives rows of the mailbox that do not belong together")

    def _open(self, box: bytes, binding: bytes) -> tuple[bytes, Secret]:
        """What is inside, and the sum key that belongs to the row key that opened it.

        Under the newest, else under those before it, until everything is sealed again.
        """
        for row_key, sum_key in self._row_keys:
            with contextlib.suppress(ProtocolError):
                return secret_box.open_(row_key, box, binding), sum_key
        raise MailboxAltered("no key of this account opens it")

    def _row_binding(self, name: bytes) -> bytes:
        return codec.opaque(LABEL_ROW) + self._account + name

    def _state_binding(self, version: int) -> bytes:
        return codec.opaque(LABEL_STATE) + self._account + codec.uint(version, 8)


def _change(sum_key: Secret, tally: Tally, added: Iterable[SealedRow], gone: Iterable[SealedRow]) -> Tally:
    count, total = tally.count, tally.total
    for row in added:
        count, total = count + 1, total + _summand(sum_key, row)
    for row in gone:
        count, total = count - 1, total - _summand(sum_key, row)
    return Tally(count, total % _MODULUS)


def _summand(sum_key: Secret, row: SealedRow) -> int:
    field = row.name + codec.uint(row.cold, 1) + row.nonce
    return int.from_bytes(hmac.digest(sum_key.expose(), field, "sha256"), "big")


def _derived(key: MailboxKey, use: bytes) -> Secret:
    return Secret(hkdf.expand(key.expose(), USES + use, secret_box.KEY_BYTES))


def _read_row(plaintext: bytes) -> Row:
    reader = codec.Reader(plaintext)
    return Row(RowKind(reader.uint(1)), reader.opaque(), reader.opaque())
