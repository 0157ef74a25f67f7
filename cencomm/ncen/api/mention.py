"""A suspect or company in one report, as the API shows it, and the two registers that they stand in."""

from collections.abc import Callable
from dataclasses import dataclass

from msgspec import Struct

from cencomm.ncen.names import company_words, person_words
from cencomm.ncen.search import Role
from cencomm.ncen.tables import COMPANIES, SUSPECTS, Register
from cencomm.node.api.route import Call

_STATUSES = "person_status"


class MentionListed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What somebody was in one report. `name`, `country`, `born` and `number` are as that report wrote them."""

    subject: int
    record: int
    row: int
    """Of its block in that report, from 1."""
    message: str
    case: int | None
    """null: the report is of no case."""
    reference: str | None
    role: str
    role_label: str
    status: str | None
    status_label: str | None
    name: str
    country: str | None
    born: str | None
    """ISO date, as far as it is known."""
    number: str | None
    """Of a document or registration."""
    happened_on: str
    tlp: str
    likeness_percent: int
    """How well the name answers to the one that was asked for; 100 when none was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectKind:
    """One register as the API shows it.

    Args:
        name: in its path.
        words: what of a name compares.
        roles: the code list of its roles.
    """

    name: str
    register: Register
    words: Callable[[str], tuple[str, ...]]
    roles: str

    def listed(self, one: Role, call: Call) -> MentionListed:
        lists, language = call.room.labels.lists, call.words.language
        return MentionListed(
            subject=one.subject,
            record=one.record,
            row=one.row + 1,
            message=one.message.hex(),
            case=one.case_number,
            reference=one.case,
            role=one.role,
            role_label=lists[self.roles].label(one.role, language),
            status=one.status,
            status_label=None if one.status is None else lists[_STATUSES].label(one.status, language),
            name=one.name,
            country=one.country,
            born=one.born,
            number=one.number,
            happened_on=one.happened_on,
            tlp=one.tlp,
            likeness_percent=round(100 * one.likeness),
        )


SUSPECT = SubjectKind(name="suspects", register=SUSPECTS, words=person_words, roles="person_role")
COMPANY = SubjectKind(name="companies", register=COMPANIES, words=company_words, roles="party_role")
