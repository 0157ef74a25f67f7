"""What the doctor says of one thing: how it is, in a sentence, and the one thing that mends it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from cencomm.client.words import Words
from cencomm.forms.canonical_json import JsonValue


class Verdict(IntEnum):
    """Its number is the exit code of a program that found nothing worse."""

    OK = 0
    LOOK = 1  # works, and somebody should look at it in daylight
    BROKEN = 2  # does not work, or loses what it promised to keep


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`check` is a stable name for programs; `sentence` and `mend` are sentences of the catalogue, with slots.

    `mend` is a command to type or a thing to do; None where nothing is wrong.
    """

    check: str
    verdict: Verdict
    sentence: str
    mend: str | None
    facts: Mapping[str, object]

    def said(self, words: Words) -> str:
        return words.say(self.sentence, **self.facts)

    def advice(self, words: Words) -> str | None:
        return None if self.mend is None else words.say(self.mend, **self.facts)

    def document(self, words: Words) -> JsonValue:
        return {
            "check": self.check,
            "verdict": self.verdict.name.lower(),
            "sentence": self.said(words),
            "mend": self.advice(words),
        }


def ok(check: str, sentence: str, **facts: object) -> Finding:
    return Finding(check=check, verdict=Verdict.OK, sentence=sentence, mend=None, facts=facts)


def look(check: str, sentence: str, mend: str, **facts: object) -> Finding:
    return Finding(check=check, verdict=Verdict.LOOK, sentence=sentence, mend=mend, facts=facts)


def broken(check: str, sentence: str, mend: str, **facts: object) -> Finding:
    return Finding(check=check, verdict=Verdict.BROKEN, sentence=sentence, mend=mend, facts=facts)


def worst(findings: Iterable[Finding]) -> Verdict:
    return max((finding.verdict for finding in findings), default=Verdict.OK)
