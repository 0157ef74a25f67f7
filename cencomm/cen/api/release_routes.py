"""Releases as records: of each case the newest, unless all that were ever released are asked for."""

from sqlalchemy import ColumnElement

from cencomm.cen.search import CaseCriteria
from cencomm.node.api.export_routes import MEDIA, ExportAsked, export_records
from cencomm.node.api.record_routes import RECORD_ROUTES
from cencomm.node.api.route import Answer, Call, Route
from cencomm.node.api.search_routes import OPERATIONS_ROUTE, RecordsAsked, RecordsPage, list_records
from cencomm.site.people.consultation import Deed
from cencomm.site.people.person import Permission


class ReleasesAsked(RecordsAsked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    history: bool = False
    """Also releases that a newer one of their case replaced."""


class ReleasesExported(ExportAsked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    history: bool = False
    """Also releases that a newer one of their case replaced: who counts their rows counts some cases twice."""


async def get_releases(call: Call, asked: ReleasesAsked) -> Answer:
    return await list_records(call, asked, only=_shown(history=asked.history))


async def get_export(call: Call, asked: ReleasesExported) -> Answer:
    return await export_records(call, asked, only=_shown(history=asked.history))


def _shown(*, history: bool) -> ColumnElement[bool] | None:
    return None if history else CaseCriteria().condition()


RELEASE_ROUTES = (
    Route(
        method="GET",
        path="/v1/records",
        summary="Search: a page of the releases that fit, of each case the newest.",
        handler=get_releases,
        asked=ReleasesAsked,
        answers=RecordsPage,
        needs=Permission.READ,
        deed=Deed.SEARCH,
        nominal=True,
    ),
    OPERATIONS_ROUTE,
    *RECORD_ROUTES,
    Route(
        method="GET",
        path="/v1/export",
        summary="The releases that fit as one file, of each case the newest.",
        handler=get_export,
        asked=ReleasesExported,
        media=tuple(MEDIA.values()),
        needs=Permission.EXPORT,
        deed=Deed.EXPORT,
        nominal=True,
    ),
)
