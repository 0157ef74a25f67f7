"""How the constraints and indexes of every server's tables are named, so that a later migration can name them too."""

from sqlalchemy import MetaData

_CONVENTION = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


def new_metadata() -> MetaData:
    """A register for the tables of one package; each package migrates its own."""
    return MetaData(naming_convention=_CONVENTION)
