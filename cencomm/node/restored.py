"""A node that was put back from a backup: it reads, catches up and commits before it says anything (D5)."""

from dataclasses import dataclass, field

import structlog

from cencomm.client.channel.enactment import follow_and_enact
from cencomm.client.channel.opening import Opening
from cencomm.client.channel.session import Standing
from cencomm.client.mailbox import Mailbox
from cencomm.client.watch import catch_up
from cencomm.node.data_folder import DataFolder

_log = structlog.get_logger()


def opening_of(folder: DataFolder, restored: "Restored | None") -> Opening | None:
    """What the mailbox in `folder` is opened with: a folder that was put back once never enters a channel as before.

    A Welcome from before is opened with a private half that the backup held. Shown only when all else was forgotten, it
    would lead back to epoch keys that were used already (S5).
    """
    if restored is not None:
        return restored.opening
    return Opening(recovered=True) if folder.recovered_mark.exists() else None


@dataclass(frozen=True, slots=True)
class Restored:
    """Lasts as long as the process: what it committed in one life counts in the next, what it read does too."""

    folder: DataFolder
    opening: Opening = field(default_factory=Opening)

    async def recover(self, mailbox: Mailbox) -> None:
        """Every channel in which this node still is, has an epoch of its own; the folder is an ordinary one again.

        Raises:
            ProtocolError, Unavailable: not yet; what was committed stays so.
        """
        if not self.folder.restored_mark.exists():
            return
        await catch_up(mailbox)
        for operation, channel in sorted(mailbox.sessions):
            session = mailbox.sessions[operation, channel]
            if session.standing is Standing.LIVE and session.must_commit:
                async with mailbox.lock:
                    await follow_and_enact(mailbox, operation, channel, sending=True)
        self.folder.recovered_mark.touch(mode=0o600)
        self.folder.restored_mark.unlink()
        _log.info("node_recovered", channels=len(mailbox.sessions))
