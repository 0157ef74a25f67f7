"""Who stands in a report: each person as a suspect, each company, with the role they played in it.

Two mentions are one subject only on what is strong: the number of a document that names its issuer, or name and full
date of birth; of a company its registration, or name and country. Everything weaker is left to whoever searches: a
wrong merger would put one person's deeds on another's record.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cencomm.ncen.names import company_words, person_words, weighty, words
from cencomm.ncen.numbers import comparable
from cencomm.node.records.cells import CellRow

PERSONS, PARTIES = "persons", "parties"  # blocks of whatever form
NOT_SUSPECTED = frozenset({"victim", "witness"})
"""They stand in their case and nowhere else: a register of suspects is none of victims and witnesses."""
_FULL_DATE_CHARACTERS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One person or company in one report; `row` of its block. `identity` is what makes two mentions one subject."""

    row: int
    identity: str
    role: str
    status: str | None
    name: str
    country: str | None
    born: str | None
    number: str | None
    words: tuple[str, ...]


def suspects_in(cells: Iterable[CellRow], *, report: str) -> Iterator[Mention]:
    """The persons of a report but its victims and witnesses.

    Args:
        report: names it, for subjects that nothing strong identifies.
    """
    for row, answers in _rows(cells, PERSONS).items():
        if answers.get("status") in NOT_SUSPECTED:
            continue
        surname, given = answers.get("surname", ""), answers.get("given_names", "")
        name = ", ".join(part for part in (surname, given) if part)
        parts, given_first = person_words(surname, given), person_words(given, surname)
        aliases = person_words(answers["aliases"]) if "aliases" in answers else ()
        yield Mention(
            row=row,
            identity=_person(answers, parts) or f"report {report} {row}",
            role=answers.get("role", ""),
            status=answers.get("status"),
            name=name or answers.get("aliases", ""),
            country=answers.get("nationality"),
            born=answers.get("date_of_birth"),
            number=answers.get("doc_no"),
            words=_findable(parts, given_first, aliases),
        )


def companies_in(cells: Iterable[CellRow], *, report: str) -> Iterator[Mention]:
    """The companies of a report. `report` as in `suspects_in`."""
    for row, answers in _rows(cells, PARTIES).items():
        name, trade_name = answers.get("name", ""), answers.get("trade_name", "")
        parts = company_words(name)
        yield Mention(
            row=row,
            identity=_company(answers, parts) or f"report {report} {row}",
            role=answers.get("role", ""),
            status=None,
            name=name or trade_name,
            country=answers.get("country"),
            born=None,
            number=answers.get("registration_no"),
            words=_findable(parts, company_words(trade_name) if trade_name else ()),
        )


def _rows(cells: Iterable[CellRow], block: str) -> Mapping[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for cell in cells:
        value = cell.code or cell.text or cell.moment
        if cell.key.block == block and value is not None:
            found.setdefault(cell.row, {})[cell.key.name] = value
    return found


def _person(answers: Mapping[str, str], parts: tuple[str, ...]) -> str | None:
    number, issuer = comparable(answers.get("doc_no", "")), answers.get("doc_country")
    if number and issuer is not None:
        return f"document {issuer} {answers.get('doc_type', '')} {number}"
    born = answers.get("date_of_birth", "")
    if len(parts) > 1 and len(born) == _FULL_DATE_CHARACTERS:
        return f"born {born} {' '.join(sorted(parts))}"
    return None


def _company(answers: Mapping[str, str], parts: tuple[str, ...]) -> str | None:
    number, country = comparable(answers.get("registration_no", "")), answers.get("country")
    if country is None:
        return None
    if number:
        return f"registration {country} {number}"
    return f"name {country} {' '.join(sorted(words(answers.get('name', ''))))}" if parts else None


def _findable(*names: tuple[str, ...]) -> tuple[str, ...]:
    """The parts of all names, and each name in one word, as some write it."""
    joined = ("".join(weighty(parts)) for parts in names if len(weighty(parts)) > 1)
    return tuple(dict.fromkeys([*(part for parts in names for part in parts), *joined]))
