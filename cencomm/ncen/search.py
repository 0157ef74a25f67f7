"""Finding suspects and companies by names that may be spelled otherwise, and cases by what stands in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, exists, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.errors import UsageError
from cencomm.forms.code_list import fold
from cencomm.ids import MessageId
from cencomm.ncen.case import REFERENCE, SEIZURE
from cencomm.ncen.names import weighty
from cencomm.ncen.numbers import NumberKind, comparable
from cencomm.ncen.tables import CASE_VERSIONS, CASES, NUMBERS, Register
from cencomm.ncen.variants import Word, likeness, variants
from cencomm.node.records.cells import HEADER
from cencomm.node.records.criteria import MAX_TERMS, MAX_TEXT_CHARACTERS
from cencomm.node.records.tables import CELLS, FIELDS, MESSAGES

_CHUNK = 400  # mentions in one statement: SQLite's parameters are bounded
_NEWEST = (MESSAGES.c.written_at.desc(), MESSAGES.c.id.desc())
JOINED_CLOSE = 0.9  # a whole name written in one word: more letters, fewer accidents


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a case or a subject has to be found by, beside its name; all that are given must hold.

    Args:
        case: beginning of a national case reference.
        plate, document: whole number, however it is spaced.
    """

    case: str | None = None
    plate: str | None = None
    document: str | None = None
    every_version: bool = False  # of each case, also those that a later report replaced

    def condition(self) -> ColumnElement[bool]:
        """On MESSAGES. Raises UsageError for a number without letters and digits."""
        wanted: list[ColumnElement[bool]] = []
        if self.case is not None:
            of_case = select(CASE_VERSIONS.c.message).join(CASES, CASES.c.id == CASE_VERSIONS.c.case)
            begins = CASES.c.reference.startswith(fold(self.case), autoescape=True)
            wanted.append(MESSAGES.c.id.in_(of_case.where(begins)))
        if self.plate is not None:
            wanted.append(_numbered(NumberKind.PLATE, self.plate))
        if self.document is not None:
            wanted.append(_numbered(NumberKind.DOCUMENT, self.document))
        if not self.every_version:
            wanted.append(is_newest())
        return and_(*wanted) if wanted else MESSAGES.c.id.is_not(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What a suspect or company was in one report. `case` is its reference as it was written; None: no seizure.

    `likeness` is how well the name answers to the one that was asked for, to 1; 1 when none was.
    """

    subject: int
    record: int
    row: int
    message: MessageId
    case: str | None
    role: str
    status: str | None
    name: str
    country: str | None
    born: str | None
    number: str | None
    happened_on: str
    tlp: str
    likeness: float


def is_newest() -> ColumnElement[bool]:
    """Of MESSAGES: no later report of the same case replaces it. What is no case is always the newest of itself."""
    this, later = CASE_VERSIONS.alias(), CASE_VERSIONS.alias()
    replaced = select(this.c.message).where(
        this.c.message == MESSAGES.c.id,
        later.c.case == this.c.case,
        tuple_(later.c.written_at, later.c.message) > tuple_(this.c.written_at, this.c.message),
    )
    return ~exists(replaced.correlate(MESSAGES))


async def find_roles(
    connection: AsyncConnection, register: Register, asked: Sequence[str], wanted: ColumnElement[bool], *, limit: int
) -> list[Role]:
    """The best first, then the newest.

    Args:
        asked: parts of a name, as `person_words` or `company_words` gives them; none: whoever else fits.
        wanted: of the report that names them, a condition on MESSAGES.

    Raises:
        UsageError: too much is asked for at once.
    """
    if len(asked) > MAX_TERMS or sum(map(len, asked)) > MAX_TEXT_CHARACTERS:
        raise UsageError(f"look for at most {MAX_TERMS} words at once")
    if not asked:
        rows = await connection.execute(_roles(register).where(wanted).order_by(*_NEWEST).limit(limit))
        return [_role(row, 1.0) for row in rows]
    alike = await _alike(connection, register, asked)
    best = sorted(alike.items(), key=lambda found: (-found[1], -found[0][0], found[0][1]))
    found: list[Role] = []
    for start in range(0, len(best), _CHUNK):
        chunk = dict(best[start : start + _CHUNK])
        here = tuple_(register.roles.c.message, register.roles.c.row).in_(list(chunk))
        rows = await connection.execute(_roles(register).where(here, wanted))
        found += sorted(
            (_role(row, chunk[row.message_row, row.row]) for row in rows),
            key=lambda role: (-role.likeness, -role.record, role.row),
        )
        if len(found) >= limit:
            break
    return found[:limit]


async def _alike(
    connection: AsyncConnection, register: Register, asked: Sequence[str]
) -> Mapping[tuple[int, int], float]:
    """Mentions (message, row) whose name may be the one that was asked for, with how well it answers."""
    words = register.words.c
    vocabulary = [Word(*row) for row in await connection.execute(select(words.word, words.sound).distinct())]
    close = {word: variants(word, vocabulary) for word in asked}
    joined = variants("".join(weighty(tuple(asked))), vocabulary)
    whole = {word: score for word, score in joined.items() if score >= JOINED_CLOSE}
    candidates = {other for found in close.values() for other in found} | whole.keys()
    held: dict[tuple[int, int], set[str]] = {}
    for start in range(0, len(candidates), _CHUNK):
        some = sorted(candidates)[start : start + _CHUNK]
        rows = await connection.execute(select(words.word, words.message, words.row).where(words.word.in_(some)))
        for word, message, number in rows:
            held.setdefault((message, number), set()).add(word)
    scores = {
        mention: max(
            likeness(asked, close, frozenset(found)), max((whole.get(word, 0.0) for word in found), default=0.0)
        )
        for mention, found in held.items()
    }
    return {mention: score for mention, score in scores.items() if score > 0}


def _numbered(kind: NumberKind, text: str) -> ColumnElement[bool]:
    number = comparable(text)
    if not number:
        raise UsageError("a number has letters or digits")
    found = select(NUMBERS.c.message).where(NUMBERS.c.kind == kind.value, NUMBERS.c.number == number)
    return MESSAGES.c.id.in_(found)


def is_case() -> ColumnElement[bool]:
    """Of MESSAGES: it reports a case."""
    return MESSAGES.c.id.in_(select(CASE_VERSIONS.c.message))


async def count_versions(connection: AsyncConnection, wanted: ColumnElement[bool]) -> dict[int, int]:
    """How many reports there are of the case that each wanted record is about."""
    this, every = CASE_VERSIONS.alias(), CASE_VERSIONS.alias()
    counted = select(this.c.message, func.count()).join(every, every.c.case == this.c.case).group_by(this.c.message)
    rows = await connection.execute(counted.where(this.c.message.in_(select(MESSAGES.c.id).where(wanted))))
    return {message: versions for message, versions in rows}  # noqa: C416 (a row is not typed as a pair)


def reference() -> ScalarSelect[str]:
    """The case reference of MESSAGES as it was written."""
    fields = select(FIELDS.c.id).where(
        FIELDS.c.form_name == SEIZURE, FIELDS.c.block == HEADER, FIELDS.c.name == REFERENCE
    )
    written = select(CELLS.c.text).where(CELLS.c.message == MESSAGES.c.id, CELLS.c.field.in_(fields))
    return written.limit(1).scalar_subquery()


def _roles(register: Register) -> Select[Any]:
    message = MESSAGES.c
    return select(
        register.roles,
        message.id.label("message_row"),
        message.message.label("message_id"),
        message.happened_on,
        message.tlp,
        reference().label("case_ref"),
    ).join(MESSAGES, message.id == register.roles.c.message)


def _role(row: Row[Any], likeness_: float) -> Role:
    return Role(
        subject=row.subject,
        record=row.message_row,
        row=row.row,
        message=MessageId(row.message_id),
        case=row.case_ref,
        role=row.role,
        status=row.status,
        name=row.name,
        country=row.country,
        born=row.born,
        number=row.number,
        happened_on=row.happened_on,
        tlp=row.tlp,
        likeness=likeness_,
    )
