"""The archive as a kind of node: it records every message, and gives of it to those who come later."""

from cencomm.archive.history import ArchivedHoldings
from cencomm.archive.retention import ArchiveRecorder
from cencomm.client.reports import Reports
from cencomm.node.api.store_routes import STORE_ROUTES
from cencomm.node.data_folder import DataFolder
from cencomm.node.kind import NodeKind


def _record_everything(_: DataFolder, reports: Reports) -> ArchiveRecorder:
    return ArchiveRecorder(reports)


ARCHIVE = NodeKind(
    name="archive",
    package="cencomm.archive",
    data_variable="CENCOMM_ARCHIVE_DATA",
    consumer=_record_everything,
    holdings=ArchivedHoldings,
    inactive_days=25,
    routes=STORE_ROUTES,
)
