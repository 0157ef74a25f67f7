"""What goes wrong in a node, beside what its member says (`cencomm.client`)."""

from cencomm.errors import ProtocolError, Unavailable, UsageError


class NodeInUse(Unavailable):
    """Another process works in the data folder: two that read one log would burn each other's keys (S5)."""

    def __init__(self) -> None:
        super().__init__("this node is running already; its data folder is locked")


class NoNode(UsageError):  # noqa: N818 (names what was found)
    """The folder holds no node, or one that others may look into."""


class NodeDamaged(ProtocolError):  # noqa: N818
    """A sealed value or the key file is not what this node wrote."""


class DatabaseUnavailable(Unavailable):
    """Its disk is full or read-only, or somebody holds it: what was to be written is written later."""
