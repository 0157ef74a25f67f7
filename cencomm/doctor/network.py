"""The relay as this computer reaches it: whether it answers, works, has our time and a certificate that lasts.

Its time comes under TLS, unsigned: a relay that lies about it makes the doctor complain, and nothing else believes it.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

from yarl import URL

from cencomm.client.transport.errors import BadAnswer, Refusal
from cencomm.client.transport.relay_client import open_relay, relay_address
from cencomm.clock import Clock
from cencomm.doctor.finding import Finding, broken, look, ok
from cencomm.errors import CencommError, Unavailable
from cencomm.primitives.tls_certificate import certificate_end
from cencomm.wire.relay import PROTOCOL_VERSION

DAY_SECONDS = 24 * 3600
CODE_SECONDS = 30  # a step of TOTP: further off, codes of an authenticator are wrong
ENTRY_SECONDS = 300  # ledger entries further ahead are refused (L5)
EARLY_DAYS, LATE_DAYS = 14, 3
CONNECT_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """`ahead`: how many seconds our clock is before the relay's. `end` of its certificate; None: plain HTTP."""

    name: str
    versions: tuple[int, ...]
    ahead: int
    works: bool
    end: int | None


async def judge_network(url: str, *, clock: Clock) -> list[Finding]:
    try:
        seen = await _ask(relay_address(url), clock)
    except (CencommError, OSError) as error:
        return [
            broken(
                "relay",
                "The relay at {url} does not answer: {reason}.",
                "Look whether this computer is on the network and the address is right; else call who runs the relay.",
                url=url,
                reason=str(error) or type(error).__name__,
            )
        ]
    return list(judge_seen(seen, url, now=clock()))


async def _ask(address: URL, clock: Clock) -> Seen:
    async with open_relay(str(address)) as relay:
        before = clock()
        about = await relay.about()
        ahead = (before + clock()) // 2 - about.time
        try:
            await relay.check_health()
            works = True
        except (Unavailable, Refusal, BadAnswer):
            works = False
    end = None if address.scheme == "http" else await _certificate_end(address)
    return Seen(name=about.name, versions=about.versions, ahead=ahead, works=works, end=end)


async def _certificate_end(address: URL) -> int:
    """Of the certificate that `open_relay` has just trusted."""
    async with asyncio.timeout(CONNECT_SECONDS):
        _, writer = await asyncio.open_connection(address.host, address.port, ssl=ssl.create_default_context())
    try:
        der: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        return certificate_end(ssl.DER_cert_to_PEM_cert(der).encode())
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def judge_seen(seen: Seen, url: str, *, now: int) -> Iterator[Finding]:
    if PROTOCOL_VERSION not in seen.versions:
        mend = "Update this program, or ask who runs the relay to update theirs."
        yield broken("relay", "The relay at {url} speaks another version of the protocol.", mend, url=url)
    elif not seen.works:
        mend = "Call who runs the relay: its disk is full, locked or broken."
        yield broken("relay", "The relay at {url} answers and cannot write: it takes no message.", mend, url=url)
    else:
        yield ok("relay", "The relay {name} at {url} answers and works.", name=seen.name, url=url)
    yield _clock(seen.ahead)
    if seen.end is not None:
        yield _certificate((seen.end - now) // DAY_SECONDS)


def _clock(ahead: int) -> Finding:
    mend = "Set this computer's clock (timedatectl set-ntp true), or call who runs the relay if it is theirs."
    if abs(ahead) > ENTRY_SECONDS:
        text = "This computer's clock and the relay's are {seconds} s apart: heartbeats and ledger entries fail."
        return broken("clock", text, mend, seconds=abs(ahead))
    if abs(ahead) > CODE_SECONDS:
        text = "This computer's clock and the relay's are {seconds} s apart: codes of authenticators may fail."
        return look("clock", text, mend, seconds=abs(ahead))
    return ok("clock", "This computer's clock and the relay's are {seconds} s apart.", seconds=abs(ahead))


def _certificate(days: int) -> Finding:
    mend = "Renew the relay's TLS certificate; the relay reads it by itself."
    if days < LATE_DAYS:
        return broken("certificate", "The relay's TLS certificate ends in {days} days.", mend, days=days)
    if days < EARLY_DAYS:
        return look("certificate", "The relay's TLS certificate ends in {days} days.", mend, days=days)
    return ok("certificate", "The relay's TLS certificate is good for {days} days.", days=days)
