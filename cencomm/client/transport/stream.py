"""Wake-ups from the relay, over as many WebSocket connections as it takes.

A push is a wake-up and the log is the truth: after each `Connected` the consumer reads its logs from its cursors, since
whatever was pushed while nobody listened is only there.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import aiohttp
from msgspec import DecodeError
from msgspec.json import Decoder
from yarl import URL

from cencomm.client.transport.errors import BadAnswer, NoSession, NotEntitled, Refusal
from cencomm.errors import ProtocolError
from cencomm.secret import Entropy
from cencomm.wire import stream as wire
from cencomm.wire.errors import Error, ErrorCode
from cencomm.wire.limits import KIB, MAX_MESSAGE_BYTES
from cencomm.wire.stream import (
    EnrolmentWaits,
    HistoryMoved,
    KeyPackagesLow,
    LedgerMovedOn,
    LogPushed,
    RejectionStored,
    WelcomeWaits,
)

HEARTBEAT_SECONDS = 30  # below the idle limit of common proxies (60 s)
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 60.0  # a relay that comes back finds its 1,000 clients spread over a minute
MAX_FRAME_BYTES = MAX_MESSAGE_BYTES * 4 // 3 + 4 * KIB  # one message in base64 and the names around it

Sleep = Callable[[float], Awaitable[None]]
"""seconds -> when they have passed; tests pass one that does not wait."""


@dataclass(frozen=True, slots=True)
class Connected:
    """A connection stands from now on: read what was missed, then listen."""


Pushed: TypeAlias = (
    LogPushed | LedgerMovedOn | WelcomeWaits | EnrolmentWaits | KeyPackagesLow | RejectionStored | HistoryMoved
)
Wake: TypeAlias = Connected | Pushed
"""What a stream tells. A closed union."""

_DECODER: Decoder[Pushed] = Decoder(Pushed)


def decode_pushed(data: str) -> Pushed:
    """The frame that exactly `data` writes.

    Raises:
        BadAnswer: anything else; also an answer to a publish, since we send none through the stream.
    """
    try:
        return _DECODER.decode(data)
    except (DecodeError, UnicodeError, RecursionError, ProtocolError) as error:
        raise BadAnswer(f"the relay pushes what is no frame: {error}") from None


async def wakes(
    http: aiohttp.ClientSession, url: URL, headers: Mapping[str, str], *, entropy: Entropy, sleep: Sleep
) -> AsyncGenerator[Wake, None]:
    """Wake-ups until the consumer stops, or the relay says that this session or account has ended.

    Raises:
        NoSession, NotEntitled: it has.
        BadAnswer: the relay pushes what is no frame.
    """
    failures = 0
    while True:
        try:
            async with http.ws_connect(
                url, headers=headers, heartbeat=HEARTBEAT_SECONDS, max_msg_size=MAX_FRAME_BYTES, compress=0
            ) as socket:
                yield Connected()
                while (message := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                    failures = 0  # by a frame, not by connecting: a relay that hangs up at once is not hurried after
                    yield decode_pushed(message.data)
                if message.type is aiohttp.WSMsgType.BINARY:
                    raise BadAnswer("the relay pushes binary frames")
                end = _end(socket.close_code)
        except aiohttp.WSServerHandshakeError as error:
            end = _end(error.status)
        except (aiohttp.ClientError, TimeoutError, OSError):
            end = None  # the line or the relay is gone for now
        if end is not None:
            raise end
        await sleep(wait_seconds(failures, entropy))
        failures += 1


def wait_seconds(failures: int, entropy: Entropy) -> float:
    """How long to wait after so many failures in a row: twice as long each time, half of it by chance."""
    longest = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * (1 << min(failures, 16)))
    return longest * (0.5 + int.from_bytes(entropy(4), "big") / (1 << 33))


def _end(code: int | None) -> Refusal | None:
    """Why no further try would help, if the status of the upgrade or the close code says so."""
    match code:
        case 401 | wire.CLOSE_SESSION_ENDED | wire.CLOSE_TAKEN_OVER:
            return NoSession(Error(code=ErrorCode.NO_SESSION, message="the session has ended: sign in again"))
        case 403 | wire.CLOSE_REVOKED:
            return NotEntitled(Error(code=ErrorCode.NOT_ENTITLED, message="this account was revoked"))
        case _:
            return None
