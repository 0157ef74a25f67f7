"""What tells one kind of node from another, for everything that all kinds share: commands, backups, surroundings."""

from collections.abc import Callable
from dataclasses import dataclass

from cencomm.client.history.holdings import Holdings
from cencomm.client.reports import Reports
from cencomm.clock import system_clock
from cencomm.forms.code_list import load_code_lists
from cencomm.node.api.kind import ApiKind
from cencomm.node.api.route import AnyRoute
from cencomm.node.consumer import Consumer
from cencomm.node.data_folder import DataFolder, write_whole
from cencomm.node.errors import NoNode
from cencomm.node.membership import Surroundings
from cencomm.node.store import NodeStore
from cencomm.secret import system_entropy

_BEFORE_KINDS = "cencomm.archive"  # the only kind whose folders were not marked
_MAX_PACKAGE_BYTES = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeKind:
    """A kind of node.

    Args:
        name: of its command, `cencomm NAME`.
        package: by which its backups are known: one kind's does not become another's. Stored: never rename.
        data_variable: environment variable that names its data folder.
        consumer: makes what it is there for; may read what `join` wrote down in the folder.
        holdings: what it gives to those who come later (H2); None: nothing.
        nominal: it holds personal data: its people need an authenticator, and a purpose for each look.
        inactive_days: without a sign-in, after which an account there has to be reset (domain.md E15).
        routes: of its API, beside those that every node has (docs/api.md).
    """

    name: str
    package: str
    data_variable: str
    consumer: Callable[[DataFolder, Reports], Consumer]
    holdings: Callable[[NodeStore], Holdings] | None = None
    nominal: bool = True
    inactive_days: int = 30
    routes: tuple[AnyRoute, ...] = ()

    @property
    def api(self) -> ApiKind:
        return ApiKind(name=self.name, nominal=self.nominal, inactive_days=self.inactive_days, routes=self.routes)

    def settle(self, folder: DataFolder) -> None:
        """The folder is there, and a node in it is of this kind for good.

        Raises:
            NoNode: it is of another kind, or others may look into it.
            Unavailable: the disk does not take it.
        """
        folder.make()
        self.judge(folder)
        try:
            write_whole(folder.kind_file, self.package.encode())
        except FileExistsError:
            self.judge(folder)

    def judge(self, folder: DataFolder) -> None:
        """Whatever node is in the folder is of this kind: started as another, it would take what it must never hold.

        Raises:
            NoNode: it is of another kind.
        """
        if not folder.key_file.exists() and not folder.kind_file.exists():
            return
        try:
            with folder.kind_file.open("rb") as file:
                package = file.read(_MAX_PACKAGE_BYTES).decode("ascii", "replace")
        except FileNotFoundError:
            package = _BEFORE_KINDS
        if package != self.package:
            raise NoNode(f"{folder.path} holds another kind of node ({package}): name the folder of this one")

    def surroundings(self, folder: DataFolder) -> Surroundings:
        """A node of this kind with the code lists that ship, the system's time and entropy.

        Raises:
            NoNode: `folder` is another kind's, or lacks what the consumer has to know.
        """
        self.judge(folder)
        reports = Reports(load_code_lists())
        return Surroundings(
            consumer=self.consumer(folder, reports),
            reports=reports,
            clock=system_clock,
            entropy=system_entropy,
            holdings=self.holdings,
            api=self.api,
        )
