"""What a node is told at start, read once. docs/archive.md explains each field; a test holds the two together."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeConfig:
    data: Path  # folder of database, keys and lock; mode 0700
    health_port: int | None = None  # of http://127.0.0.1/healthz; 0: any free one; None: not served
    first_retry_seconds: float = 1.0  # after a fault, doubled each time …
    longest_retry_seconds: float = 60.0  # … up to this; a full disk is looked at once a minute
