"""What was said before this node came, or while it could not read: asked for, and recorded once beside what comes.

A node believes a server of history as little as an officer does: each message is borne out by the log (H2). It becomes
a record in the transaction that notes its place as fetched, and the same message is never two records, whichever way
it comes first (S4).
"""

import structlog

from cencomm.client.channel.session import ChannelKey, Standing
from cencomm.client.history.asking import ask
from cencomm.client.history.bell import wait_for_ring
from cencomm.client.history.fetching import take_answer
from cencomm.client.history.keeping import load_missing
from cencomm.client.history.request import Asked
from cencomm.client.mailbox import Mailbox
from cencomm.errors import AccessDenied, ProtocolError, Unavailable
from cencomm.ids import AccountId, short
from cencomm.ledger.history import HistoryRefused

LOOK_SECONDS = 20.0  # between looks while the relay rings no bell
LACKING_SECONDS = 24 * 3600  # until what a server lacked is asked of the others
_LACKING_KEY = "history-lacking-asked"

_log = structlog.get_logger()


async def fetch_past(mailbox: Mailbox) -> None:
    """Ask for what the charter gives and is not here, and take in what is answered; until cancelled.

    Beside `watch`, which rings the mailbox's bell. A relay or server that lies is logged and does not end it.
    """
    named = set[AccountId]()
    while True:
        heard, done = mailbox.history_bell.listen(), 0
        try:
            lacking = await _is_time_for_what_was_lacking(mailbox)
            places = [place for place, session in mailbox.sessions.items() if session.standing is Standing.LIVE]
            for place in sorted(places):
                done += await _fetch(mailbox, place, named, lacking=lacking)
        except Unavailable:
            pass  # relay or disk; the next look goes on from what is on disk
        if not done:  # else something of it may be missing, and there are others to ask
            await wait_for_ring(heard, seconds=LOOK_SECONDS)


async def _fetch(mailbox: Mailbox, place: ChannelKey, named: set[AccountId], *, lacking: bool) -> int:
    """How many requests were answered in whole."""
    done = 0
    try:
        for request in await ask(mailbox, *place, lacking=lacking):
            asked, complete = await take_answer(mailbox, request)
            _name_guilty(asked, named)
            if complete:
                done += 1
                _log.info("history_fetched", channel=short(place[1]), messages=asked.messages, missing=asked.missing)
    except (HistoryRefused, AccessDenied):
        pass  # the charter gives none, or we are not in the channel (any more): what is here stays
    except ProtocolError as lie:  # of the relay; who hides the past from us shall not keep us from the present
        _log.warning("history_refused", channel=short(place[1]), kind=type(lie).__name__)
    return done


async def _is_time_for_what_was_lacking(mailbox: Mailbox) -> bool:
    """Once a day, if anything is missing on a server's word; noted, so that a restart does not ask again."""
    now, asked = mailbox.environment.clock(), await mailbox.store.get(_LACKING_KEY)
    if asked is not None and now - int.from_bytes(asked, "big") < LACKING_SECONDS:
        return False
    if not any([await load_missing(mailbox.store, operation) for operation in mailbox.operations]):
        return False
    async with mailbox.lock:
        await mailbox.write({_LACKING_KEY: now.to_bytes(8, "big")})
    return True


def _name_guilty(asked: Asked, named: set[AccountId]) -> None:
    for one in asked.guilty:
        if one.server not in named:
            named.add(one.server)
            _log.warning("history_server_guilty", account=short(one.server))  # why: may quote what it sent
