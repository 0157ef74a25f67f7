"""The sentences of the command line in the reader's language: gettext catalogues, read as they are written.

The English sentence is the key, so the code reads as it speaks. A catalogue is small and read once per process; there
is no compiled form of it that could be older than its source.
"""

import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages.pofile import PoFileError, read_po

from cencomm.client.isolation import isolated_commands, isolated_fact
from cencomm.errors import UsageError
from cencomm.forms.code_list import LANGUAGES, fallback_chain
from cencomm.resources import resource

DOMAIN = "cencomm"
WRITTEN_IN = "en"  # the sentences in the code need no catalogue
_ENVIRONMENT = ("LC_ALL", "LC_MESSAGES", "LANG")  # in the order in which POSIX asks them


@dataclass(frozen=True, slots=True)
class Words:
    """What the program says to a reader of `language`; English where there is no translation."""

    language: str
    sentences: Mapping[str, str]

    def say(self, sentence: str, **facts: object) -> str:
        """The sentence in the reader's language, its {slots} filled, what runs the other way kept apart."""
        translated = self.sentences.get(sentence)
        language = self.language if translated else WRITTEN_IN
        said = isolated_commands(translated or sentence, language)
        for name, fact in facts.items():  # not str.format: a catalogue is data and must not reach into objects
            said = said.replace(f"{{{name}}}", isolated_fact(str(fact), language))
        return said


def load_words(language: str, override: Path | None = None) -> Words:
    """The words of the nearest language that has a catalogue, English at last.

    Raises:
        UsageError: a language that we do not know.
    """
    if language not in LANGUAGES:
        raise UsageError(f"{language!r} is not one of the languages {', '.join(LANGUAGES)}")
    nearest = next(step for step in fallback_chain(language) if step == WRITTEN_IN or _has_catalogue(step, override))
    return Words(language, {} if nearest == WRITTEN_IN else read_catalogue(nearest, override))


def translated_languages(override: Path | None = None) -> tuple[str, ...]:
    """Those that have a catalogue: adding one is adding the file, and nothing else."""
    return tuple(language for language in LANGUAGES if _has_catalogue(language, override))


def in_every_language(sentence: str) -> Mapping[str, str]:
    """What is written once and read in many languages, such as the title of a channel: language -> the words."""
    return {WRITTEN_IN: sentence} | {one: read_catalogue(one)[sentence] for one in translated_languages()}


def read_catalogue(language: str, override: Path | None = None) -> Mapping[str, str]:
    """English sentence -> sentence in `language`.

    Raises:
        UsageError: there is no such catalogue, or it is damaged.
    """
    source = resource(_path(language), override=override).read_bytes()
    try:
        catalogue = read_po(io.BytesIO(source), locale=language, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError) as error:
        raise UsageError(f"the catalogue of {language!r} is damaged: {error}") from None
    return {
        message.id: message.string
        for message in catalogue
        if isinstance(message.id, str) and isinstance(message.string, str) and message.id
    }


def _path(language: str) -> str:
    return f"locale/{language}/LC_MESSAGES/{DOMAIN}.po"


def _has_catalogue(language: str, override: Path | None) -> bool:
    try:
        resource(_path(language), override=override)
    except UsageError:
        return False
    return True


def language_of_the_environment(environment: Mapping[str, str] = os.environ) -> str:
    """What the person's computer speaks, if it is one of ours; else English."""
    for name in _ENVIRONMENT:
        spoken = environment.get(name, "").partition(".")[0].partition("@")[0]
        if spoken:
            return next((known for known in (spoken, spoken.partition("_")[0]) if known in LANGUAGES), "en")
    return "en"
