"""What a server says of its work: one JSON object per line on standard error, static event names, facts as fields.

What is content, key, token or address never gets here. An exception's own words may quote any of these (a name that is
no number, a request that is none), so of an exception its type and where it was raised are told, not what it says. So
too of libraries, whose messages quote the addresses and first lines of whoever connects: who spoke, from which line.
"""

import contextlib
import logging
import sys
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict, WrappedLogger

MAX_FRAMES = 12  # of each exception, the innermost
MAX_CHAIN = 4  # exceptions that led to one another


def configure_log() -> None:
    """For a server's process: everything that it or its libraries say, and how it ends, goes this way."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            tell_exception,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", PatientStream())),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[LibraryHandler()], level=logging.WARNING, force=True)
    logging.captureWarnings(capture=True)
    sys.excepthook = _tell_end


def tell_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A processor of structlog: for `exc_info`, the types of the exceptions and where each was raised."""
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else sys.exc_info()[1] if given else None
    if error is not None:
        event["exception"] = [_told(one) for one in _chain(error)]
    return event


class LibraryHandler(logging.Handler):
    """A library complained: which one, from where, with what kind of exception. Its words are not repeated."""

    def emit(self, record: logging.LogRecord) -> None:
        error = None if record.exc_info is None else record.exc_info[1]
        told: Mapping[str, object] = {} if error is None else {"exc_info": error}
        structlog.get_logger().log(
            min(record.levelno, logging.ERROR),
            "library_complained",
            library=record.name,
            line=f"{record.module}:{record.lineno}",
            **told,
        )


def _tell_end(_kind: type[BaseException], error: BaseException, _traceback: TracebackType | None) -> None:
    if not isinstance(error, KeyboardInterrupt):
        structlog.get_logger().critical("process_broke", exc_info=error)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception, and what it came from or stands for, outermost first."""
    at: BaseException | None = error
    for _ in range(MAX_CHAIN):
        if at is None:
            return
        yield at
        at = at.exceptions[0] if isinstance(at, BaseExceptionGroup) else at.__cause__ or at.__context__


def _told(error: BaseException) -> dict[str, object]:
    frames = traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
    at = [f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno} {frame.name}" for frame in frames]
    return {"kind": type(error).__name__, "at": at}


class PatientStream:
    """A log on a disk that is full loses lines. It must not end the work whose refusals it was to report.

    Without a stream it is whatever standard error is when a line comes.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._given = stream

    @property
    def _stream(self) -> TextIO:
        return sys.stderr if self._given is None else self._given

    def write(self, line: str) -> None:
        with contextlib.suppress(OSError):
            self._stream.write(line)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()
