"""Which of the names on record somebody may have meant: spelled, transliterated or heard a little differently."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from cencomm.ncen.names import skeleton, weighty

CLOSE = 0.75  # one wrong letter of four; measured on names of two test collections (docs/ncen.md)
_AS_HEARD = 0.95  # the same sound in another spelling counts a little less than the same spelling
_AS_INITIAL = 0.8
_SHORT = 3  # letters: in a shorter word one wrong letter is another word, in a shorter skeleton another sound


@dataclass(frozen=True, slots=True)
class Word:
    """A part of a name on record, and how it sounds."""

    word: str
    sound: str


def variants(word: str, vocabulary: Sequence[Word]) -> dict[str, float]:
    """The words that may be `word`, with how close they are, from CLOSE to 1."""
    spelled = [one.word for one in vocabulary]
    found = {other: close for other, close, _ in _extract(word, spelled) if min(len(word), len(other)) > _SHORT}
    sound = skeleton(word)
    for _, close, place in _extract(sound, [one.sound for one in vocabulary]):
        heard = vocabulary[place]
        shorter = min(len(sound), len(heard.sound))
        if shorter > _SHORT or (close == 1 and shorter > 1):
            found[heard.word] = max(found.get(heard.word, 0.0), close * _AS_HEARD)
    for other in spelled:
        if other == word:
            found[other] = 1.0
        elif min(len(word), len(other)) == 1 and word[0] == other[0]:
            found[other] = max(found.get(other, 0.0), _AS_INITIAL)
    return {other: close for other, close in found.items() if close >= CLOSE}


def likeness(asked: Sequence[str], close: Mapping[str, Mapping[str, float]], held: frozenset[str]) -> float:
    """How well a name answers to all the words that were asked for; 0 when one that weighs is not in it.

    Args:
        close: of each word asked for, the variants of it.
        held: the words of the name on record.
    """
    best = {word: max((score for other, score in close[word].items() if other in held), default=0.0) for word in asked}
    if any(best[word] == 0 for word in weighty(tuple(asked))):
        return 0.0
    letters = sum(len(word) for word in asked)
    return sum(best[word] * len(word) for word in asked) / letters


def _extract(word: str, among: Sequence[str]) -> Sequence[tuple[str, float, int]]:
    return process.extract(word, among, scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=CLOSE, limit=None)
