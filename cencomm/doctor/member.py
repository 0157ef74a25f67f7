"""What the doctor finds in a member's state, a node's or an officer's: read from its store, nothing is changed."""

from collections.abc import Iterator, Mapping

from cencomm.client.channel.key_packages import REFILL_BELOW, load_stock
from cencomm.client.channel.session import ChannelSession, Standing
from cencomm.client.events import ALARMS, Reason
from cencomm.client.mailbox import Mailbox
from cencomm.doctor.finding import Finding, broken, look, ok
from cencomm.ledger.certificate import verify_certificate

DAY_SECONDS = 24 * 3600
EARLY_DAYS = 30  # that a device's end is told of beforehand
_ADVICE = {
    Standing.STALLED: "Ask a coordinator to run cencomm operation restart for the channel.",
    Standing.STRANDED: "Keep any other member's program running: it lets this device in again.",
    Standing.ENDED: "Keep the archive or a coordinator's program running: they let this device into the new group.",
}


async def judge_member(mailbox: Mailbox, *, now: int) -> list[Finding]:
    """Its ledgers were verified entry by entry when it was opened."""
    sessions = list(mailbox.sessions.values())
    stock = sum(not bundle.key_package.is_last_resort for bundle in await load_stock(mailbox.store))
    return [
        _ledgers(mailbox),
        *_channels(sessions),
        _outbox(sessions),
        _certificate(verify_certificate(mailbox.device.certificate).not_after, now=now),
        judge_stock(stock),
    ]


def _ledgers(mailbox: Mailbox) -> Finding:
    frozen = [operation.frozen for operation in mailbox.operations.values() if operation.frozen is not None]
    if frozen:
        return broken(
            "ledgers",
            "{count} operations are frozen: the relay signed two heads that contradict each other ({reason}).",
            "Send nothing there, keep this folder as evidence, and call the unit: it founds the operation elsewhere.",
            count=len(frozen),
            reason=frozen[0],
        )
    waiting = len(mailbox.pins.keys() - mailbox.operations.keys())
    if waiting:
        mend = "Ask the coordination unit to run cencomm operation admit."
        return look("ledgers", "{waiting} access letters wait for the unit.", mend, waiting=waiting)
    return ok("ledgers", "{count} ledgers verify, entry by entry.", count=len(mailbox.operations))


def _channels(sessions: list[ChannelSession]) -> Iterator[Finding]:
    for standing, mend in _ADVICE.items():
        count = sum(session.standing is standing for session in sessions)
        if count and standing is Standing.STALLED:
            yield broken("channels", "{count} channels are stalled by a Commit that breaks a rule.", mend, count=count)
        elif count and standing is Standing.STRANDED:
            yield look("channels", "In {count} channels this device lost its place.", mend, count=count)
        elif count:
            yield look("channels", "{count} channels were restarted, and this device is not in yet.", mend, count=count)
    live = sum(session.standing is Standing.LIVE for session in sessions)
    yield ok("channels", "This device takes part in {count} channels.", count=live)


def _outbox(sessions: list[ChannelSession]) -> Finding:
    waiting = sum(len(session.outbox) for session in sessions)
    if waiting:
        mend = "Type cencomm outbox; a server sends by itself as soon as the relay answers."
        return look("outbox", "{count} messages have no receipt yet.", mend, count=waiting)
    return ok("outbox", "Every message has its receipt.")


def _certificate(not_after: int, *, now: int) -> Finding:
    days = (not_after - now) // DAY_SECONDS
    if days < 0:
        return broken("device", "This device's certificate has ended.", "Ask a coordinator for a reset.")
    if days < EARLY_DAYS:
        mend = "Ask a coordinator for a reset before that day."
        return look("device", "This device's certificate ends in {days} days.", mend, days=days)
    return ok("device", "This device's certificate is good for {days} days.", days=days)


def judge_stock(one_time: int) -> Finding:
    """`one_time` packages whose private halves wait here (C8)."""
    if one_time < REFILL_BELOW:
        return look(
            "key_packages",
            "{count} one-time key packages are left: soon others can add this device by its last resort only.",
            "Start the program and let it reach the relay: it makes new ones by itself.",
            count=one_time,
        )
    return ok("key_packages", "{count} one-time key packages wait.", count=one_time)


def judge_quarantine(counts: Mapping[Reason, int]) -> Finding:
    alarms = {reason.value: count for reason, count in counts.items() if reason in ALARMS}
    if alarms:
        return broken(
            "quarantine",
            "Somebody lies, or keys are in wrong hands: {reasons}.",
            "Type cencomm archive quarantine (or the command of this kind of node), and call the unit now.",
            reasons=", ".join(f"{reason} {count}" for reason, count in sorted(alarms.items())),
        )
    if counts:
        mend = "Type cencomm archive quarantine (or the command of this kind of node), and ask the authors."
        return look("quarantine", "{count} entries were set aside.", mend, count=sum(counts.values()))
    return ok("quarantine", "Nothing was set aside.")
