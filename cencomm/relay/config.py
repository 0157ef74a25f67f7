"""What a relay is told at start, read once. docs/relay.md explains each field; a test holds the two together."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cencomm.errors import UsageError
from cencomm.secret import Secret
from cencomm.site.listening import require_tls_beyond_loopback
from cencomm.wire.limits import (
    ATTACHMENT_BYTES_PER_ACCOUNT,
    ATTACHMENTS_PER_ACCOUNT,
    CLAIMS_PER_HOUR,
    COMMIT_PAUSE_MEMBER_MILLISECONDS,
    COMMIT_PAUSE_SECONDS,
    COMMITS_PER_HOUR,
    MAX_RELAY_NAME_BYTES,
    PUBLISHES_PER_MINUTE,
    STREAMS_PER_ACCOUNT,
)

DAY_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayConfig:
    """Raises UsageError for a relay that would speak in clear to a network."""

    data: Path  # folder of database and keys; made if absent, mode 0700
    name: str  # part of every sign-in name's hash: never change it
    host: str = "127.0.0.1"
    port: int = 8440  # 0: any free one
    metrics_port: int | None = None  # of http://127.0.0.1/metrics; 0: any free one; None: not served
    tls_certificate: Path | None = None  # PEM chain
    tls_key: Path | None = None
    registration_code: Secret | None = None  # None: anybody may make an account
    synchronous: Literal["FULL", "OFF"] = "FULL"  # OFF loses acknowledged messages at a power cut: tests only
    lock_timeout_seconds: float = 5.0  # how long another process may hold the database before a write is refused
    session_seconds: int = 30 * DAY_SECONDS
    failed_sign_ins_per_address: int = 100  # in `failed_sign_in_seconds`, unknown sources only (D6)
    failed_sign_in_seconds: int = 300
    accounts_per_address: int = 1000  # made from one network address in an hour; an operation enrols in a day
    claims_per_hour: int = CLAIMS_PER_HOUR
    publishes_per_minute: int = PUBLISHES_PER_MINUTE
    commit_pause_seconds: int = COMMIT_PAUSE_SECONDS  # C7; 0 with the next one: no pause
    commit_pause_member_milliseconds: int = COMMIT_PAUSE_MEMBER_MILLISECONDS
    commits_per_hour: int = COMMITS_PER_HOUR
    streams_per_account: int = STREAMS_PER_ACCOUNT
    attachments_per_account: int = ATTACHMENTS_PER_ACCOUNT  # in one operation
    attachment_bytes_per_account: int = ATTACHMENT_BYTES_PER_ACCOUNT
    stream_buffer_bytes: int = 4 << 20  # unsent bytes after which a reader counts as too slow

    def __post_init__(self) -> None:
        if not 1 <= len(self.name.encode()) <= MAX_RELAY_NAME_BYTES:
            raise UsageError(f"a relay's name has 1 to {MAX_RELAY_NAME_BYTES} bytes")
        require_tls_beyond_loopback(self.host, self.tls_certificate, self.tls_key)

    @property
    def database(self) -> Path:
        return self.data / "relay.sqlite"

    @property
    def attachments(self) -> Path:
        return self.data / "attachments"
