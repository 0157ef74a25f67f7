"""What a node is told at start, read once. docs/archive.md explains each field; a test holds the two together."""

from dataclasses import dataclass
from pathlib import Path

from cencomm.site.listening import require_tls_beyond_loopback


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeConfig:
    """Raises UsageError for a node that would show records in clear to a network."""

    data: Path  # folder of database, keys and lock; mode 0700
    health_port: int | None = None  # of http://127.0.0.1/healthz; 0: any free one; None: not served
    port: int | None = None  # of the API (docs/api.md); 0: any free one; None: not served
    host: str = "127.0.0.1"
    tls_certificate: Path | None = None  # PEM chain
    tls_key: Path | None = None
    first_retry_seconds: float = 1.0  # after a fault, doubled each time …
    longest_retry_seconds: float = 60.0  # … up to this; a full disk is looked at once a minute

    def __post_init__(self) -> None:
        require_tls_beyond_loopback(self.host, self.tls_certificate, self.tls_key)
