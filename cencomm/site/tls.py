"""A server's TLS certificate, read again when it was renewed: nobody has to be there at the hour when it ends.

New connections get the new one, those that are open go on under the old one. A pair of files that do not belong
together (one is written before the other) or cannot be read changes nothing; it is tried again a minute later.
"""

import asyncio
import contextlib
import signal
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge

from cencomm.errors import MalformedError, UsageError
from cencomm.primitives.tls_certificate import certificate_end

LOOK_SECONDS = 60.0  # between looks whether the files are newer

_log = structlog.get_logger()


def certificate_gauge(registry: CollectorRegistry) -> Gauge:
    name = "cencomm_tls_certificate_end_timestamp_seconds"
    return Gauge(name, "When the TLS certificate ends that new connections get.", registry=registry)


@dataclass(slots=True, eq=False)
class Tls:
    """`context` is what the server listens with; `reload` changes what it presents.

    `end`: when the certificate ends that it presents, in seconds.
    """

    certificate: Path
    key: Path
    context: ssl.SSLContext = field(init=False)
    end: int = field(init=False)
    _seen: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Raises UsageError when they are no pair."""
        self._seen = self._stamps()
        try:
            self.end = certificate_end(self.certificate.read_bytes())
            self.context = _new_context(self.certificate, self.key)
        except (OSError, MalformedError) as error:  # ssl.SSLError is an OSError
            raise UsageError(f"{self.certificate} and {self.key} are no TLS certificate and its key") from error

    def reload(self) -> None:
        """What is in the files now is what new connections get.

        Raises:
            UsageError: they are no pair; what was presented before still is.
        """
        fresh = Tls(self.certificate, self.key)  # tried apart from what is in use: a half of a pair must not get there
        try:
            self.context.load_cert_chain(self.certificate, self.key)
        except OSError as error:  # written again since
            raise UsageError(f"{self.certificate} and {self.key} are being written") from error
        self.end, self._seen = fresh.end, fresh._seen

    def is_newer(self) -> bool:
        """Whether a file was written since they were read."""
        return self._stamps() != self._seen

    async def keep_fresh(self, show: Gauge) -> None:
        """Reload after SIGHUP and whenever the files were written, until cancelled."""
        hangup = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, hangup.set)
        try:
            while True:
                show.set(self.end)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await hangup.wait()
                if hangup.is_set() or self.is_newer():
                    self._try_reload()
                hangup.clear()
        finally:
            loop.remove_signal_handler(signal.SIGHUP)

    async def serve_fresh(self, _: web.Application, show: Gauge) -> AsyncIterator[None]:
        """For `app.cleanup_ctx`."""
        task = asyncio.create_task(self.keep_fresh(show), name="certificate")
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    def _try_reload(self) -> None:
        try:
            self.reload()
        except UsageError:
            _log.warning("certificate_not_read")
        else:
            _log.info("certificate_read_again", ends=self.end)

    def _stamps(self) -> tuple[int, ...]:
        """When both were written, links followed: a renewal often turns a link to another file."""
        try:
            return tuple(path.stat().st_mtime_ns for path in (self.certificate, self.key))
        except OSError:  # being renewed just now
            return ()


def _new_context(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(certificate, key)
    return context
