"""Names as they compare: parts in Latin letters, without case, accents, order, titles and company forms."""

import re
import unicodedata

from cencomm.ncen.letters import APOSTROPHES, ARABIC_ARTICLE, LATIN
from cencomm.ncen.small_words import JOINTS, LEGAL_FORMS, PARTICLES, TITLES

MAX_WORDS = 24  # of one name
MAX_WORD_LETTERS = 40

_PART = re.compile(r"[^\W_]+")

_SOUNDS = (  # what is written -> the sound, as one letter; capitals are sounds that no single letter has
    ("tsch", "C"), ("dzh", "g"), ("tch", "C"), ("tsh", "C"), ("sch", "S"), ("sh", "S"), ("ch", "C"), ("kh", "h"),
    ("gh", "g"), ("zh", "g"), ("dj", "g"), ("dz", "s"), ("th", "t"), ("dh", "d"), ("ph", "f"), ("ck", "k"), ("ts", "s"),
    ("tz", "s"), ("ce", "se"), ("ci", "si"), ("cy", "sy"), ("x", "ks"),
)  # fmt: skip
_ALIKE = str.maketrans("cqvzpj", "kkfsbg")
_VOWELS = frozenset("aeiouyw")
_SLAVIC = (  # in Latin spellings of the west: -ow, -owski is -ov, -ovski, and -ej is -ei
    (re.compile(r"(?<=[aeo])w(?=$|s|n|a$|i)"), "v"),
    (re.compile(r"(?<=[eiou])j$"), "i"),
)


def words(text: str) -> tuple[str, ...]:
    """The parts of a name in Latin letters, each once, in the order in which they were written."""
    plain = _latin(ARABIC_ARTICLE.sub("", APOSTROPHES.sub("", text)))
    return tuple(dict.fromkeys(part[:MAX_WORD_LETTERS] for part in _PART.findall(plain)))[:MAX_WORDS]


def person_words(*texts: str) -> tuple[str, ...]:
    """Of a person's names, without titles; particles stay, as they are all that some write."""
    return _without(words(" ".join(texts)), TITLES)


def company_words(*texts: str) -> tuple[str, ...]:
    """Of a company's names, without legal forms and small words, unless nothing else is left."""
    return _without(words(" ".join(texts)), LEGAL_FORMS | JOINTS)


def weighty(parts: tuple[str, ...]) -> tuple[str, ...]:
    """The parts that must be found: without particles, unless there is nothing else."""
    return _without(parts, PARTICLES)


def skeleton(word: str) -> str:
    """How a word sounds, roughly: its first letter and its consonants, those as one that are written for each other."""
    for ending, sound in _SLAVIC:
        word = ending.sub(sound, word)
    for written, sound in _SOUNDS:
        word = word.replace(written, sound)
    sounds = re.sub(r"(.)\1+", r"\1", word.translate(_ALIKE))
    return ("a" if sounds[:1] in _VOWELS else sounds[:1]) + "".join(
        sound for sound in sounds[1:] if sound not in _VOWELS and sound != "h"
    )


def _latin(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().translate(LATIN)
    decomposed = unicodedata.normalize("NFKD", folded)
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return plain.translate(LATIN)  # letters that lost an accent only now


def _without(parts: tuple[str, ...], small: frozenset[str]) -> tuple[str, ...]:
    return tuple(part for part in parts if part not in small) or parts
