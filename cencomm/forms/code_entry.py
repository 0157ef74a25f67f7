"""One code of a list, and the languages in which it is called something."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cencomm.errors import MalformedError

LANGUAGES = ("en", "fr", "es", "pt", "de", "ru", "ar", "fa_AF", "ur")


class CodeListError(MalformedError):
    """A code list that cannot be used; the text names file and entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeEntry:
    """One code. `valid_from` and `valid_to` are ISO dates, the first and the last day of use in new reports."""

    code: str
    labels: Mapping[str, str]
    parent: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    flags: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def label(self, language: str) -> str:
        """The label in `language`, else in the next language of its fallback chain."""
        return next(self.labels[step] for step in fallback_chain(language) if step in self.labels)


def fallback_chain(language: str) -> tuple[str, ...]:
    """Where a text is looked for: the language, without its territory, English."""
    return tuple(dict.fromkeys((language, language.partition("_")[0], "en")))
