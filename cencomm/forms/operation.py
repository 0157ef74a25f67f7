"""The plan of an operation: phases, posts, channels, policy, and its forms narrowed to what it needs.

`operations/*.toml` is where a coordination unit writes it down before anything is signed. The plan itself proves
nothing: what members believe is the ledger that the unit makes from it.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cencomm.errors import MalformedError
from cencomm.forms.code_list import CodeList
from cencomm.forms.form import Form, FormError
from cencomm.forms.form_rules import check_lists
from cencomm.forms.language import Labels
from cencomm.forms.narrowing import decode_narrowing, narrow
from cencomm.forms.record import Record, parse_toml

MAX_PHASES, MAX_POSTS, MAX_CHANNELS, MAX_FORMS = 20, 1_000, 200, 20
MAX_PURPOSE = 1_000  # characters
MAX_RETENTION_DAYS = 5 * 366  # domain.md E.7: five years, then the record is reviewed or gone
MAX_UPDATE_HOURS, MAX_HEARTBEAT_SECONDS, MAX_ANSWER_HOURS, MAX_IDLE_DAYS = 24 * 31, 24 * 3600, 24 * 14, 366
RELEASED = "release"  # docs/protocol.md 6.4
PARTNERS = 2  # of a bilateral channel, at least
COORDINATORS = 2  # docs/protocol.md: at least two, or a lost key ends the operation
DIGITS_OF_A_DAY = 10
TLP, HANDLING, COUNTRY = "tlp", "handling", "country"


class OperationPlanError(MalformedError):
    """Not a plan. The text has one line for each thing that is wrong."""


class Phase(StrEnum):
    """The phases that the ledger knows, in their order."""

    PLANNING = "planning"
    TEST = "test"
    PREPARATION = "preparation"
    OPERATIONAL = "operational"
    FOLLOW_UP = "follow_up"
    CLOSED = "closed"


class PostRole(StrEnum):
    COORDINATOR = "coordinator"
    OFFICER = "officer"
    ANALYST = "analyst"
    ARCHIVE = "archive"
    NCEN = "ncen"
    CEN = "cen"


class ChannelPurpose(StrEnum):
    MAIN = "main"
    UNIT = "unit"
    BILATERAL = "bilateral"
    REGIONAL = "regional"
    RELEASE = "release"


class History(StrEnum):
    """What those who come later may read of what was said before (rule H1)."""

    NONE = "none"
    SINCE_ADMISSION = "since_admission"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class PlannedPhase:
    phase: Phase
    begins: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A duty post or a node, never a person: who stands behind it is written on the access letter."""

    name: str
    role: PostRole
    label: Labels
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedChannel:
    """Who may read is whoever holds one of `roles`, and the `posts`. `forms` are those that may be sent in it."""

    name: str
    kind: ChannelPurpose
    label: Labels
    roles: tuple[PostRole, ...]
    posts: tuple[str, ...]
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    history: History
    retention_days: int
    update_interval_hours: int
    heartbeat_seconds: int
    idle_days: int
    answer_hours: int
    tlp: str
    handling: str
    two_signatures: tuple[str, ...]
    exercise: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationPlan:
    name: str
    label: Labels
    purpose: Labels
    legal_basis: Labels
    phases: tuple[PlannedPhase, ...]
    posts: tuple[Post, ...]
    channels: tuple[PlannedChannel, ...]
    forms: Mapping[str, Form]
    policy: Policy


_TWO_SIGNATURES = frozenset({"channel", "admit", "revoke", "replace", "end-device", "form", "phase", "restart"})


def decode_operation(source: str, forms: Mapping[str, Form], lists: Mapping[str, CodeList]) -> OperationPlan:
    """The plan that a TOML text writes, its forms narrowed from `forms`, which are those that ship, by name.

    Raises:
        OperationPlanError: with everything that is wrong.
    """
    complaints: list[str] = []
    try:
        record = Record(parse_toml(source), "", complaints)
    except MalformedError as exc:
        raise OperationPlanError(str(exc)) from None
    name = record.name("name")
    plan = OperationPlan(
        name=name,
        label=record.labels("label"),
        purpose=record.labels("purpose", most=MAX_PURPOSE),
        legal_basis=record.labels("legal_basis", most=MAX_PURPOSE),
        phases=tuple(_phase(inner) for inner in record.records("phases", most=MAX_PHASES)),
        posts=tuple(_post(inner, lists) for inner in record.records("posts", most=MAX_POSTS)),
        channels=tuple(_channel(inner) for inner in record.records("channels", most=MAX_CHANNELS)),
        forms=_forms(record.record("forms"), name, forms, lists),
        policy=_policy(record.record("policy"), lists),
    )
    record.end()
    complaints.extend(_inconsistencies(plan))
    if complaints:
        raise OperationPlanError("\n".join(complaints))
    return plan


def _phase(record: Record) -> PlannedPhase:
    phase = PlannedPhase(record.choice("phase", Phase), _day(record, "begins"))
    record.end()
    return phase


def _day(record: Record, key: str) -> dt.date:
    text = record.text(key)
    try:
        if len(text) == DIGITS_OF_A_DAY:
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    record.complain(f'{key} is a day in quotes, as "2026-03-01"')
    return dt.date.min


