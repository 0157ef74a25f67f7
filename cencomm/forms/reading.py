"""A report as its reader sees it: labels and values in the reader's language, the writer's words as they are."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from cencomm.forms.form import Block, Field, Form, Nominal
from cencomm.forms.language import direction, pick
from cencomm.forms.tongue import Tongue
from cencomm.forms.validation import Answers, Report

_DIRECTIONS = {"L": "ltr", "R": "rtl", "AL": "rtl"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One answer.

    Args:
        path: as in faults: `items[2].quantity`.
        own_words: the text is the writer's, neither translated nor formatted; it may have several lines.
        language: of the text: the writer's for own words, else the reader's.
        direction: `ltr` or `rtl`, in which the text runs; the label runs as the reading does.
    """

    path: str
    label: str
    text: str
    nominal: Nominal
    own_words: bool
    language: str
    direction: str


@dataclass(frozen=True, slots=True)
class Passage:
    """Lines under one heading; `number` counts the rows of a block from 1 and is None elsewhere."""

    heading: str
    number: int | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    form: str
    title: str
    language: str
    direction: str
    passages: tuple[Passage, ...]


def read(report: Report, tongue: Tongue, *, written_in: str) -> Reading:
    """What the report says, for a reader of `tongue`; `written_in` is the language that the envelope names."""
    form = report.form
    return Reading(
        form.name,
        pick(form.label, tongue.language),
        tongue.language,
        direction(tongue.language),
        tuple(passage for passage in _passages(form, report, tongue, written_in) if passage.lines),
    )


def _passages(form: Form, report: Report, tongue: Tongue, written_in: str) -> Iterator[Passage]:
    for section in form.sections:
        own = tuple(field for field in form.fields if field.section == section.name)
        lines = _lines(own, report.header, "", tongue, written_in)
        yield Passage(pick(section.label, tongue.language), None, lines)
        for block in form.blocks:
            if block.section == section.name:
                yield from _rows(block, report.blocks.get(block.name, ()), tongue, written_in)


def _rows(block: Block, rows: tuple[Answers, ...], tongue: Tongue, written_in: str) -> Iterator[Passage]:
    heading = pick(block.label, tongue.language)
    for place, row in enumerate(rows):
        yield Passage(heading, place + 1, _lines(block.fields, row, f"{block.name}[{place}].", tongue, written_in))


def _lines(
    fields: tuple[Field, ...], answers: Answers, prefix: str, tongue: Tongue, written_in: str
) -> tuple[Line, ...]:
    found = []
    for field in fields:
        answer = answers.get(field.name)
        if answer is None:
            continue
        text, own = answer.show(tongue), field.kind.own_words
        language = written_in if own else tongue.language
        found.append(
            Line(
                path=prefix + field.name,
                label=pick(field.label, tongue.language),
                text=text,
                nominal=field.nominal,
                own_words=own,
                language=language,
                direction=_first_strong(text, direction(language)) if own else direction(language),
            )
        )
    return tuple(found)


def _first_strong(text: str, default: str) -> str:
    """The direction of the first letter that has one (UAX #9, rules P2 and P3): people also quote other scripts."""
    return next((_DIRECTIONS[bidi] for c in text if (bidi := unicodedata.bidirectional(c)) in _DIRECTIONS), default)
