"""CEN as a kind of node: it records releases alone, and gives nothing to those who come later."""

from cencomm.cen.api.case_routes import CASE_ROUTES
from cencomm.cen.api.release_routes import RELEASE_ROUTES
from cencomm.cen.api.statistics_routes import CASE_STATISTICS_ROUTES
from cencomm.cen.recording import CEN, ReleaseRecorder
from cencomm.client.reports import Reports
from cencomm.node.data_folder import DataFolder
from cencomm.node.kind import NodeKind


def _record_releases(_: DataFolder, reports: Reports) -> ReleaseRecorder:
    return ReleaseRecorder(reports)


CEN_NODE = NodeKind(
    name="cen",
    package=CEN,
    data_variable="CENCOMM_CEN_DATA",
    consumer=_record_releases,
    nominal=False,
    routes=(*RELEASE_ROUTES, *CASE_ROUTES, *CASE_STATISTICS_ROUTES),
)
