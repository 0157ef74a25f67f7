"""The one-time code of an access letter: 128 bits that the coordination unit and one officer share, never the relay."""

from typing import Self

from cencomm.errors import UsageError
from cencomm.ledger.secret_text import SECRET_BYTES, read_secret, write_secret
from cencomm.secret import Entropy, Secret

CODE_BYTES = SECRET_BYTES


class EnrolmentCode(Secret):
    """Whoever holds it can enrol keys in the name of the letter's addressee, once.

    Raises:
        UsageError: the bytes have another length.
    """

    __slots__ = ()

    def __init__(self, value: bytes) -> None:
        if len(value) != CODE_BYTES:
            raise UsageError(f"an enrolment code has {CODE_BYTES} bytes, not {len(value)}")
        super().__init__(value)

    @classmethod
    def generate(cls, entropy: Entropy) -> Self:
        return cls(entropy(CODE_BYTES))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The code that a person typed.

        Raises:
            MalformedError: a symbol is wrong, missing or swapped; the text says what to do.
        """
        return cls(read_secret(text, what="an enrolment code"))

    def text(self) -> str:
        """What the letter shows. It is the secret itself: print it, never log it."""
        return write_secret(self.expose())
