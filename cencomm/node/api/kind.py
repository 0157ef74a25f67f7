"""How the API of one kind of node differs from another's."""

from dataclasses import dataclass

from cencomm.node.api.route import AnyRoute
from cencomm.site.people.desk import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKind:
    """What a kind of node says of its API.

    Args:
        name: of the kind, as authenticators show it.
        nominal: the store holds personal data: its people need an authenticator, and a purpose for each look (E5).
        inactive_days: without a sign-in, after which an account has to be reset (domain.md E15: 25 or 30).
        routes: beside those that every node has (`cencomm.node.api.routes`).
    """

    name: str
    nominal: bool
    inactive_days: int
    routes: tuple[AnyRoute, ...]

    @property
    def policy(self) -> Policy:
        return Policy(authenticator=self.nominal, inactive_days=self.inactive_days)
