"""The routes of a node that keeps the common record store (`cencomm.node.records`), as a list."""

from cencomm.node.api.export_routes import EXPORT_ROUTE
from cencomm.node.api.record_routes import RECORD_ROUTES
from cencomm.node.api.search_routes import OPERATIONS_ROUTE, RECORDS_ROUTE
from cencomm.node.api.statistics_routes import STATISTICS_ROUTES

STORE_ROUTES = (RECORDS_ROUTE, OPERATIONS_ROUTE, *RECORD_ROUTES, EXPORT_ROUTE, *STATISTICS_ROUTES)
