"""Who plays: the posts of the sample operation, an analyst, and an officer whose mailbox is left to whoever watches."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle

from cencomm.client.operation.directory import Profile
from cencomm.forms.language import pick
from cencomm.forms.operation import OperationPlan, Post, PostRole
from cencomm.ledger.kinds import Role

OPERATION = "sample_air"  # operations/sample_air.toml
ANALYST = Post(
    name="analyst", role=PostRole.ANALYST, label={"en": "Analyst of the operation", "fr": "Analyste de l'opération"}
)
YOU = Post(
    name="you", role=PostRole.OFFICER, label={"en": "Brussels airport", "fr": "Aéroport de Bruxelles"}, country="BE"
)
LE_HAVRE = Post(
    name="lehavre",
    role=PostRole.OFFICER,
    label={"en": "Port of Le Havre", "fr": "Port du Havre", "ar": "ميناء لوهافر"},
    country="FR",
)
CASABLANCA = Post(
    name="casablanca",
    role=PostRole.OFFICER,
    label={"en": "Port of Casablanca", "fr": "Port de Casablanca", "ar": "ميناء الدار البيضاء"},
    country="MA",
)
NEWCOMER = Post(
    name="newcomer",
    role=PostRole.OFFICER,
    label={"en": "Port of Lisbon", "fr": "Port de Lisbonne", "pt": "Porto de Lisboa"},
    country="PT",
)
AT_BROWSERS = (LE_HAVRE, CASABLANCA)  # have accounts; NEWCOMER has a letter only
CEN_POST = Post(name="cen", role=PostRole.CEN, label={"en": "CEN, the world's database", "fr": "CEN, la base mondiale"})
NCEN_POST = Post(
    name="ncen_kenya", role=PostRole.NCEN, label={"en": "nCEN of Kenya", "fr": "nCEN du Kenya"}, country="KE"
)
ROLES: Mapping[PostRole, Role] = {
    PostRole.COORDINATOR: Role.COORDINATOR,
    PostRole.OFFICER: Role.OFFICER,
    PostRole.ANALYST: Role.ANALYST,
    PostRole.ARCHIVE: Role.ARCHIVE,
    PostRole.NCEN: Role.NCEN,
    PostRole.CEN: Role.CEN,
}
_WRITING = {"FR": "fr", "BE": "fr", "MA": "ar", "PT": "pt"}  # of the countries in the sample; the others write English


@dataclass(frozen=True, slots=True)
class Part:
    """One who takes part: a post, and the language that its people work in."""

    post: Post

    @property
    def name(self) -> str:
        return self.post.name

    @property
    def language(self) -> str:
        return _WRITING.get(self.post.country or "", "en")

    @property
    def role(self) -> Role:
        return ROLES[self.post.role]

    def profile(self) -> Profile:
        """As the others see it; everybody here is invented."""
        return Profile(
            name=pick(self.post.label, self.language), organisation="CENcomm exercise", country=self.post.country
        )


@dataclass(frozen=True, slots=True)
class Cast:
    """`founder` makes the operation; `others` get access letters, the second coordinator first."""

    founder: Part
    others: tuple[Part, ...]

    @property
    def everybody(self) -> tuple[Part, ...]:
        return (self.founder, *self.others)


def cast_of(plan: OperationPlan) -> Cast:
    """The plan's posts without its archive, which is a process of its own, and the analyst."""
    parts = [Part(post) for post in plan.posts if post.role is not PostRole.ARCHIVE]
    founder = next(part for part in parts if part.role is Role.COORDINATOR)
    others = [part for part in parts if part is not founder]
    return Cast(founder, (*sorted(others, key=lambda part: part.role is not Role.COORDINATOR), Part(ANALYST)))


@dataclass(slots=True)
class Desk:
    """Who reports a seizure: an officer of the country that made it, else each officer in turn."""

    officers: Sequence[Part]
    _turns: Iterable[Part] = field(init=False)

    def __post_init__(self) -> None:
        self._turns = iter(cycle(self.officers))

    def author(self, country: object) -> Part:
        at_home = next((officer for officer in self.officers if officer.post.country == country), None)
        return at_home or next(iter(self._turns))
