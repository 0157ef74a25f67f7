"""The sentences and small words that forms need beside their own labels: what is wrong, yes and no, not weighed.

They are data (`templates/messages/wording.toml`), because the browser shows the same sentences.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cencomm.errors import MalformedError
from cencomm.forms.fault import Fault, FaultCode
from cencomm.forms.language import Labels, pick
from cencomm.forms.record import Record, parse_toml
from cencomm.resources import resource

PARTS = (
    *("amount", "unit", "basis", "unweighed", "currency"),  # of quantities and money
    *("code", "site", "city", "country", "lat", "lon"),  # of places
    "as_seen",  # of identifiers
)
WORDS = (
    *("yes", "no", "unweighed", "as_seen", "nominal", "identifier", "separator", "nothing"),
    *(f"part_{part}" for part in PARTS),
)
MAX_SENTENCE = 300
_SLOT = re.compile(r"\{([a-z]+)\}")


class WordingError(MalformedError):
    """A wording file with a sentence missing or one too many."""


@dataclass(frozen=True, slots=True)
class Wording:
    words: Mapping[str, Labels]
    sentences: Mapping[FaultCode, Labels]

    def word(self, name: str, language: str) -> str:
        return pick(self.words[name], language)

    def explain(self, fault: Fault, language: str) -> str:
        """What to do about a fault, as a sentence in `language` or its nearest fallback."""
        facts = dict(fault.facts)
        # Not str.format: a sentence is data and must not reach into objects.
        return _SLOT.sub(lambda slot: facts.get(slot[1], ""), pick(self.sentences[fault.code], language))


def load_wording(override: Path | None = None) -> Wording:
    """The wording that ships, or the override's.

    Raises:
        WordingError: it is not complete.
    """
    return decode_wording(resource("templates/messages/wording.toml", override=override).read_text("utf-8"))


def decode_wording(source: str) -> Wording:
    """The wording of a TOML text: every word and every fault, each at least in the last resort.

    Raises:
        WordingError: any other text.
    """
    complaints: list[str] = []
    try:
        record = Record(parse_toml(source), "", complaints)
    except MalformedError as exc:
        raise WordingError(str(exc)) from None
    words, sentences = record.record("words"), record.record("faults")
    record.end()
    wording = Wording(
        {name: words.labels(name) for name in WORDS},
        {code: sentences.labels(code.value, most=MAX_SENTENCE) for code in FaultCode},
    )
    words.end()
    sentences.end()
    if complaints:
        raise WordingError("; ".join(complaints))
    return wording
