"""A node that was put back from a backup: it reads, catches up and commits before it says anything (D5)."""

import asyncio
from dataclasses import dataclass, field

import structlog

from cencomm.client.channel.enactment import follow_and_enact
from cencomm.client.channel.opening import Opening
from cencomm.client.channel.session import Standing
from cencomm.client.channel.shut_out import ask_to_be_let_in
from cencomm.client.mailbox import Mailbox
from cencomm.client.watch import catch_up
from cencomm.ids import ChannelId, OperationId
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
    shut_out: set[tuple[OperationId, ChannelId]] = field(default_factory=set)

    async def recover(self, mailbox: Mailbox) -> None:
        """Every channel in which this node still is, has an epoch of its own; the folder is an ordinary one again.

        Unless the members have to let it in again somewhere: then the folder stays a restored one until they did.

        Raises:
            ProtocolError, Unavailable: not yet; what was committed stays so.
        """
        if not self.folder.restored_mark.exists():
            return
        await catch_up(mailbox)
        self.shut_out.clear()
        for operation in mailbox.operations:
            for channel in mailbox.entitled_channels(operation):
                session = mailbox.sessions.get((operation, channel))
                async with mailbox.lock:
                    if session is None or session.standing not in {Standing.LIVE, Standing.STALLED}:
                        if await ask_to_be_let_in(mailbox, operation, channel):
                            self.shut_out.add((operation, channel))
                    elif session.must_commit and session.standing is Standing.LIVE:
                        await follow_and_enact(mailbox, operation, channel, sending=True)
        if self.shut_out:
            _log.warning("node_waits_to_be_let_in", channels=len(self.shut_out))
            return
        self.folder.recovered_mark.touch(mode=0o600)
        self.folder.restored_mark.unlink()
        _log.info("node_recovered", channels=len(mailbox.sessions))

    async def stay_until_recovered(self, mailbox: Mailbox, *, seconds: float) -> None:
        """Recover as soon as the members have let this node in everywhere; looked at every so many `seconds`."""
        while self.folder.restored_mark.exists():
            if not any(_is_shut_out(mailbox, *one) for one in self.shut_out):
                await self.recover(mailbox)
            await asyncio.sleep(seconds)


def _is_shut_out(mailbox: Mailbox, operation: OperationId, channel: ChannelId) -> bool:
    session = mailbox.sessions.get((operation, channel))
    live = session is not None and session.standing is Standing.LIVE
    return not live and channel in mailbox.entitled_channels(operation)
