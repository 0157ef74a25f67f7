"""The one-time code of an access letter: 128 bits that the coordination unit and one officer share, never the relay.

As text it is 26 symbols of Crockford's base 32 and one check symbol, in groups: `7K2M9-…`. Reading forgives case,
spaces and hyphens, O for 0, I and L for 1; the check symbol (value modulo 37) finds any one wrong symbol and any two
neighbours swapped. Source: https://www.crockford.com/base32.html
"""

from typing import Self

from cencomm.errors import MalformedError, UsageError
from cencomm.secret import Entropy, Secret

CODE_BYTES = 16
_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHECK_SYMBOLS = _SYMBOLS + "*~$=U"
_DIGITS = 26  # of 5 bits: 130, the first two bits are zero
_GROUP = 5
_MAX_TEXT = 200  # a text field filled by mistake is refused before it is read
_FORGIVEN = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None, "\t": None, "\n": None, "\r": None})


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
        if len(text) > _MAX_TEXT:
            raise MalformedError("this is far longer than an enrolment code")
        symbols = text.upper().translate(_FORGIVEN)
        if len(symbols) != _DIGITS + 1:
            raise MalformedError(f"an enrolment code has {_DIGITS + 1} symbols, here are {len(symbols)}")
        number = 0
        for symbol in symbols[:-1]:
            digit = _SYMBOLS.find(symbol)
            if digit < 0:
                raise MalformedError(f"{symbol!r} does not occur in enrolment codes")
            number = number * len(_SYMBOLS) + digit
        if _CHECK_SYMBOLS.find(symbols[-1]) != number % len(_CHECK_SYMBOLS) or number >> 8 * CODE_BYTES:
            raise MalformedError(
                "the enrolment code has a typing mistake: compare it with the letter, symbol by symbol"
            )
        return cls(number.to_bytes(CODE_BYTES, "big"))

    def text(self) -> str:
        """What the letter shows. It is the secret itself: print it, never log it."""
        number = rest = int.from_bytes(self.expose(), "big")
        symbols = ""
        for _ in range(_DIGITS):
            rest, digit = divmod(rest, len(_SYMBOLS))
            symbols = _SYMBOLS[digit] + symbols
        symbols += _CHECK_SYMBOLS[number % len(_CHECK_SYMBOLS)]
        return "-".join(symbols[start : start + _GROUP] for start in range(0, len(symbols), _GROUP))
