"""Suspects and companies: found by names that may be spelled otherwise, and one of them with every role it played.

Whoever stands only in reports of TLP:RED is not found: a name that answers would say what such a report is about.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from msgspec import Meta, Struct
from sqlalchemy import and_

from cencomm.errors import UsageError
from cencomm.ncen.api.mention import COMPANY, SUSPECT, MentionListed, SubjectKind
from cencomm.ncen.api.wanted import WantedAsked
from cencomm.ncen.role_cursor import MAX_CURSOR_LETTERS, RoleCursor, read_role_cursor
from cencomm.ncen.search import Role, Wanted, find_roles, is_shareable
from cencomm.node.api.listing import PageLimit
from cencomm.node.api.record_routes import RecordNumber
from cencomm.node.api.refusals import NotHere
from cencomm.node.api.route import Answer, AnyRoute, Call, Route
from cencomm.node.records.search import matching
from cencomm.site.people.consultation import Deed
from cencomm.site.people.person import Permission

RoleCursorText = Annotated[str, Meta(max_length=MAX_CURSOR_LETTERS)]


class SubjectsAsked(WantedAsked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`text` is a name; the rest is asked of the reports that mention it."""

    limit: PageLimit = 50
    after: RoleCursorText | None = None
    """Where the page before ended, as it said, to the same question."""


class MentionsPage(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The likeliest first where a name was asked for, then the newest."""

    mentions: tuple[MentionListed, ...]
    after: str | None
    """For the next page; null: nothing follows."""


class SubjectAsked(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    subject: RecordNumber
    every_version: bool = False
    """Also what a later report of the same case replaced."""
    limit: PageLimit = 50
    after: RoleCursorText | None = None
    """Where the page before ended, as it said."""


class SubjectOpened(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One suspect or company. What a report says in full is at `/v1/records/{record}`, its case at `/v1/seizures`."""

    subject: int
    roles: tuple[MentionListed, ...]
    """Each that it played, the last written first."""
    after: str | None
    """For the next page; null: nothing follows."""


@dataclass(frozen=True, slots=True)
class _Handlers:
    """Of one register."""

    kind: SubjectKind

    async def search(self, call: Call, asked: SubjectsAsked) -> Answer:
        criteria, after = replace(asked.criteria(), text_outside_red=None), _read(asked.after)
        words = () if asked.text is None else self.kind.words(asked.text)
        if asked.text is not None and not words:  # no word would find everybody
            raise UsageError("a name has letters or digits")
        async with call.room.database.reading() as connection:
            only = and_(asked.condition(), is_shareable())
            condition = await matching(connection, criteria, call.room.labels, only=only)
            register = self.kind.register
            found = await find_roles(connection, register, words, condition, limit=asked.limit, after=after)
        page = MentionsPage(
            mentions=tuple(self.kind.listed(one, call) for one in found),
            after=_next(found, asked.limit, named=bool(words)),
        )
        return Answer(document=page, found=len(found))

    async def open(self, call: Call, asked: SubjectAsked) -> Answer:
        register, after = self.kind.register, _read(asked.after)
        wanted = Wanted(every_version=asked.every_version).condition()
        here = and_(register.roles.c.subject == asked.subject, wanted, is_shareable())
        async with call.room.database.reading() as connection:
            found = await find_roles(connection, register, (), here, limit=asked.limit, after=after)
        if not found:
            raise NotHere
        opened = SubjectOpened(
            subject=asked.subject,
            roles=tuple(self.kind.listed(one, call) for one in found),
            after=_next(found, asked.limit, named=False),
        )
        return Answer(document=opened, found=len(found))

    def routes(self) -> tuple[AnyRoute, ...]:
        name = self.kind.name
        return (
            Route(
                method="GET",
                path=f"/v1/{name}",
                summary=f"Search {name} by names, also spelled otherwise: a page of what they were in which report.",
                handler=self.search,
                asked=SubjectsAsked,
                answers=MentionsPage,
                needs=Permission.READ,
                deed=Deed.SEARCH,
                nominal=True,
            ),
            Route(
                method="GET",
                path=f"/v1/{name}/{{subject}}",
                summary=f"Open one of the {name}: every role played, in which report of which case.",
                handler=self.open,
                asked=SubjectAsked,
                answers=SubjectOpened,
                needs=Permission.READ,
                deed=Deed.OPEN,
                nominal=True,
            ),
        )


def _read(after: str | None) -> RoleCursor | None:
    return None if after is None else read_role_cursor(after)


def _next(found: Sequence[Role], limit: int, *, named: bool) -> str | None:
    return found[-1].cursor(named=named).text() if len(found) == limit else None


SUBJECT_ROUTES = (*_Handlers(SUSPECT).routes(), *_Handlers(COMPANY).routes())