def _post(record: Record, lists: Mapping[str, CodeList]) -> Post:
    post = Post(
        name=record.name("name"),
        role=record.choice("role", PostRole),
        label=record.labels("label"),
        country=_optional_code(record, COUNTRY, lists),
    )
    if post.role is PostRole.OFFICER and post.country is None:
        record.complain("an officer's post has a country")
    record.end()
    return post


def _channel(record: Record) -> PlannedChannel:
    roles = record.texts("roles", most=len(PostRole))
    known = tuple(role for role in PostRole if role.value in roles)
    if len(known) != len(roles):
        record.complain(f"roles are some of {', '.join(role.value for role in PostRole)}")
    channel = PlannedChannel(
        name=record.name("name"),
        kind=record.choice("kind", ChannelPurpose),
        label=record.labels("label"),
        roles=known,
        posts=record.texts("posts", most=MAX_POSTS),
        forms=record.texts("forms", most=MAX_FORMS),
    )
    if not channel.roles and not channel.posts:
        record.complain("a channel for nobody: it has neither roles nor posts")
    if not channel.forms:
        record.complain("a channel in which nothing can be said: it has no forms")
    record.end()
    return channel


def _policy(record: Record, lists: Mapping[str, CodeList]) -> Policy:
    policy = Policy(
        history=record.choice("history", History),
        retention_days=record.integer("retention_days", least=1, most=MAX_RETENTION_DAYS),
        update_interval_hours=record.integer("update_interval_hours", least=1, most=MAX_UPDATE_HOURS),
        heartbeat_seconds=record.integer("heartbeat_seconds", least=60, most=MAX_HEARTBEAT_SECONDS),
        idle_days=record.integer("idle_days", least=1, most=MAX_IDLE_DAYS),
        answer_hours=record.integer("answer_hours", least=1, most=MAX_ANSWER_HOURS),
        tlp=_optional_code(record, TLP, lists) or "",
        handling=_optional_code(record, HANDLING, lists) or "",
        two_signatures=record.texts("two_signatures", most=len(_TWO_SIGNATURES)),
        exercise=record.flag("exercise"),
    )
    if not policy.tlp or not policy.handling:
        record.complain("tlp and handling, which a new message begins with, are both there")
    if not _TWO_SIGNATURES.issuperset(policy.two_signatures):
        record.complain(f"two_signatures are some of {', '.join(sorted(_TWO_SIGNATURES))}")
    record.end()
    return policy


def _optional_code(record: Record, list_name: str, lists: Mapping[str, CodeList]) -> str | None:
    """The code under the key of its list's name."""
    code = record.optional_text(list_name)
    if code is not None and code not in lists[list_name]:
        record.complain(f"{list_name} {code!r} is not in the list")
    return code


def _forms(
    record: Record, operation: str, forms: Mapping[str, Form], lists: Mapping[str, CodeList]
) -> Mapping[str, Form]:
    narrowed = {}
    for name, form in forms.items():
        if not record.has(name):
            continue
        inner = record.record(name)
        narrowing = decode_narrowing(inner)
        try:
            narrowed[name] = narrow(form, narrowing, operation=operation)
            check_lists(narrowed[name], lists)
        except FormError as exc:
            for complaint in str(exc).splitlines():
                inner.complain(complaint)
    record.end()
    return narrowed


def _inconsistencies(plan: OperationPlan) -> list[str]:
    found: list[str] = []
    posts, channels = [post.name for post in plan.posts], [channel.name for channel in plan.channels]
    found.extend(f"{name!r} is the name of two posts" for name in sorted({n for n in posts if posts.count(n) > 1}))
    found.extend(
        f"{name!r} is the name of two channels" for name in sorted({n for n in channels if channels.count(n) > 1})
    )
    begins = [phase.begins for phase in plan.phases]
    order = [list(Phase).index(phase.phase) for phase in plan.phases]
    if not begins or begins != sorted(begins) or order != sorted(set(order)):
        found.append("phases are there, each once, in their order, and none begins before the one above it")
    if sum(post.role is PostRole.COORDINATOR for post in plan.posts) < COORDINATORS and not plan.policy.exercise:
        found.append(f"an operation has at least {COORDINATORS} coordinators, unless it is an exercise")
    if sum(channel.kind is ChannelPurpose.MAIN for channel in plan.channels) != 1:
        found.append("an operation has one main channel")
    cens = {post.name for post in plan.posts if post.role is PostRole.CEN}
    for channel in plan.channels:
        found.extend(f"{channel.name}: there is no post {name!r}" for name in channel.posts if name not in posts)
        found.extend(
            f"{channel.name}: the operation has no form {name!r}" for name in channel.forms if name not in plan.forms
        )
        if channel.kind is not ChannelPurpose.RELEASE and (PostRole.CEN in channel.roles or cens & {*channel.posts}):
            found.append(f"{channel.name}: cen reads release channels only")
        if channel.kind is ChannelPurpose.RELEASE and channel.forms != (RELEASED,):
            found.append(f"{channel.name}: a release channel takes the form {RELEASED!r} and no other")
        if channel.kind is ChannelPurpose.BILATERAL and (channel.roles or len(channel.posts) < PARTNERS):
            found.append(f"{channel.name}: a bilateral channel is for at least two named posts and for no role")
    return found
