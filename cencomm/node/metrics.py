"""A node in numbers: `/metrics` beside `/healthz` (docs/operate.md says what each means and which to be woken by).

As with the relay no label says who, where or what: kinds, standings and reasons, each from a closed list of our own.
Channels are counted, not named. Of several the worst is shown: one that lags is not hidden by nine that do not.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from prometheus_client import CollectorRegistry, Counter, Gauge

from cencomm.client.channel.enacting import Difference, difference
from cencomm.client.channel.session import ChannelSession, Standing
from cencomm.client.events import ALARMS, Event, Reason
from cencomm.client.mailbox import Mailbox
from cencomm.ledger.certificate import verify_certificate
from cencomm.node.health import Health
from cencomm.site.metrics import new_registry


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class NodeMetrics:
    registry: CollectorRegistry
    events: Counter
    faults: Counter
    last_event: Gauge
    works: Gauge
    relay: Gauge
    letters: Gauge
    quarantine: Gauge
    unfinished: Gauge
    channels: Gauge
    entries_behind: Gauge
    to_remove: Gauge
    to_add: Gauge
    outbox: Gauge
    certificate: Gauge

    @classmethod
    def of(cls, folder: Path, database: Path) -> Self:
        """For a node on `folder`; nothing of it is counted yet."""
        registry = new_registry(folder, database)

        def gauge(name: str, help_: str, *labels: str) -> Gauge:
            return Gauge(f"cencomm_node_{name}", help_, labels, registry=registry)

        def count(name: str, help_: str, *labels: str) -> Counter:
            return Counter(f"cencomm_node_{name}", help_, labels, registry=registry)

        return cls(
            registry=registry,
            events=count("events", "Log entries that became durable here, by what they brought.", "kind"),
            faults=count("faults", "Times the node had to begin anew, by the kind of what went wrong.", "kind"),
            last_event=gauge("last_event_timestamp_seconds", "When the newest of those events came."),
            works=gauge("works", "1: as /healthz says."),
            relay=gauge("relay_answers", "1: the relay answered just now."),
            letters=gauge("letters_waiting", "Access letters that the unit has not answered."),
            quarantine=gauge("quarantine", "Entries set aside, by reason.", "reason", "alarm"),
            unfinished=gauge("unfinished", "What the consumer still has to do, by kind.", "kind"),
            channels=gauge("channels", "Channels by what this device can do in them.", "standing"),
            entries_behind=gauge("log_entries_behind", "Behind the newest head that the relay signed; worst channel."),
            to_remove=gauge("leaves_to_remove", "Leaves that the ledger entitles no more, not removed yet (C4)."),
            to_add=gauge("members_to_add", "Members whom the ledger admitted and nobody has added yet."),
            outbox=gauge("outbox_waiting", "Messages of this node's own that have no receipt yet."),
            certificate=gauge("device_certificate_timestamp_seconds", "When this device's certificate ends."),
        )

    def observe(self, event: Event, *, now: int) -> None:
        """One event became durable."""
        self.events.labels(type(event).__name__).inc()
        self.last_event.set(now)

    def show(self, health: Health, mailbox: Mailbox | None) -> None:
        """What is so now; `mailbox` is None while the node is between two tries, and then its channels are unknown."""
        self.works.set(health.works)
        self.relay.set(health.relay)
        self.letters.set(health.waiting_for)
        for reason in Reason:  # all of them: what falls to nothing is to be seen falling
            alarm = "yes" if reason in ALARMS else "no"
            self.quarantine.labels(reason.value, alarm).set(health.quarantine.get(reason.value, 0))
        for kind, left in health.unfinished.items():
            self.unfinished.labels(kind).set(left)
        if mailbox is not None:
            self._show_channels(mailbox)

    def _show_channels(self, mailbox: Mailbox) -> None:
        sessions = list(mailbox.sessions.values())
        for standing in Standing:
            held = sum(session.standing is standing for session in sessions)
            self.channels.labels(standing.name.lower()).set(held)
        live = [session for session in sessions if session.standing is Standing.LIVE]
        self.entries_behind.set(max((_entries_behind(mailbox, session) for session in live), default=0))
        owed = [_owed(mailbox, session) for session in live]
        self.to_remove.set(sum(len(difference.unentitled) for difference in owed))
        self.to_add.set(sum(len(difference.absent) for difference in owed))
        self.outbox.set(sum(len(session.outbox) for session in sessions))
        self.certificate.set(verify_certificate(mailbox.device.certificate).not_after)


def _entries_behind(mailbox: Mailbox, session: ChannelSession) -> int:
    head = mailbox.log_heads.get((session.operation, session.channel))
    if head is None or head.statement.generation != session.generation:
        return 0
    return max(0, head.statement.sequence - session.sequence)


def _owed(mailbox: Mailbox, session: ChannelSession) -> Difference:
    return difference(session, mailbox.operation(session.operation).ledger, mailbox.certificates)
