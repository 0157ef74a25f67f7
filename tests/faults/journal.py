"""What a member's program tells whoever started it, a line each, on its standard output: a pipe.

What is in a pipe outlives the writer, so an acknowledgement that was written counts although the writer was killed in
the same moment; and a pipe is no file, so it stays writable when all disks of the process are full.
"""

import os
import sys
from enum import StrEnum

import msgspec


class Word(StrEnum):
    ACKNOWLEDGED = "acknowledged"  # the relay signed for it, and its log shows it
    RETURNED = "returned"  # it can never be sent (S3)
    TROUBLE = "trouble"  # the program was told of something that is not as it should be, and goes on
    OPENED = "opened"  # the mailbox that roams is in hand …
    HANDED_OVER = "handed over"  # … and was given back
    OUT = "out"  # the operation has revoked us


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    word: Word
    channel: str = ""
    sequence: int = 0
    message: str = ""
    text: str = ""


def tell(line: Line) -> None:
    os.write(sys.stdout.fileno(), msgspec.json.encode(line) + b"\n")  # one write of less than PIPE_BUF: whole or not


def read_line(data: bytes) -> Line:
    return msgspec.json.decode(data, type=Line)
