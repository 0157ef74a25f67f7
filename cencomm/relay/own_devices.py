"""Devices as their owner sees and ends them. An operation's `end-device` is in its ledger; this is at the relay."""

from sqlalchemy import Connection

from cencomm.ids import DeviceId
from cencomm.relay.devices import own_device
from cencomm.relay.errors import NotFound
from cencomm.relay.queries import devices as queries
from cencomm.relay.queries import sessions as session_queries
from cencomm.relay.queries.sessions import Session
from cencomm.relay.sessions import end_session
from cencomm.relay.state import Draft
from cencomm.wire.limits import MAX_DEVICES
from cencomm.wire.sessions import OwnDevice, OwnDevices


def list_devices(connection: Connection, session: Session, *, now: int) -> OwnDevices:
    """Those of the account that others can still add somewhere."""
    found = queries.devices_of(connection, session.account, now=now, most=MAX_DEVICES)
    sources = session_queries.sources_of(connection, session.account)
    labels = {source.device: source.label for source in sources if source.device is not None}
    own = {source.key_hash: source.device for source in sources}.get(session.source)
    return OwnDevices(
        devices=tuple(
            OwnDevice(device=one.id, not_after=one.not_after, current=one.id == own, label=labels.get(one.id))
            for one in found
        )
    )


def end_device(connection: Connection, draft: Draft, session: Session, device: DeviceId, *, now: int) -> None:
    """Nobody is given its key packages any more, it registers no new ones, its computer is not known, and its sessions
    end. In the channels it stays a leaf until a member removes it (C6): the relay cannot.

    Raises:
        NotFound: no device of the account's.
    """
    if own_device(connection, session.account, device).not_after < now:
        raise NotFound
    queries.end_device(connection, device, now=now)
    for source in session_queries.sources_of(connection, session.account):
        if source.device != device:
            continue
        for one in session_queries.sessions_of(connection, session.account, now=now):
            if one.source == source.key_hash:
                end_session(connection, draft, one.token_hash)
        session_queries.forget_source(connection, source.key_hash)
