"""What in a free text looks as if it named or numbered a person: shown to an owner before a seizure goes to CEN.

Two sources: what the report itself says of its persons, companies and vehicles in fields that are withheld, looked for
word by word; and forms that only personal things have: addresses of mail, telephone numbers, lines that passports are
read by, plates. What has a check digit is checked, so a container or an air waybill is no telephone.

This finds traces, not persons. A name that the report gives nowhere else, in a sentence without "Mr", is not found:
that is why a person reads the text before it leaves (docs/attacks.md).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from cencomm.forms.code_list import fold
from cencomm.forms.form import Nominal
from cencomm.forms.kinds.identifier import IdentifierValue
from cencomm.forms.kinds.text import TextValue
from cencomm.forms.validation import Answers, Report

NAMED = frozenset({"surname", "given_names", "aliases", "name", "trade_name"})
"""Fields of the seizure that hold names; every word of them is one."""

MIN_NAME_LETTERS = 3  # "Li" would be found in every other sentence of some languages; a whole short name still is
MIN_NUMBER_LETTERS = 5  # of a number that somebody gave a person or a thing of theirs
MIN_PHONE_DIGITS, MAX_PHONE_DIGITS = 8, 15  # ITU-T E.164; the shortest national numbers with their prefix
_MAX_KNOWN_CHARACTERS = 60  # longer ones are sentences, not numbers

# Words of companies that are no names: they stand in every description of goods.
_GENERIC = frozenset(
    {
        *("and", "company", "corp", "das", "der", "des", "die", "for", "les", "sons", "the", "und"),
        *("bvba", "gmbh", "inc", "limited", "ltd", "sarl", "sas", "spa", "srl"),
        *("cargo", "export", "exports", "freight", "global", "group", "import", "imports", "international"),
        *("logistics", "shipping", "trading", "transport", "transports"),
    }
)


class Trace(StrEnum):
    """What a finding may be. The words are shown through the catalogue."""

    NAME = "name"
    NUMBER = "number"  # that the report gives a person, a company or a vehicle
    EMAIL = "e-mail address"
    PHONE = "telephone number"
    DOCUMENT = "document number"
    MRZ = "passport line"
    PLATE = "number plate"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """`text[start:end]` is what was found."""

    start: int
    end: int
    trace: Trace
    found: str


@dataclass(frozen=True, slots=True)
class Known:
    """What a report says of persons and companies: folded words of names, and numbers without their punctuation."""

    names: frozenset[str]
    numbers: frozenset[str]


_WORD = re.compile(r"\w+")
_NOT_WORD = re.compile(r"[\W_]+")
_EMAIL = re.compile(r"[^\s@<>(),:;\"]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_INTERNATIONAL = re.compile(r"(?<![\w+])(?:\+|00 ?)[1-9](?:[ ()./-]{0,2}\d){6,14}(?!\w)", re.ASCII)
_NATIONAL = re.compile(r"(?<![\w.-])0[1-9](?:[ .]?\d\d){4}(?![\w-])", re.ASCII)  # as France and its neighbours write
_CALLED = re.compile(
    r"\b(?:tel|tél|phone|mobile|gsm|whatsapp|telegram|signal|viber|handy|móvil|telefone?|teléfono|тел|هاتف|تلفن|فون)"
    r"\b(?: [^\W\d_]{1,10})?[.:°#]?\s{0,3}(\+?\d(?:[ ()./-]{0,2}\d){5,14})(?!\w)",
    re.IGNORECASE,
)
_PAPER = re.compile(  # what it is called, at most three short words, and one word with digits
    r"\b(?:passports?|passeports?|pasaporte|passaporte|reisepass|personalausweis|ausweis|паспорта?|identity card|"
    r"id card|carte d['\u2019]identit[ée]|cédula|dni|nie|visa|driving licen[cs]e|permis de conduire|führerschein|"
    r"جواز سفر|گذرنامه|پاسپورٹ)\b(?:[\s.:°#№]{1,3}[^\W\d_]{1,10}\b){0,3}?[\s.:°#№]{1,4}"
    r"([A-Z0-9][A-Z0-9/-]{4,14})(?![\w-])",
    re.IGNORECASE,
)
_TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Mister|Mme|Mlle|Monsieur|Madame|Sr|Sra|Señor|Señora|Senhor|Senhora|Herr|Frau|Dr|г-н|г-жа)"  # noqa: RUF001 (Russian)
    r"\b\.?\s+((?:[^\W\d_]\.?\s?)?[^\W\d_][\w'\u2019-]+)"
)
_MRZ = re.compile(r"(?<![A-Z0-9<])[A-Z0-9<]{30,44}(?![A-Z0-9<])", re.ASCII)  # ICAO 9303: lines of 30, 36 and 44
_SIV = re.compile(r"(?<![\w-])[A-Z]{2}-\d{3}-[A-Z]{2}(?![\w-])", re.ASCII)  # France, Italy with hyphens
_PLATED = re.compile(
    r"(?i:\b(?:plate|registration|reg|plaque|immatriculée?|immatriculation|matr[ií]cula|kennzeichen|госномер|لوحة|پلاک)"
    r"\b(?: (?:no|nr|number|n°|numéro))?)[.:°#]?\s{0,3}([A-Z0-9]{1,4}(?:[ -]?[A-Z0-9]{1,5}){1,3})(?![\w-])"
)


def known_of(report: Report) -> Known:
    """What the report's withheld fields say, to be looked for in those that go."""
    names: set[str] = set()
    numbers: set[str] = set()
    for block, name, text in _withheld_texts(report):
        if block and name in NAMED:
            words = [fold(word) for word in _WORD.findall(text)]
            names.update(word for word in words if len(word) >= MIN_NAME_LETTERS and word not in _GENERIC)
        elif len(text) <= _MAX_KNOWN_CHARACTERS:
            number = _bare(text)
            if len(number) >= MIN_NUMBER_LETTERS:
                numbers.add(number)
    return Known(frozenset(names), frozenset(numbers))


