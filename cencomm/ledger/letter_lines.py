"""The lines `Name: value` of a letter, among whatever else somebody wrote around them."""

from collections.abc import Mapping, Sequence

from cencomm.errors import MalformedError

MAX_LETTER_CHARACTERS = 8192
MAX_ADDRESS_CHARACTERS = 255
YES = "yes"


def write_lines(title: str, lines: Mapping[str, str]) -> str:
    return "\n".join([title, "", *(f"{name}: {value}" for name, value in lines.items()), ""])


def read_lines(text: str, names: Sequence[str]) -> Mapping[str, str]:
    """The value of each of these lines; every one is there, once.

    Raises:
        MalformedError: too long a text, a line that is missing or stands twice.
    """
    if len(text) > MAX_LETTER_CHARACTERS:
        raise MalformedError("this is far longer than a letter")
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if not colon or name.strip() not in names:
            continue
        if name.strip() in found:
            raise MalformedError(f"the letter has two lines {name.strip()!r}")
        found[name.strip()] = value.strip()
    missing = [name for name in names if name not in found]
    if missing:
        raise MalformedError(f"the letter lacks the line {missing[0]!r}")
    return found


def read_mark(text: str, name: str) -> bool:
    """Whether the line is there that says yes to `name`: letters of before, which lack it, say no.

    Raises:
        MalformedError: it stands twice, or says something else.
    """
    said = [
        value.strip()
        for one, colon, value in (line.partition(":") for line in text.splitlines())
        if colon and one.strip() == name
    ]
    if said not in ([], [YES]):
        raise MalformedError(f"the line {name!r} of the letter says {YES!r}, or is not there")
    return bool(said)


def read_address(text: str) -> str:
    """A relay's address, as far as it can be told from its letters."""
    if not text.startswith(("https://", "http://")) or len(text) > MAX_ADDRESS_CHARACTERS:
        raise MalformedError("the relay's address begins with https://")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise MalformedError("the relay's address holds a character that no address has")
    return text
