"""What goes wrong with history. In every case nothing was changed but what is said."""

from cencomm.errors import ProtocolError


class AnswerRefused(ProtocolError):  # noqa: N818 (names what became of it)
    """A chunk is not the next part of the answer that was asked for. The request is given up; ask anew."""
