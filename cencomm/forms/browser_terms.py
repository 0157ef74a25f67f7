"""The code lists and the wording as the browser client takes them: codes once, labels and sentences by language.

Written when the client is built. Fallbacks are resolved here, so that a file of one language is all that a page loads.
"""

from collections.abc import Mapping

from babel import Locale

from cencomm.forms.canonical_json import JsonValue
from cencomm.forms.code_entry import LANGUAGES, CodeEntry
from cencomm.forms.code_list import CodeList, load_code_lists
from cencomm.forms.fault import FaultCode
from cencomm.forms.form_json import encode_form
from cencomm.forms.known_places import KnownPlace, load_known_places
from cencomm.forms.language import pick
from cencomm.forms.library import load_forms
from cencomm.forms.tongue import CLDR_UNITS
from cencomm.forms.wording import WORDS, Wording, load_wording

PLURAL_FORMS = ("zero", "one", "two", "few", "many", "other")  # of CLDR; beside them stand patterns for rates


def browser_terms() -> Mapping[str, JsonValue]:
    """File name -> what it holds: `codes.json`, `places.json`, and `terms-<language>.json` of each language."""
    lists, wording = load_code_lists(), load_wording()
    files: dict[str, JsonValue] = {"codes.json": {name: _codes(codes) for name, codes in lists.items()}}
    files["places.json"] = [_place(place) for place in load_known_places().places]
    return files | {f"terms-{language}.json": _terms(lists, wording, language) for language in LANGUAGES}


def shipped_forms() -> Mapping[str, bytes]:
    """Name -> canonical JSON of each form that ships."""
    return {name: encode_form(form) for name, form in load_forms(load_code_lists()).items()}


def _codes(codes: CodeList) -> JsonValue:
    return [_entry(entry) for entry in codes.entries]


def _entry(entry: CodeEntry) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {"code": entry.code}
    for key, value in (("parent", entry.parent), ("from", entry.valid_from), ("to", entry.valid_to)):
        found |= {} if value is None else {key: value}
    return found | ({"flags": {name: [*flags] for name, flags in entry.flags.items()}} if entry.flags else {})


def _place(place: KnownPlace) -> JsonValue:
    return [place.country, place.code or "", place.kind.value, place.city, place.site or "", [*place.also]]


def _terms(lists: Mapping[str, CodeList], wording: Wording, language: str) -> dict[str, JsonValue]:
    return {
        "labels": {
            name: {entry.code: entry.label(language) for entry in codes.entries} for name, codes in lists.items()
        },
        "units": _unit_patterns(Locale.parse(language)),
        "words": {name: wording.word(name, language) for name in WORDS},
        "faults": {code.value: pick(wording.sentences[code], language) for code in FaultCode},
    }


def _unit_patterns(locale: Locale) -> dict[str, JsonValue]:
    """How an amount of each unit is written, by plural form; browsers themselves know few of these units."""
    patterns = locale._data["unit_patterns"]  # noqa: SLF001 (Babel formats with them, and shows them in no other way)
    return {
        unit: {form: str(pattern) for form, pattern in patterns[cldr]["short"].items() if form in PLURAL_FORMS}
        for unit, cldr in CLDR_UNITS.items()
    }
