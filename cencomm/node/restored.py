"""A node that was put back from a backup: it reads, catches up and commits before it says anything (D5)."""

import asyncio
from dataclasses import dataclass, field
from typing import assert_never

import structlog

from cencomm.client.channel.enactment import follow_and_enact
from cencomm.client.channel.entrance import replace_key_packages
from cencomm.client.channel.errors import FrozenOperation
from cencomm.client.channel.opening import Opening
from cencomm.client.channel.session import Standing
from cencomm.client.channel.shut_out import ask_to_be_let_in
from cencomm.client.mailbox import Mailbox
from cencomm.client.transport.errors import NotEntitled, NotFound
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


@dataclass(slots=True)
class Restored:
    """Lasts as long as the process: what it committed in one life counts in the next, what it read does too."""

    folder: DataFolder
    opening: Opening = field(default_factory=Opening)
    _shut_out: set[tuple[OperationId, ChannelId]] = field(default_factory=set)
    _has_new_packages: bool = False

    async def recover(self, mailbox: Mailbox) -> None:
        """Every channel in which this node still is, has an epoch of its own; the folder is an ordinary one again.

        Unless the members have to let it in again somewhere, or an operation is closed to it for now: then the folder
        stays a restored one.

        Raises:
            ProtocolError, Unavailable: not yet; what was committed stays so.
        """
        if not self.folder.restored_mark.exists():
            return
        if not self._has_new_packages:
            await replace_key_packages(mailbox)
            self._has_new_packages = True
        await catch_up(mailbox)
        self._shut_out.clear()
        closed = [operation for operation in mailbox.operations if not await self._recover_in(mailbox, operation)]
        if closed or self._shut_out:
            _log.warning("node_not_recovered", closed_operations=len(closed), waits_to_be_let_in=len(self._shut_out))
            return
        self.folder.recovered_mark.touch(mode=0o600)
        self.folder.restored_mark.unlink()
        _log.info("node_recovered", channels=len(mailbox.sessions))

    async def stay_until_let_in(self, mailbox: Mailbox, *, seconds: float) -> None:
        """Recover as soon as the members have let this node in everywhere; looked at every so many `seconds`."""
        while self._shut_out:
            if not any(_is_shut_out(mailbox, *one) for one in self._shut_out):
                await self.recover(mailbox)
            await asyncio.sleep(seconds)

    async def _recover_in(self, mailbox: Mailbox, operation: OperationId) -> bool:
        """Whether the operation let us look; where one does not, the others go on."""
        try:
            for channel in mailbox.entitled_channels(operation):
                async with mailbox.lock:
                    await self._recover_channel(mailbox, operation, channel)
        except (NotEntitled, NotFound, FrozenOperation):
            return False
        return True

    async def _recover_channel(self, mailbox: Mailbox, operation: OperationId, channel: ChannelId) -> None:
        session = mailbox.sessions.get((operation, channel))
        standing = None if session is None else session.standing
        match standing:
            case Standing.LIVE if session is not None and session.must_commit:
                await follow_and_enact(mailbox, operation, channel, sending=True)
            case Standing.LIVE | Standing.STALLED:  # the unit restarts a stalled one: a new group, entered anew
                pass
            case Standing.STRANDED:  # said so when it caught up (C10)
                self._shut_out.add((operation, channel))
            case None | Standing.REMOVED | Standing.ENDED:
                if await ask_to_be_let_in(mailbox, operation, channel):
                    self._shut_out.add((operation, channel))
            case _:
                assert_never(standing)


def _is_shut_out(mailbox: Mailbox, operation: OperationId, channel: ChannelId) -> bool:
    session = mailbox.sessions.get((operation, channel))
    live = session is not None and session.standing is Standing.LIVE
    return not live and channel in mailbox.entitled_channels(operation)
