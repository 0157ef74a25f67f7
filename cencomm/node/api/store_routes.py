"""The routes of a node that keeps the common record store (`cencomm.node.records`), as one list."""

from cencomm.node.api.export_routes import EXPORT_ROUTES
from cencomm.node.api.record_routes import RECORD_ROUTES
from cencomm.node.api.search_routes import SEARCH_ROUTES

STORE_ROUTES = (*SEARCH_ROUTES, *RECORD_ROUTES, *EXPORT_ROUTES)
