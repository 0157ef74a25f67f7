"""What can be wrong with somebody else's MLS. In every case nothing was changed."""

from cencomm.errors import MalformedError, ProtocolError, Unavailable, UsageError


class UnsupportedError(MalformedError):
    """A type, version or suite that we do not implement; its bytes cannot even be delimited."""


class WrongGroup(ProtocolError):  # noqa: N818
    """The message belongs to another group."""

    def __init__(self) -> None:
        super().__init__("the message belongs to another group")


class WrongEpoch(ProtocolError):  # noqa: N818
    """The message is not for the current epoch. Keys of past epochs are gone, keys of future ones do not exist yet."""

    def __init__(self, *, got: int, current: int) -> None:
        super().__init__(f"message is for epoch {got}, group is at {current}")
        self.got, self.current = got, current


class OwnMessage(ProtocolError):  # noqa: N818
    """The message names our own leaf as its sender: what we sent changed our state when it was made."""

    def __init__(self) -> None:
        super().__init__("the message comes from our own leaf")


class BadTag(ProtocolError):  # noqa: N818
    """A membership or confirmation tag that no member of this epoch computed over these bytes."""


class KeyConsumed(ProtocolError):  # noqa: N818
    """The key of this generation of a sender was used or skipped, and is deleted (RFC 9420 section 9.2)."""

    def __init__(self, *, generation: int, current: int) -> None:
        super().__init__(f"generation {generation} is gone, the sender's ratchet stands at {current}")
        self.generation, self.current = generation, current


class TooFarAhead(ProtocolError):  # noqa: N818
    """A generation so far ahead that deriving it would be a denial of service."""


class InvalidMessage(ProtocolError):  # noqa: N818
    """RFC 9420 section 6 does not let such a sender send such content in such a way."""


class NoSuchMember(ProtocolError):  # noqa: N818
    """The message names a leaf at which nobody is."""

    def __init__(self, leaf: int) -> None:
        super().__init__(f"leaf {leaf} is blank")


class InvalidLeafNode(ProtocolError):  # noqa: N818
    """RFC 9420 section 7.3 refuses this leaf."""


class InvalidKeyPackage(ProtocolError):  # noqa: N818
    """RFC 9420 section 10.1 refuses this key package."""


class InvalidTree(ProtocolError):  # noqa: N818
    """RFC 9420 section 12.4.3.1 or 7.9.2 refuses this ratchet tree."""


class InvalidProposal(ProtocolError):  # noqa: N818
    """RFC 9420 section 12.1 or 12.2 refuses this proposal or this list of proposals."""


class InvalidCommit(ProtocolError):  # noqa: N818
    """RFC 9420 section 12.4.2 refuses this Commit."""


class InvalidWelcome(ProtocolError):  # noqa: N818
    """RFC 9420 section 12.4.3.1 refuses this Welcome."""


class NotForUs(ProtocolError):  # noqa: N818
    """The Welcome holds nothing for this key package: try the next one."""


class MissingPreSharedKey(Unavailable):
    """A pre-shared key that the message refers to was not given to us."""


class GroupOver(UsageError):  # noqa: N818
    """The group was reinitialised: nothing more is sent in it (RFC 9420 section 12.4.2)."""
