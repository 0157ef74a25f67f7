"""For auditors: who looked at what; for administrators: who there is."""

from typing import Annotated

from msgspec import Meta, Struct

from cencomm.ids import from_hex
from cencomm.node.api.route import Answer, Call, Nothing, Route
from cencomm.node.consulted import told
from cencomm.site.people.accounts import Listed, list_people
from cencomm.site.people.consultation import CHAIN_BYTES, Deed, Entry, Head
from cencomm.site.people.person import Permission
from cencomm.site.people.queries.consultations import MAX_PAGE, entries_before, verify


class LogAsked(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    before: Annotated[int, Meta(ge=1, le=1 << 53)] | None = None
    """The number of the last entry seen."""
    limit: Annotated[int, Meta(ge=1, le=MAX_PAGE)] = 100


class LogEntry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    number: int
    at: int
    """Seconds."""
    person: str
    via: str
    deed: str
    purpose: str | None
    asked: str
    """JSON."""
    told: str
    """What was done and asked, in the language that the reader asked for."""
    found: int
    recipient: str | None


class LogPage(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The newest first."""

    entries: tuple[LogEntry, ...]
    after: int | None
    """`before` of the next page; null: nothing follows."""


class LogHead(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole log was verified for this answer: every entry up to this one is there, and as it was written."""

    number: int
    chain: str
    """What it ends with, in hexadecimal: note it elsewhere, and a log that was cut or rewritten is noticed."""


class HeadAsked(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    number: Annotated[int, Meta(ge=0, le=1 << 53)] | None = None
    """A head that was noted earlier: the log has to go through it."""
    chain: Annotated[str, Meta(min_length=2 * CHAIN_BYTES, max_length=2 * CHAIN_BYTES)] | None = None


class PersonListed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Times in seconds."""

    name: str
    role: str
    made_at: int
    active_at: int
    inactive_at: int
    ended_at: int | None
    authenticator: bool
    sessions: int
    tokens: int
    wrong_tries: int
    locked_until: int


class PeopleListed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    people: tuple[PersonListed, ...]


async def get_log(call: Call, asked: LogAsked) -> Answer:
    async with call.room.database.reading() as connection:
        entries = await entries_before(connection, asked.before, limit=asked.limit)
    page = LogPage(
        entries=tuple(_entry(entry, told(entry.consultation, call.words, call.room.lists)) for entry in entries),
        after=entries[-1].number if entries and entries[-1].number > 1 else None,
    )
    return Answer(document=page, found=len(entries))


async def get_head(call: Call, asked: HeadAsked) -> Answer:
    noted = None
    if asked.number is not None and asked.chain is not None:
        noted = Head(asked.number, from_hex(asked.chain, length=CHAIN_BYTES))
    async with call.room.database.reading() as connection:
        head = await verify(connection, call.room.log_key, noted=noted)
    return Answer(document=LogHead(number=head.number, chain=head.chain.hex()), found=head.number)


async def get_people(call: Call, _: Nothing) -> Answer:
    listed = await list_people(call.room.database)
    return Answer(document=PeopleListed(people=tuple(_person(one, call.room.kind.inactive_days) for one in listed)))


def _entry(entry: Entry, words: str) -> LogEntry:
    one = entry.consultation
    return LogEntry(
        number=entry.number,
        at=one.at,
        person=one.person,
        via=one.via.value,
        deed=one.deed.value,
        purpose=None if one.purpose is None else one.purpose.value,
        asked=one.asked,
        told=words,
        found=one.found,
        recipient=one.recipient,
    )


def _person(listed: Listed, inactive_days: int) -> PersonListed:
    person, programs = listed.person, sum(one.is_program for one in listed.sessions)
    return PersonListed(
        name=person.name,
        role=person.role.value,
        made_at=person.made_at,
        active_at=person.active_at,
        inactive_at=person.inactive_at(inactive_days),
        ended_at=person.ended_at,
        authenticator=person.totp is not None,
        sessions=len(listed.sessions) - programs,
        tokens=programs,
        wrong_tries=0 if listed.tries is None else listed.tries.wrong,
        locked_until=0 if listed.tries is None else listed.tries.until,
    )


LOG_ROUTES = (
    Route(
        method="GET",
        path="/v1/log",
        summary="A page of the log of consultations, the newest first.",
        handler=get_log,
        asked=LogAsked,
        answers=LogPage,
        needs=Permission.AUDIT,
        deed=Deed.LOG,
    ),
    Route(
        method="GET",
        path="/v1/log/head",
        summary="Verify the whole log, and say where it ends.",
        handler=get_head,
        asked=HeadAsked,
        answers=LogHead,
        needs=Permission.AUDIT,
        deed=Deed.LOG,
    ),
    Route(
        method="GET",
        path="/v1/people",
        summary="Who has an account here, how active, how often mistyped.",
        handler=get_people,
        asked=Nothing,
        answers=PeopleListed,
        needs=Permission.ADMINISTER,
    ),
)
