"""What a route of the API is: data, from which the server is mounted and its description (OpenAPI) is made.

A kind of node adds routes of its own by listing them (`NodeKind.routes`); everything that must never be forgotten
(session, role, purpose, log of consultations, limits, errors) is done once, in `edge.py`, as the route says.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from msgspec import Struct

from cencomm.client.words import Words
from cencomm.errors import UsageError
from cencomm.site.people.consultation import Deed, Purpose
from cencomm.site.people.person import Permission
from cencomm.site.people.queries.sessions import Session

if TYPE_CHECKING:
    from cencomm.node.api.room import Room

Q = TypeVar("Q", bound=Struct)


class Door(Enum):
    """Who may come to a route at all."""

    OPEN = auto()
    """Whoever asks."""
    SETUP = auto()
    """Whoever has the right password, also before an authenticator is set up."""
    SIGNED_IN = auto()


class Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    """No parameters and no body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, as handlers see it: whoever asks was let in, and may do what the route is for.

    `visitor` is what the browser showed and gets; handlers of sign-in alone look at it.
    """

    room: "Room"
    words: Words
    now: int
    session: Session | None
    purpose: Purpose | None
    source: bytes | None = field(default=None, repr=False)

    @property
    def signed_in(self) -> Session:
        assert self.session is not None  # the route's door is not open
        return self.session


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookies:
    """What a browser is given; None: nothing. `sign_out`: what it has is dropped."""

    session: bytes | None = field(default=None, repr=False)
    source: bytes | None = field(default=None, repr=False)
    sign_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file that was made for this answer; it is removed once it was sent, or could not be."""

    path: Path
    media_type: str
    name: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`found`: how many records the caller learned of, for the log of consultations."""

    document: Struct | None = None
    download: Download | None = None
    found: int = 0
    cookies: Cookies = Cookies()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Generic[Q]):
    """One method at one path.

    Args:
        asked: the parameters: of the path, and of the query (GET, DELETE) or the JSON body (POST, PUT).
        needs: the permission; None: any, or nobody's.
        deed: how the log of consultations calls it. Whatever `needs` READ or EXPORT has one.
        nominal: it shows personal data: in a store that holds such, a purpose has to be given.
        answers: the document; None with `media`: a file of one of these types; None without: 204.
    """

    method: str
    path: str
    summary: str
    handler: Callable[[Call, Q], Awaitable[Answer]]
    asked: type[Q]
    answers: type[Struct] | None = None
    media: tuple[str, ...] = ()
    door: Door = Door.SIGNED_IN
    needs: Permission | None = None
    deed: Deed | None = None
    nominal: bool = False

    def __post_init__(self) -> None:
        """Raises UsageError for a route that would show records without a trace."""
        if self.needs in {Permission.READ, Permission.EXPORT} and self.deed is None:
            raise UsageError(f"{self.method} {self.path} shows records: its consultations must be logged")
        if self.nominal and self.deed is None:
            raise UsageError(f"{self.method} {self.path} asks for a purpose that it does not write down")


AnyRoute = Route[Any]
