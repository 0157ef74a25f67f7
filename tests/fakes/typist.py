"""Somebody at a real terminal: reads what the command line shows, types what it asks for."""

import os
import pty
import re
import select
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Self

SECONDS = 60
_CHUNK = 1 << 16


class Typist:
    """One `cencomm` on a pseudo-terminal of its own. Leave the block when it has ended."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._arguments = [sys.executable, "-m", "cencomm", *arguments]
        self.seen = ""
        self.exit_code: int | None = None

    def __enter__(self) -> Self:
        self._child, self._terminal = pty.fork()
        if self._child == 0:
            os.execv(sys.executable, self._arguments)  # noqa: S606 (our own program, no shell)
        return self

    def __exit__(self, *_raised: object) -> None:
        self._read_until(None)
        _, status = os.waitpid(self._child, 0)
        self.exit_code = os.waitstatus_to_exitcode(status)
        os.close(self._terminal)

    def sees(self, pattern: str) -> str:
        """What the first group of `pattern` says, once it stands on the screen."""
        return self._read_until(re.compile(pattern))

    def types(self, text: str) -> None:
        os.write(self._terminal, text.encode() + b"\n")

    def _read_until(self, pattern: re.Pattern[str] | None) -> str:
        while True:
            found = None if pattern is None else pattern.search(self.seen)
            if found is not None:
                return found.group(1) if found.groups() else found.group()
            ready, _, _ = select.select([self._terminal], [], [], SECONDS)
            try:
                read = os.read(self._terminal, _CHUNK) if ready else b""
            except OSError:  # Linux says so when the other end is closed
                read = b""
            if not read:
                assert pattern is None, f"never seen: {pattern.pattern}\n{self.seen}"
                return ""
            self.seen += read.decode("utf-8", "replace")


def in_mailbox(folder: Path, password_file: Path, *arguments: str) -> Typist:
    settings = ("--language", "en", "--data", str(folder), "--password-file", str(password_file))
    return Typist([*settings, *arguments])
