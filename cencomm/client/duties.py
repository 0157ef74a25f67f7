"""What archive and coordinators do for the others as long as their program runs, beside following the channels.

    serve      answer who asks for history (H2)
    heartbeat  be heard (H3)

For anybody else both find nothing to do.
"""

import asyncio
from collections.abc import Awaitable, Callable

from cencomm.client.channel.heartbeat import send_due
from cencomm.client.history.serving import HistoryServer, serve
from cencomm.client.mailbox import Mailbox
from cencomm.errors import ProtocolError, Unavailable

LOOK_SECONDS = 20.0  # between looks whether a heartbeat is due; intervals of charters are minutes

OnTrouble = Callable[[ProtocolError], None]
Look = Callable[[], Awaitable[None]]


async def do_duties(server: HistoryServer, *, on_trouble: OnTrouble | None = None, on_look: Look | None = None) -> None:
    """Until cancelled, beside `watch`. `on_look` is called at each look, for what else is worth one.

    Raises:
        ProtocolError: what a relay did wrong, unless `on_trouble` is told of it.
    """
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(serve(server, on_trouble))
        while True:
            await asyncio.sleep(LOOK_SECONDS)  # first: by then what was missed has been caught up with
            await _beat(server.mailbox, on_trouble)
            if on_look is not None:
                await on_look()


async def _beat(mailbox: Mailbox, on_trouble: OnTrouble | None) -> None:
    try:
        await send_due(mailbox)
    except Unavailable:
        pass  # kept, and sent with whatever else waits when the relay is back
    except ProtocolError as trouble:
        if on_trouble is None:
            raise
        on_trouble(trouble)
