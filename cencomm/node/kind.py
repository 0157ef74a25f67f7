"""What tells one kind of node from another, for everything that all kinds share: commands, backups, surroundings."""

from collections.abc import Callable
from dataclasses import dataclass

from cencomm.client.history.holdings import Holdings
from cencomm.client.reports import Reports
from cencomm.clock import system_clock
from cencomm.forms.code_list import load_code_lists
from cencomm.node.consumer import Consumer
from cencomm.node.data_folder import DataFolder
from cencomm.node.membership import Surroundings
from cencomm.node.store import NodeStore
from cencomm.secret import system_entropy


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeKind:
    """A kind of node.

    Args:
        name: of its command, `cencomm NAME`.
        package: by which its backups are known: one kind's does not become another's. Stored: never rename.
        data_variable: environment variable that names its data folder.
        consumer: makes what it is there for; may read what `join` wrote down in the folder.
        holdings: what it gives to those who come later (H2); None: nothing.
    """

    name: str
    package: str
    data_variable: str
    consumer: Callable[[DataFolder, Reports], Consumer]
    holdings: Callable[[NodeStore], Holdings] | None = None

    def surroundings(self, folder: DataFolder) -> Surroundings:
        """A node of this kind with the code lists that ship, the system's time and entropy.

        Raises:
            NoNode: `folder` lacks what the consumer has to know.
        """
        reports = Reports(load_code_lists())
        return Surroundings(
            consumer=self.consumer(folder, reports),
            reports=reports,
            clock=system_clock,
            entropy=system_entropy,
            holdings=self.holdings,
        )
