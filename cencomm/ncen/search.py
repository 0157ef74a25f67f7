"""Finding suspects and companies by names that may be spelled otherwise, and cases by what stands in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, exists, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.errors import UsageError
from cencomm.forms.code_list import fold
from cencomm.forms.envelope import Tlp
from cencomm.ids import MessageId
from cencomm.ncen.case import REFERENCE, SEIZURE
from cencomm.ncen.names import weighty
from cencomm.ncen.numbers import NumberKind, comparable
from cencomm.ncen.role_cursor import RoleCursor
from cencomm.ncen.tables import CASE_VERSIONS, CASES, NUMBERS, Register
from cencomm.ncen.variants import Word, likeness, variants
from cencomm.node.records.cells import HEADER
from cencomm.node.records.criteria import MAX_TERMS, MAX_TEXT_CHARACTERS
from cencomm.node.records.tables import CELLS, FIELDS, MESSAGES

_CHUNK = 400  # mentions in one statement: SQLite's parameters are bounded
_MILLION = 1_000_000  # likenesses compare, and travel, in millionths
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
    """What a suspect or company was in one report. `case` is its reference as it was written, `case_number` its row;
    None: no case. `written_at` in seconds.

    `likeness` is how well the name answers to the one that was asked for, to 1; 1 when none was.
    """

    subject: int
    record: int
    row: int
    message: MessageId
    case: str | None
    case_number: int | None
    role: str
    status: str | None
    name: str
    country: str | None
    born: str | None
    number: str | None
    happened_on: str
    written_at: int
    tlp: str
    likeness: float

    def cursor(self, *, named: bool) -> RoleCursor:
        """Where a page ends with it, of a search with a name or without."""
        return RoleCursor(_millionths(self.likeness) if named else self.written_at, self.record, self.row)


@dataclass(frozen=True, slots=True)
class CaseOf:
    """The case that a record is about, and its reference as it was written."""

    case: int
    reference: str | None


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
    connection: AsyncConnection,
    register: Register,
    asked: Sequence[str],
    wanted: ColumnElement[bool],
    *,
    limit: int,
    after: RoleCursor | None = None,
) -> list[Role]:
    """The best first, then the newest.

    Args:
        asked: parts of a name, as `person_words` or `company_words` gives them; none: whoever else fits.
        wanted: of the report that names them, a condition on MESSAGES and on the register's roles.
        after: where the page before ended (`Role.cursor`).

    Raises:
        UsageError: too much is asked for at once.
    """
    if len(asked) > MAX_TERMS or sum(map(len, asked)) > MAX_TEXT_CHARACTERS:
        raise UsageError(f"look for at most {MAX_TERMS} words at once")
    if not asked:
        message, number = MESSAGES.c, register.roles.c.row
        newest = message.written_at.desc(), message.id.desc(), number
        query = _roles(register).where(wanted, *_behind(after, register)).order_by(*newest)
        return [_role(row, 1.0) for row in await connection.execute(query.limit(limit))]
    alike = await _alike(connection, register, asked)
    best = sorted((_rank(score, *mention), mention) for mention, score in alike.items())
    if after is not None:
        shown = (-after.value, -after.record, after.row)
        best = [one for one in best if one[0] > shown]
    found: list[Role] = []
    for start in range(0, len(best), _CHUNK):
        chunk = [mention for _, mention in best[start : start + _CHUNK]]
        here = tuple_(register.roles.c.message, register.roles.c.row).in_(chunk)
        rows = await connection.execute(_roles(register).where(here, wanted))
        roles = [_role(row, alike[row.message_row, row.row]) for row in rows]
        found += sorted(roles, key=lambda role: _rank(role.likeness, role.record, role.row))
        if len(found) >= limit:
            break
    return found[:limit]


def _millionths(likeness_: float) -> int:
    return round(likeness_ * _MILLION)


def _rank(likeness_: float, record: int, row: int) -> tuple[int, int, int]:
    """The likeliest first, then what came last."""
    return -_millionths(likeness_), -record, row


def _behind(after: RoleCursor | None, register: Register) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    message = MESSAGES.c
    earlier = tuple_(message.written_at, message.id) < (after.value, after.record)
    return [or_(earlier, and_(message.id == after.record, register.roles.c.row > after.row))]


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


def is_of_case(case: int) -> ColumnElement[bool]:
    """Of MESSAGES."""
    return MESSAGES.c.id.in_(select(CASE_VERSIONS.c.message).where(CASE_VERSIONS.c.case == case))


def is_shareable() -> ColumnElement[bool]:
    """Of MESSAGES: it is not TLP:RED, which is for named persons."""
    return MESSAGES.c.tlp != Tlp.RED.value


async def cases_of(connection: AsyncConnection, wanted: ColumnElement[bool]) -> dict[int, CaseOf]:
    """By the number of the record, of the wanted ones that are about a case."""
    query = select(MESSAGES.c.id, CASE_VERSIONS.c.case, reference().label("reference"))
    rows = await connection.execute(query.join(CASE_VERSIONS, CASE_VERSIONS.c.message == MESSAGES.c.id).where(wanted))
    return {row.id: CaseOf(row.case, row.reference) for row in rows}


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
    columns = select(
        register.roles,
        message.id.label("message_row"),
        message.message.label("message_id"),
        message.happened_on,
        message.written_at,
        message.tlp,
        reference().label("case_ref"),
        CASE_VERSIONS.c.case.label("case_number"),
    ).join(MESSAGES, message.id == register.roles.c.message)
    return columns.outerjoin(CASE_VERSIONS, CASE_VERSIONS.c.message == message.id)


def _role(row: Row[Any], likeness_: float) -> Role:
    return Role(
        subject=row.subject,
        record=row.message_row,
        row=row.row,
        message=MessageId(row.message_id),
        case=row.case_ref,
        case_number=row.case_number,
        role=row.role,
        status=row.status,
        name=row.name,
        country=row.country,
        born=row.born,
        number=row.number,
        happened_on=row.happened_on,
        written_at=row.written_at,
        tlp=row.tlp,
        likeness=likeness_,
    )
