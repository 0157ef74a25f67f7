"""Devices that missed everything and read it at once, as one process that costs the machine as little as it can.

    python -m bench._readers PORT TOKEN LOG_PATH MESSAGES DEVICES

They stand for computers elsewhere: what they do with what they get is not the relay's, and is not done here. The kernel
throws the bodies away unseen (MSG_TRUNC), and whatever else wants a core gets it first. Prints `begun`, then what was
reached.
"""

import os
import select
import socket
import sys
from time import perf_counter

PAGE_ENTRIES = 500
HEAD_BYTES = 1 << 14  # that are looked at for the end of the head
BODY_BYTES = 1 << 20
NICENESS = 19


class Reader:
    """One device: asks for page after page."""

    __slots__ = ("_head", "_left", "_messages", "_next", "_request", "size", "socket")

    def __init__(self, port: int, token: str, path: str, messages: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.size = 0
        self._request = f"GET {path}?after=%d HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        self._messages = messages
        self._next = 0
        self._head = b""
        self._left = 0

    def ask(self) -> bool:
        """Whether there was another page to ask for."""
        if self._next >= self._messages:
            self.socket.close()
            return False
        self.socket.sendall(self._request % self._next)
        self._next += PAGE_ENTRIES
        return True

    def take(self, unseen: bytearray) -> bool:
        """Whether the answer is complete with what lay there.

        Raises:
            RuntimeError: it is not a 200, or the relay hung up.
        """
        if self._left:
            self._left -= self._count(self.socket.recv_into(unseen, min(self._left, BODY_BYTES), socket.MSG_TRUNC))
            return not self._left
        self._head += self.socket.recv(HEAD_BYTES)
        head, found, body = self._head.partition(b"\r\n\r\n")
        if not found:
            return not self._count(len(head))
        lines = head.decode("ascii").lower().splitlines()
        if " 200 " not in lines[0]:
            raise RuntimeError(lines[0])
        length = next(int(line.split(":")[1]) for line in lines if line.startswith("content-length:"))
        self._head, self._left, self.size = b"", length - len(body), self.size + length
        return not self._left

    @staticmethod
    def _count(size: int) -> int:
        if not size:
            raise RuntimeError("the relay hung up")
        return size


def read(port: int, token: str, path: str, messages: int, devices: int) -> None:
    readers = [Reader(port, token, path, messages) for _ in range(devices)]
    poll, unseen = select.epoll(), bytearray(BODY_BYTES)
    by_descriptor = {reader.socket.fileno(): reader for reader in readers}
    for descriptor in by_descriptor:
        poll.register(descriptor, select.EPOLLIN)
    print("begun", flush=True)
    began = perf_counter()
    left = sum(reader.ask() for reader in readers)
    while left:
        for descriptor, _ in poll.poll():
            reader = by_descriptor[descriptor]
            if reader.take(unseen) and not reader.ask():
                left -= 1
    seconds = perf_counter() - began
    size = {reader.size for reader in readers}
    assert len(size) == 1
    rate = devices * messages / seconds
    print(f"{seconds:.1f} s, {rate:,.0f} messages a second, {devices * size.pop() / seconds / 1e6:.0f} MB a second")


if __name__ == "__main__":
    os.nice(NICENESS)
    given_port, given_token, given_path, *numbers = sys.argv[1:]
    read(int(given_port), given_token, given_path, *map(int, numbers))
