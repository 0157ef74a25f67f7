"""A new password makes a new mailbox key (D2): at the next opening everything is sealed again under it.

Whoever had the old password and what the relay stored then reads nothing that is stored from then on, and seals nothing
that is believed. It takes one reading and one writing of the whole mailbox. Interrupted, it begins anew: rows open
under every key that the vault still names.
"""

from cencomm.client.roaming.sealing import MailboxSealing
from cencomm.client.roaming.store import RoamingStore

MARK_KEY = "mailbox-key"  # says under which key all rows are


async def reseal(store: RoamingStore, sealing: MailboxSealing) -> None:
    """Every row at the relay is sealed under the newest key.

    Raises:
        NotHolder, Unavailable, MailboxAltered: as the store; some rows are under an older key.
    """
    mark = sealing.newest_key_mark()
    if await store.get(MARK_KEY) == mark:
        return
    await store.rewrite()
    await store.apply({MARK_KEY: mark}, expected_version=await store.version())
    await store.save()
