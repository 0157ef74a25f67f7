"""What anybody may ask: who the relay is, and whether it works."""

from aiohttp import web

from cencomm.relay.edge.request import answer
from cencomm.relay.keys import CLOCK, CONFIG, NOTARY, WRITER
from cencomm.relay.queries.pulse import beat
from cencomm.wire.relay import PROTOCOL_VERSION, RelayAnswer


async def healthz(request: web.Request) -> web.Response:
    """A write, since a full or read-only disk shows only there."""
    await request.app[WRITER].write(lambda connection, _: beat(connection))
    return web.Response(text="ok\n")


async def get_relay(request: web.Request) -> web.Response:
    config = request.app[CONFIG]
    return answer(
        RelayAnswer(
            name=config.name,
            receipt_key=request.app[NOTARY].key.public_key,
            versions=(PROTOCOL_VERSION,),
            registration="open" if config.registration_code is None else "code",
            time=request.app[CLOCK](),
        )
    )
