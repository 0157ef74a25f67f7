"""A nation's own store as a kind of node. Nobody asks it for history: it holds one nation's part of a channel."""

from cencomm.client.reports import Reports
from cencomm.ncen.api.seizure_routes import SEIZURE_ROUTES
from cencomm.ncen.api.subject_routes import SUBJECT_ROUTES
from cencomm.ncen.nation import read_nation
from cencomm.ncen.recording import NCEN, NationRecorder
from cencomm.node.api.store_routes import STORE_ROUTES
from cencomm.node.data_folder import DataFolder
from cencomm.node.kind import NodeKind


def _record_own(folder: DataFolder, reports: Reports) -> NationRecorder:
    return NationRecorder(reports, read_nation(folder))


NATION = NodeKind(
    name="ncen",
    package=NCEN,
    data_variable="CENCOMM_NCEN_DATA",
    consumer=_record_own,
    routes=(*STORE_ROUTES, *SEIZURE_ROUTES, *SUBJECT_ROUTES),
)