def traces(text: str, known: Known) -> tuple[Finding, ...]:
    """Everything in `text` that somebody has to look at, in its order; what lies within another finding is left out."""
    found = sorted({*_names(text, known), *_numbers(text, known), *_forms(text)}, key=lambda one: (one.start, -one.end))
    kept: list[Finding] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return tuple(kept)


def _withheld_texts(report: Report) -> Iterator[tuple[str, str, str]]:
    def of(block: str, fields: Iterable[tuple[str, Nominal]], answers: Answers) -> Iterator[tuple[str, str, str]]:
        for name, nominal in fields:
            value = answers.get(name)
            if nominal is not Nominal.NO and isinstance(value, TextValue | IdentifierValue):
                yield block, name, value.text

    yield from of("", [(field.name, field.nominal) for field in report.form.fields], report.header)
    for block in report.form.blocks:
        flags = [(field.name, field.nominal) for field in block.fields]
        for row in report.blocks.get(block.name, ()):
            yield from of(block.name, flags, row)


def _names(text: str, known: Known) -> Iterator[Finding]:
    for word in _WORD.finditer(text):
        if fold(word[0]) in known.names:
            yield _finding(word, 0, Trace.NAME)
    for titled in _TITLED.finditer(text):
        yield _finding(titled, 1, Trace.NAME)


def _numbers(text: str, known: Known) -> Iterator[Finding]:
    """Known numbers, however they are spaced here."""
    letters = [(fold(letter), place) for place, letter in enumerate(text) if letter.isalnum()]
    packed = "".join(letter[:1] for letter, _ in letters)
    for number in known.numbers:
        begin = packed.find(number)
        while begin >= 0:
            first, last = letters[begin][1], letters[begin + len(number) - 1][1]
            yield Finding(first, last + 1, Trace.NUMBER, text[first : last + 1])
            begin = packed.find(number, begin + 1)


def _forms(text: str) -> Iterator[Finding]:
    for pattern, group, trace in (
        (_EMAIL, 0, Trace.EMAIL),
        (_CALLED, 1, Trace.PHONE),
        (_INTERNATIONAL, 0, Trace.PHONE),
        (_NATIONAL, 0, Trace.PHONE),
        (_PAPER, 1, Trace.DOCUMENT),
        (_SIV, 0, Trace.PLATE),
        (_PLATED, 1, Trace.PLATE),
        (_MRZ, 0, Trace.MRZ),
    ):
        for match in pattern.finditer(text):
            if _bears_out(trace, match[group]):
                yield _finding(match, group, trace)


def _bears_out(trace: Trace, found: str) -> bool:
    """What the pattern alone does not settle: counts of digits, fillers, a digit in what is called a number."""
    digits = sum(letter.isdigit() for letter in found)
    match trace:
        case Trace.PHONE:
            return MIN_PHONE_DIGITS - 2 <= digits <= MAX_PHONE_DIGITS + 2
        case Trace.DOCUMENT:
            return digits > 1
        case Trace.PLATE:
            return digits > 1 and any(letter.isalpha() for letter in found)
        case Trace.MRZ:
            return found.count("<") > 1
        case _:
            return True


def _finding(match: re.Match[str], group: int, trace: Trace) -> Finding:
    return Finding(match.start(group), match.end(group), trace, match[group])


def _bare(text: str) -> str:
    return fold(_NOT_WORD.sub("", text)).replace(" ", "")
