"""Saying that what is shown may be out of date (H3)."""

from cencomm.client.channel.freshness import Freshness, freshness
from cencomm.client.channel.session import ChannelKey
from cencomm.client.commands.presenter import load_presenter
from cencomm.client.desk import Desk
from cencomm.client.presenting import Presenter
from cencomm.client.terminal import Terminal
from cencomm.ids import OperationId


async def warn_of_staleness(terminal: Terminal, desk: Desk, operation: OperationId | None = None) -> None:
    """A line for each channel, of one operation or all, in which archive and coordinators are silent."""
    presenter = load_presenter(terminal, desk.reports)
    for key in sorted(desk.mailbox.sessions):
        if operation is None or key[0] == operation:
            state = await freshness(desk.mailbox, *key)
            if not state.is_fresh:
                _say(terminal, presenter, desk, key, state)


class StalenessWatch:
    """For a program that stays: says it once when a channel falls silent."""

    def __init__(self, terminal: Terminal, desk: Desk, presenter: Presenter) -> None:
        self._terminal, self._desk, self._presenter = terminal, desk, presenter
        self._silent: set[ChannelKey] = set()

    async def look(self) -> None:
        for key in sorted(self._desk.mailbox.sessions):
            state = await freshness(self._desk.mailbox, *key)
            if state.is_fresh:
                self._silent.discard(key)
            elif key not in self._silent:
                self._silent.add(key)
                _say(self._terminal, self._presenter, self._desk, key, state)


def _say(terminal: Terminal, presenter: Presenter, desk: Desk, key: ChannelKey, state: Freshness) -> None:
    operation, channel = key
    title = presenter.channel_title(desk.mailbox.operation(operation), channel)
    if state.heard_at is None:
        terminal.tell("{channel} may be out of date: archive and coordinators were not heard yet.", channel=title)
    else:
        when = presenter.instant(state.heard_at)
        terminal.tell(
            "{channel} may be out of date: archive and coordinators were last heard {when}.", channel=title, when=when
        )
