"""Members at the relay's stream, played by one process at little cost, so that the server is what is measured.

Plain sockets and epoll: a delivery costs about 4 µs here, where an asyncio client takes 15 and would be the bottleneck
from 100 members on. Every member counts whole WebSocket frames, so a message that somebody missed is noticed.
"""

import select
import socket
import struct
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from time import perf_counter

RECEIPT_PAYLOAD_BYTES = 1000  # what is shorter is an answer or a notice, what is longer a message
RECEIPT = b'"receipt"'
READ_BYTES = 1 << 18
PONG = b"\x8a\x80\x00\x00\x00\x00"  # unsolicited: the server's heartbeat has no reason to ask
SILENCE_SECONDS = 60.0  # after which a round has failed


class RoundFailed(Exception):  # noqa: N818 (names what happened)
    """A message was refused, or somebody did not get everything."""


class Member:
    """One connection: how many messages it got, and how much of the frame that is on its way is still missing."""

    __slots__ = ("answers", "messages", "missing", "partial", "socket", "wrong")

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.messages = 0
        self.answers = 0
        self.wrong = b""  # the first answer that was no receipt
        self.missing = 0
        self.partial = b""

    def take(self, data: memoryview) -> None:
        """Counts the frames that end or begin in `data`."""
        if self.partial:
            data, self.partial = memoryview(self.partial + bytes(data)), b""
        at, end = self.missing, len(data)
        while at < end:
            head = 2 if end - at < 2 or (size := data[at + 1]) < 126 else 4 if size == 126 else 10
            if end - at < head or (head + (size := self._size(data, at, head)) > end - at < RECEIPT_PAYLOAD_BYTES):
                self.partial, self.missing = bytes(data[at:]), 0
                return
            if size > RECEIPT_PAYLOAD_BYTES:
                self.messages += 1
            elif data[at] == 0x81:
                self._answer(bytes(data[at + head : at + head + size]))
            at += head + size
        self.missing = at - end

    @staticmethod
    def _size(data: memoryview, at: int, head: int) -> int:
        if head == 2:
            return data[at + 1]
        size: int = struct.unpack_from("!H" if head == 4 else "!Q", data, at + 2)[0]
        return size

    def _answer(self, payload: bytes) -> None:
        if RECEIPT in payload:
            self.answers += 1
        elif b'"error"' in payload:
            self.wrong = self.wrong or payload


class Crowd:
    """So many members of one server, connected."""

    def __init__(self, port: int, token: str, members: int) -> None:
        self.members = [Member(connect(port, token)) for _ in range(members)]
        self._by_descriptor = {member.socket.fileno(): member for member in self.members}
        self._buffer = memoryview(bytearray(READ_BYTES))
        self._poll = select.epoll()
        for descriptor in self._by_descriptor:
            self._poll.register(descriptor, select.EPOLLIN)

    def close(self) -> None:
        self._poll.close()
        for member in self.members:
            member.socket.close()

    def burst(self, frames: Sequence[bytes], senders: int) -> float:
        """Seconds until all frames were acknowledged and delivered; each sender sends its next when it may."""
        left, began = self._begin(frames), perf_counter()
        waiting = {member: member.answers for member in self.members[:senders]}
        for member, frame in zip(waiting, islice(left, senders), strict=False):
            member.socket.sendall(frame)

        def go_on(member: Member) -> None:
            if waiting.get(member, member.answers) < member.answers:
                waiting[member] = member.answers
                if (frame := next(left, None)) is not None:
                    member.socket.sendall(frame)

        self._read_until(self._goal(len(frames)), go_on)
        return perf_counter() - began

    def paced(self, frames: Sequence[bytes], pause: float) -> list[float]:
        """Seconds from sending to each delivery; one message every `pause` seconds, nobody else sends."""
        taken: list[float] = []
        left, at = self._begin(frames), perf_counter()
        for sent, frame in enumerate(left):
            at += pause
            while (rest := at - perf_counter()) > 0:
                self._read(rest)
            began = perf_counter()
            self.members[sent % len(self.members)].socket.sendall(frame)
            seen = {member: member.messages for member in self.members}

            def note(member: Member, began: float = began, seen: dict[Member, int] = seen) -> None:
                if member.messages > seen[member]:
                    seen[member] = member.messages
                    taken.append(perf_counter() - began)

            self._read_until(self._goal(1, since=seen), note)
        return taken

    def _begin(self, frames: Sequence[bytes]) -> Iterator[bytes]:
        for member in self.members:
            member.socket.sendall(PONG)
        return iter(frames)

    def _goal(self, messages: int, since: dict[Member, int] | None = None) -> Callable[[], bool]:
        """Whether everybody got so many more, and as many receipts came back."""
        goals = {member: (since or {}).get(member, member.messages) + messages for member in self.members}
        answers = sum(member.answers for member in self.members) + messages
        late = set(self.members)

        def reached() -> bool:
            while late and (member := next(iter(late))).messages >= goals[member]:
                late.discard(member)
            return not late and sum(member.answers for member in self.members) >= answers

        return reached

    def _read_until(self, reached: Callable[[], bool], act: Callable[[Member], None]) -> None:
        silent_since = perf_counter()
        while not reached():
            ready = self._read(1.0)
            if ready:
                silent_since = perf_counter()
            elif perf_counter() - silent_since > SILENCE_SECONDS:
                raise RoundFailed("a message did not reach everybody")
            for member in ready:
                if member.wrong:
                    raise RoundFailed(member.wrong.decode())
                act(member)

    def _read(self, timeout: float) -> list[Member]:
        """Who got something, after everything that lay there was counted."""
        ready = []
        for descriptor, _ in self._poll.poll(timeout):
            member = self._by_descriptor[descriptor]
            size = member.socket.recv_into(self._buffer)
            if size == 0:
                raise RoundFailed("the server closed a stream")
            member.take(self._buffer[:size])
            ready.append(member)
        return ready


def connect(port: int, token: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(
        f"GET /v1/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        "\r\n".encode()
    )
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(1)
    if not answer.startswith(b"HTTP/1.1 101"):
        raise RoundFailed(answer.decode())
    return connection


def masked(payload: bytes) -> bytes:
    """A client's text frame; a mask of zeros is one too."""
    return struct.pack("!BBHI", 0x81, 0x80 | 126, len(payload), 0) + payload
