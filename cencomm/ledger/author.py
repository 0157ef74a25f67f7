"""Who wrote it is who sent it (rule S8): the leaf that MLS authenticated, not the name that an envelope carries."""

from cencomm.ledger.certificate import certificate_hash
from cencomm.ledger.refusal import Refused
from cencomm.ledger.views import LeafView


class AuthorRefused(Refused):
    """An insider posed as somebody else; quarantine the message and name the sender's leaf."""


def judge_author(author: bytes, sender: LeafView) -> None:
    """The envelope's `author` is the certificate of the leaf that sent it.

    Raises:
        AuthorRefused: it is another's.
    """
    if certificate_hash(sender.credential) != author:
        raise AuthorRefused("S8", "the envelope names another author than the device that sent it")
