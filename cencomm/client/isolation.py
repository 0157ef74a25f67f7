"""What runs the other way stays in one piece: isolates of UAX #9 around facts and around what is typed.

Without them a terminal that knows both directions shows `--data` in an Arabic sentence as `data--`, the date 2026-11-05
as 05-11-2026, and an Arabic name in an English line turns the words beside it around.
"""

import re
import unicodedata

from cencomm.forms.language import RIGHT_TO_LEFT
from cencomm.forms.plain_text import FSI, PDI

_RUNS_RIGHT_TO_LEFT = frozenset({"R", "AL"})  # bidirectional classes of letters, UAX #9 table 4
_TOKEN = r"[-.\[<]*[A-Za-z0-9{][A-Za-z0-9{}_./:=<>\[\]+-]*"  # noqa: S105 (a word of a command line, and no secret)
_TYPED = re.compile(rf"{_TOKEN}(?: {_TOKEN})*")
_SIGNS = re.compile(r"[-./:=<>\[\]]")  # they go to the wrong end where their neighbours run right to left
_AFTER = ".:"  # signs of the sentence, not of the command before them


def isolated_fact(fact: str, language: str) -> str:
    """A fact for a sentence in `language`: apart, if it has letters, or numbers with signs, that run the other way.

    A name that holds the end of an isolate could let its own direction loose on the words behind it: such a fact is
    shown with a replacement character for each isolate.
    """
    if not _is_balanced(fact):
        fact = fact.replace(FSI, "\N{REPLACEMENT CHARACTER}").replace(PDI, "\N{REPLACEMENT CHARACTER}")
    return f"{FSI}{fact}{PDI}" if _turns(fact, language) else fact


def isolated_commands(sentence: str, language: str) -> str:
    """A sentence of a catalogue: what is to be typed in it (`cencomm show 3`, `--data`, a date) is kept apart."""
    return _TYPED.sub(_apart, sentence) if language in RIGHT_TO_LEFT else sentence


def _apart(found: re.Match[str]) -> str:
    typed = found[0].rstrip(_AFTER)
    return f"{FSI}{typed}{PDI}{found[0][len(typed) :]}" if _SIGNS.search(typed) else found[0]


def _turns(fact: str, language: str) -> bool:
    classes = {unicodedata.bidirectional(letter) for letter in fact}
    if language not in RIGHT_TO_LEFT:
        return bool(classes & _RUNS_RIGHT_TO_LEFT)
    return "L" in classes or ("EN" in classes and _SIGNS.search(fact) is not None)


def _is_balanced(fact: str) -> bool:
    depth = 0
    for letter in fact:
        depth += (letter == FSI) - (letter == PDI)
        if depth < 0:
            return False
    return depth == 0
