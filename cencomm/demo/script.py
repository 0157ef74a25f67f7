"""What is said, by whom, in which order: each row a seizure, and before some of them the alert that led to it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cencomm.demo.cast import Desk, Part
from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_list import CodeList
from cencomm.forms.mapped_row import MappedRow
from cencomm.ledger.kinds import Role

ALERT_EVERY = 3  # seizures: often enough to be seen, seldom enough to be read
NOTE_EVERY = 5
_ALERT_TITLES = {"en": "Suspected: {goods}, bound for {place}", "fr": "Soupçon : {goods}, à destination de {place}"}
_NOTES = {
    "en": "Well found. The analyst is comparing the routes of the last days; keep the packaging, please.",
    "fr": "Beau travail. L'analyste compare les itinéraires de ces derniers jours ; gardez les emballages, merci.",
}
_UNKNOWN = {"en": "the usual airports", "fr": "les aéroports habituels"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One message before it is sent.

    `language` is that of the author's own words; `answers_alert`: this seizure is what the line before asked for.
    """

    author: Part
    form: str
    values: Mapping[str, JsonValue]
    language: str
    answers_alert: bool = False


def plain(rows: Sequence[MappedRow], desk: Desk, *, language: str) -> Iterator[Line]:
    """The rows alone, one message each: what is counted when a file is played."""
    for row in rows:
        author = desk.author(row.values.get("reporting_country"))
        yield Line(author=author, form=row.form, values=row.values, language=language)


def dramatised(
    rows: Sequence[MappedRow], desk: Desk, others: Sequence[Part], lists: Mapping[str, CodeList], *, language: str
) -> Iterator[Line]:
    """The rows with alerts before and notes between them. `others` write the notes, and alerts with the officers."""
    coordinators = [part for part in others if part.role is Role.COORDINATOR]
    alerts = 0
    for number, seizure in enumerate(plain(rows, desk, language=language)):
        alerting = number % ALERT_EVERY == 0 and seizure.form == "seizure"
        if alerting:
            writers = [part for part in (*desk.officers, *coordinators) if part is not seizure.author]
            in_turn = [part for part in writers if (part.language == "fr") == (alerts % 2 == 0)] or writers
            yield _alert(seizure, in_turn[alerts % len(in_turn)], lists)
            alerts += 1
        yield Line(
            author=seizure.author,
            form=seizure.form,
            values=seizure.values,
            language=language,
            answers_alert=alerting,
        )
        if number % NOTE_EVERY == NOTE_EVERY - 1:
            writer = others[number % len(others)]
            yield Line(author=writer, form="note", values={"text": _NOTES[writer.language]}, language=writer.language)


def _alert(seizure: Line, author: Part, lists: Mapping[str, CodeList]) -> Line:
    language = author.language
    items, place = seizure.values["items"], seizure.values["place"]
    assert isinstance(items, list)  # the form requires goods and a place of each seizure
    assert isinstance(items[0], dict)
    assert isinstance(place, dict)
    code = str(items[0].get("subtype", items[0]["category"]))
    goods = lists["commodity"].label(code, language)
    where = place.get("city") or place.get("site") or _UNKNOWN[language]
    return Line(
        author=author,
        form="alert",
        language=language,
        values={
            "title": _ALERT_TITLES[language].format(goods=goods.lower(), place=where),
            "requested_action": "physical_exam",
            "subject_kind": "passenger",
            "direction": "import",
            "suspected_commodity": [code],
            "route": [{"role": "destination", "place": place}],
        },
    )
