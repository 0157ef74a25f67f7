"""A release as its owner sees it before it goes: what stays, what goes, and which words somebody has to look at."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cencomm.client.releases.rules import released_values
from cencomm.errors import UsageError
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.form import Form
from cencomm.forms.free_texts import free_texts, with_text
from cencomm.forms.personal_traces import Finding, Known, known_of, traces
from cencomm.forms.validation import Report


class Unseen(UsageError):  # noqa: N818 (names what is left to do)
    """Texts look personal, and nobody who could look at them is there."""

    def __init__(self, paths: Sequence[str]) -> None:
        super().__init__(f"they may name somebody: {', '.join(paths)}")


@dataclass(frozen=True, slots=True)
class Suspect:
    """A free text that would go, and what in it looks personal."""

    path: str
    text: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """`withheld` are paths of the seizure, `values` what would go; texts in `seen` were looked at by a person."""

    form: Form
    values: dict[str, JsonValue]
    withheld: tuple[str, ...]
    known: Known
    seen: frozenset[tuple[str, str]] = frozenset()

    def suspects(self) -> tuple[Suspect, ...]:
        """Every text that somebody still has to confirm or to change."""
        found = (Suspect(path, text, traces(text, self.known)) for path, text in free_texts(self.form, self.values))
        return tuple(one for one in found if one.findings and (one.path, one.text) not in self.seen)

    def texts(self) -> tuple[tuple[str, str], ...]:
        return tuple(free_texts(self.form, self.values))

    def confirmed(self, suspect: Suspect) -> "Prepared":
        """Its owner read this very text and lets it go; another text at the same place is asked for anew."""
        return replace(self, seen=self.seen | {(suspect.path, suspect.text)})

    def edited(self, path: str, text: str) -> "Prepared":
        """Raises UsageError when there is no text there."""
        return replace(self, values=with_text(self.form, self.values, path, text.strip()))

    def with_edits(self, settings: Sequence[str]) -> "Prepared":
        """As `edited`, for each `path=text`."""
        prepared = self
        for setting in settings:
            path, equals, text = setting.partition("=")
            if not equals:
                raise UsageError(f"{setting[:60]!r} is not of the form field=text")
            prepared = prepared.edited(path.strip(), text)
        return prepared


def prepare(seizure: Report, form: Form) -> Prepared:
    """What of a seizure would go to CEN under the operation's `form`; nothing is confirmed yet."""
    released = released_values(seizure, form)
    return Prepared(form, released.values, released.withheld, known_of(seizure))
