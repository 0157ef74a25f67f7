"""The sentence that a trace is held against: no receipt leaves before the flush that covers its row."""

import base64
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cencomm import codec
from tests.e2e.syscalls import Call

WRITES_TO_FILES = frozenset({"pwrite64", "pwritev", "write", "writev"})
FLUSHES = frozenset({"fdatasync", "fsync"})
_RECEIPT = re.compile(rb'"receipt":"([A-Za-z0-9+/=]{200,})"')
_NAMES_BYTES = 32 + 16 + 4 + 8 + 8 + 32  # of a receipt before its send id
_SEND_ID_BYTES = 16


class ReceiptTooEarlyError(AssertionError):
    """A receipt left the process, and what it acknowledges was not on disk."""


@dataclass(frozen=True, slots=True)
class SentReceipt:
    send_id: bytes
    left: int  # line of the trace at which its first byte left


def judge(trace: Sequence[Call], log: str = "relay.sqlite-wal") -> list[SentReceipt]:
    """The receipts that left, each of them after a complete flush that began after its row was written.

    Raises:
        ReceiptTooEarlyError: one left before.
    """
    to_log = [call for call in trace if call.target.endswith(log)]
    writes = [call for call in to_log if call.name in WRITES_TO_FILES]
    flushes = [call for call in to_log if call.name in FLUSHES]
    receipts = list(_receipts(trace))
    for receipt in receipts:
        written = next((call for call in writes if receipt.send_id in call.data), None)
        if written is None:
            raise ReceiptTooEarlyError("a receipt for a row that was never written")
        if not any(written.ended <= flush.began and flush.ended <= receipt.left for flush in flushes):
            raise ReceiptTooEarlyError("a receipt left before the flush that covers its row")
    return receipts


def _receipts(trace: Sequence[Call]) -> Iterator[SentReceipt]:
    """Also of answers that left in several pieces: a receipt counts from its first byte."""
    streams: dict[str, list[Call]] = defaultdict(list)
    for call in trace:
        if call.target.startswith(("socket:", "TCP:")) and call.data:
            streams[call.target].append(call)
    for sent in streams.values():
        stream = b"".join(call.data for call in sent)
        for match in _RECEIPT.finditer(stream):
            content = codec.decode(base64.b64decode(match[1]), lambda reader: (reader.opaque(), reader.opaque()))[0]
            send_id = content[_NAMES_BYTES : _NAMES_BYTES + _SEND_ID_BYTES]
            yield SentReceipt(send_id, _line_of(sent, match.start(1)))


def _line_of(sent: Sequence[Call], offset: int) -> int:
    for call in sent:
        if offset < len(call.data):
            return call.began
        offset -= len(call.data)
    raise AssertionError("an offset beyond the stream")
