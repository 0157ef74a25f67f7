"""Fetching what is new before a command answers. Whatever is wrong on the way, what is here is shown all the same."""

from cencomm.client.account.account import keep_pins
from cencomm.client.channel.entrance import introduce_device
from cencomm.client.commands.complaint import Incomplete
from cencomm.client.complaints import code_of, complaint
from cencomm.client.desk import Desk
from cencomm.client.terminal import Terminal
from cencomm.client.watch import catch_up
from cencomm.errors import ProtocolError, Unavailable


async def synchronise(desk: Desk) -> ProtocolError | Unavailable | None:
    """The trouble that kept something away: the relay's, the disk's, somebody's who lies. None: everything is here."""
    try:
        await introduce_device(desk.mailbox)
        await catch_up(desk.mailbox)
        await keep_pins(desk.mailbox, desk.access)
    except (Unavailable, ProtocolError) as trouble:
        return trouble
    return None


def incomplete(terminal: Terminal, trouble: ProtocolError | Unavailable) -> Incomplete:
    """For the end of an answer that shows less than there may be: whoever reads it must not take it for all."""
    return Incomplete(complaint(trouble, terminal.words), code_of(trouble), as_json=terminal.as_json)
