"""Members that only listen: each of their connections gets every ciphertext and follows sequence and hash chain.

    python -m bench._listener PORT SEQUENCE HASH MESSAGES < tokens

One process plays all of them. Each connection is followed by itself, byte for byte; what the same bytes lead to from
the same hash is worked out once. Ends when all have MESSAGES more entries than SEQUENCE, and says what it cost.
"""

import resource
import select
import socket
import struct
import sys
from time import process_time

import msgspec

from bench._crowd import PONG, READ_BYTES, RoundFailed, connect
from cencomm.ledger.log import LogKind, log_hash
from cencomm.wire.stream import LogPushed, Pushed

_DECODER: msgspec.json.Decoder[Pushed] = msgspec.json.Decoder(Pushed)
REMEMBERED = 10_000  # steps of the chain


class Chain:
    """Where one log's bytes lead."""

    def __init__(self) -> None:
        self._steps: dict[tuple[bytes, bytes], tuple[int, bytes]] = {}

    def follow(self, previous: bytes, payload: bytes) -> tuple[int, bytes] | None:
        """Sequence and hash of the entry that `payload` pushes behind `previous`; None: it pushes none."""
        step = self._steps.get((previous, payload))
        if step is None:
            pushed = _DECODER.decode(payload)
            if not isinstance(pushed, LogPushed):
                return None
            entry = pushed.entry
            after = log_hash(
                pushed.channel, pushed.generation, previous, entry.sequence, LogKind(entry.kind), entry.message
            )
            if len(self._steps) >= REMEMBERED:
                self._steps.clear()
            step = self._steps[previous, payload] = (entry.sequence, after)
        return step


class Listener:
    __slots__ = ("_buffer", "_chain", "hash", "sequence", "socket")

    def __init__(self, connection: socket.socket, chain: Chain, sequence: int, hash_: bytes) -> None:
        self.socket = connection
        self.sequence = sequence
        self.hash = hash_
        self._chain = chain
        self._buffer = b""

    def take(self, data: bytes) -> None:
        """Raises RoundFailed: an entry is missing, or comes twice."""
        data, at = self._buffer + data if self._buffer else data, 0
        while len(data) - at >= 2:
            size, head = data[at + 1], 2
            if size == 126:
                size, head = struct.unpack_from("!H", data, at + 2)[0] if len(data) - at >= 4 else 1 << 16, 4
            elif size == 127:
                size, head = struct.unpack_from("!Q", data, at + 2)[0] if len(data) - at >= 10 else 1 << 16, 10
            if len(data) - at < head + size:
                break
            if data[at] == 0x81:
                self._follow(data[at + head : at + head + size])
            elif data[at] == 0x89:
                self.socket.sendall(PONG)
            at += head + size
        self._buffer = data[at:]

    def _follow(self, payload: bytes) -> None:
        step = self._chain.follow(self.hash, payload)
        if step is None:
            return
        if step[0] != self.sequence + 1:
            raise RoundFailed(f"entry {step[0]} came after {self.sequence}")
        self.sequence, self.hash = step


def listen(port: int, sequence: int, hash_: bytes, messages: int, tokens: list[str]) -> list[Listener]:
    chain, poll = Chain(), select.epoll()
    listeners = [Listener(connect(port, token), chain, sequence, hash_) for token in tokens]
    by_descriptor = {listener.socket.fileno(): listener for listener in listeners}
    for descriptor in by_descriptor:
        poll.register(descriptor, select.EPOLLIN)
    print("listening", flush=True)
    waiting = set(listeners)
    while waiting:
        for descriptor, _ in poll.poll():
            listener = by_descriptor[descriptor]
            data = listener.socket.recv(READ_BYTES)
            if not data:
                raise RoundFailed("the relay closed a stream")
            listener.take(data)
            if listener.sequence >= sequence + messages:
                waiting.discard(listener)
    return listeners


def main(port: int, sequence: int, hash_: str, messages: int) -> None:
    tokens = sys.stdin.read().split()
    began = process_time()
    listeners = listen(port, sequence, bytes.fromhex(hash_), messages, tokens)
    assert len({listener.hash for listener in listeners}) <= 1
    report = {
        "hash": listeners[0].hash.hex() if listeners else hash_,
        "cpu": process_time() - began,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    print(msgspec.json.encode(report).decode(), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
