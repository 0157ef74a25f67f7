"""A write that means nothing, to learn whether a write is possible."""

from sqlalchemy import Connection, update

from cencomm.relay.tables.pulse import PULSE


def beat(connection: Connection) -> None:
    connection.execute(update(PULSE).values(beat=PULSE.c.beat + 1))
