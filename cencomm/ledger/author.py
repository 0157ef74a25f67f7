"""Who wrote it is who sent it (rule S8): the leaf that MLS authenticated, not the name that an envelope carries."""

from cencomm.ledger.certificate import DeviceCertificate
from cencomm.ledger.refusal import Refused


class AuthorRefused(Refused):
    """An insider posed as somebody else; quarantine the message and name the sender's leaf."""


def judge_author(author: bytes, certificate: DeviceCertificate) -> None:
    """The envelope's `author` is this certificate: that of the leaf that sent it, or of the device that signed it.

    Raises:
        AuthorRefused: it is another's.
    """
    if certificate.hash != author:
        raise AuthorRefused("S8", "the envelope names another author than the device that sent it")
