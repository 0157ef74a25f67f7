"""Entropy that can be repeated: each byte string follows from how many were drawn before."""

import hashlib


class CountingEntropy:
    """SHA-256 of a seed and a counter, as many as needed. Never for anything but tests."""

    def __init__(self, seed: str = "") -> None:
        self._seed = seed.encode()
        self.drawn = 0

    def __call__(self, count: int) -> bytes:
        self.drawn += 1
        return hashlib.shake_256(self._seed + self.drawn.to_bytes(8, "big")).digest(count)
