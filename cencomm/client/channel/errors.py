"""What stops a member in an operation or channel. In every case nothing was changed."""

from collections.abc import Sequence

from cencomm.errors import AccessDenied, ProtocolError, Unavailable, UsageError
from cencomm.ledger.statements import Contradiction


class LogGap(ProtocolError):  # noqa: N818 (names what was found)
    """The relay skipped or repeated an entry: read the log from the own position."""

    def __init__(self, *, expected: int, got: int) -> None:
        super().__init__(f"log entry {got} where {expected} follows")
        self.expected, self.got = expected, got


class LogContradicted(ProtocolError):  # noqa: N818
    """The relay signed a log head that is not on the chain that we followed: keep it, tell the unit."""


class RolledBack(ProtocolError):  # noqa: N818
    """The relay shows less than it showed before (a backup, or a lie). Nothing older is accepted (L2)."""


class LedgerLost(RolledBack):
    """The relay shows a beginning of the ledger that it signed further: a backup was put back, or it lies.

    No fork: nothing that it signs is beside our chain (L4). We give it back what it lacks (H4).
    """

    def __init__(self, *, shown: int, held: int) -> None:
        super().__init__(f"the relay shows the ledger up to {shown}, before it was {held}")
        self.shown = shown


class OperationFrozen(ProtocolError):  # noqa: N818
    """Two statements that the relay signed contradict each other. Both are kept as evidence; nothing more is sent."""

    def __init__(self, evidence: Contradiction) -> None:
        super().__init__(f"{evidence.sentence}: nothing is sent in this operation until the unit has looked at it")
        self.evidence = evidence


class FrozenOperation(AccessDenied):
    """The relay was caught signing two histories; the coordination unit must look at the evidence first (L4)."""

    def __init__(self, sentence: str) -> None:
        super().__init__(f"this operation is frozen: {sentence}")


class DeviceReadsOn(Unavailable):
    """A device of one's own was ended at the relay, and not taken out of every channel (C6): ended again, it is."""

    def __init__(self, places: Sequence[str]) -> None:
        super().__init__("; ".join(places))


class ChannelNotUsable(AccessDenied):
    """Nothing can be written from this device: it was removed, or the channel waits for the unit's restart."""

    def __init__(self, standing: str) -> None:
        super().__init__(f"nothing can be sent here: this device's place in the channel is '{standing}'")


class ChannelWaits(ChannelNotUsable):
    """The unit has to restart the channel, or members to let this device in again. What was signed goes out then."""


class NotYetAdded(Unavailable):
    """A device that no member has added to the channel yet: what was signed there goes out then."""

    def __init__(self) -> None:
        super().__init__("this device is not in the channel yet: it is added as soon as another member is online")


class ChannelRestarting(Unavailable):
    """The unit restarted the channel and this device is not in the new group yet. What was signed goes out then."""

    def __init__(self) -> None:
        super().__init__(
            "the unit restarts this channel: the message is kept, and goes out when this device is back in"
        )


class MustEnactFirst(UsageError):  # noqa: N818
    """Somebody who is no longer entitled can still read: commit their removal, then send (C4)."""

    def __init__(self) -> None:
        super().__init__("a revocation is not carried out yet in this channel")


class MustCommitFirst(UsageError):  # noqa: N818
    """The mailbox was opened from the relay: a Commit of our own comes before anything is encrypted here (D5)."""

    def __init__(self) -> None:
        super().__init__("since this mailbox was opened, no Commit of ours began the channel's epoch")


class NotAMember(AccessDenied):
    """The ledger does not admit this account to the operation or channel (yet, or any more)."""


class RelayWithholds(Unavailable):
    """Members refer to ledger or log entries that the relay does not give us: wait, or tell the coordination unit."""
