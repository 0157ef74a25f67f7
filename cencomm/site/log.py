"""What a server says of its work: one JSON object per line on standard error, static event names, no locals of
tracebacks. What is content, key, token or address never gets here.
"""

import contextlib
import logging
import sys
from typing import TextIO, cast

import structlog


def configure_log() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", PatientStream(sys.stderr))),
        cache_logger_on_first_use=True,
    )


class PatientStream:
    """A log on a disk that is full loses lines. It must not end the work whose refusals it was to report."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, line: str) -> None:
        with contextlib.suppress(OSError):
            self._stream.write(line)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()
