"""One opening of a mailbox whose state came from somewhere else than this computer's own disk (rule D5).

Such a state may be Monday's, whatever the relay says, and Tuesday's opening of it may have used its keys. So nothing is
encrypted in a channel before a Commit of our own began its epoch, with a path that was drawn in this opening: keys that
hang on it were never anybody's before. Reading needs none of this.
"""

from dataclasses import replace

from cencomm.client.channel.session import ChannelSession
from cencomm.ids import ChannelId, OperationId


class Opening:
    """In which channels this opening has committed. It lives in memory only, as long as the mailbox is held.

    `recovered`: the state is this disk's own again, but key packages in it are older, so that another life may have
    opened Welcomes with them that are still to come. Only what is entered needs a Commit then, and the store says so.
    """

    def __init__(self, *, recovered: bool = False) -> None:
        self._recovered = recovered
        self._committed: set[tuple[OperationId, ChannelId, int]] = set()

    def restored(self, session: ChannelSession) -> ChannelSession:
        """A session as it was stored: by this opening, or by somebody before."""
        if self._recovered:
            return session
        return replace(session, must_commit=_key(session) not in self._committed)

    def joined(self, session: ChannelSession) -> ChannelSession:
        """A Welcome can be opened twice as well: its epoch's keys are not this opening's alone."""
        self._committed.discard(_key(session))
        return replace(session, must_commit=True)

    def stored(self, session: ChannelSession) -> None:
        """The session is the one that counts from here on."""
        if not session.must_commit:
            self._committed.add(_key(session))


def _key(session: ChannelSession) -> tuple[OperationId, ChannelId, int]:
    return session.operation, session.channel, session.generation
