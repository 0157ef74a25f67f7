"""128 bits as people copy them from paper: 26 symbols of Crockford's base 32 and one check symbol, in groups.

Reading forgives case, spaces and hyphens, O for 0, I and L for 1; the check symbol (value modulo 37) finds any one
wrong symbol and any two neighbours swapped. Source: https://www.crockford.com/base32.html
"""

from cencomm.errors import MalformedError, UsageError

SECRET_BYTES = 16
_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHECK_SYMBOLS = _SYMBOLS + "*~$=U"
_DIGITS = 26  # of 5 bits: 130, the first two bits are zero
_GROUP = 5
_MAX_TEXT = 200  # a text field filled by mistake is refused before it is read
_FORGIVEN = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None, "\t": None, "\n": None, "\r": None})


def read_secret(text: str, *, what: str) -> bytes:
    """The bytes that a person typed; `what` is what they call it, with its article.

    Raises:
        MalformedError: a symbol is wrong, missing or swapped; the text says what to do.
    """
    if len(text) > _MAX_TEXT:
        raise MalformedError(f"this is far longer than {what}")
    symbols = text.upper().translate(_FORGIVEN)
    if len(symbols) != _DIGITS + 1:
        raise MalformedError(f"{what} has {_DIGITS + 1} symbols, here are {len(symbols)}")
    number = 0
    for symbol in symbols[:-1]:
        digit = _SYMBOLS.find(symbol)
        if digit < 0:
            raise MalformedError(f"{symbol!r} does not occur in {what}")
        number = number * len(_SYMBOLS) + digit
    if _CHECK_SYMBOLS.find(symbols[-1]) != number % len(_CHECK_SYMBOLS) or number >> 8 * SECRET_BYTES:
        raise MalformedError(f"there is a typing mistake in {what}: compare it with the letter, symbol by symbol")
    return number.to_bytes(SECRET_BYTES, "big")


def write_secret(secret: bytes) -> str:
    """What a letter shows. It is the secret itself: print it, never log it."""
    if len(secret) != SECRET_BYTES:
        raise UsageError(f"{SECRET_BYTES} bytes are written so, not {len(secret)}")
    number = rest = int.from_bytes(secret, "big")
    symbols = ""
    for _ in range(_DIGITS):
        rest, digit = divmod(rest, len(_SYMBOLS))
        symbols = _SYMBOLS[digit] + symbols
    symbols += _CHECK_SYMBOLS[number % len(_CHECK_SYMBOLS)]
    return "-".join(symbols[start : start + _GROUP] for start in range(0, len(symbols), _GROUP))
