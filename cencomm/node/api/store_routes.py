"""The routes of a node that keeps the common record store (`cencomm.node.records`), as lists."""

from cencomm.node.api.export_routes import EXPORT_ROUTES
from cencomm.node.api.record_routes import RECORD_ROUTES
from cencomm.node.api.search_routes import SEARCH_ROUTES
from cencomm.node.api.statistics_routes import STATISTICS_ROUTES

UNCOUNTED_STORE_ROUTES = (*SEARCH_ROUTES, *RECORD_ROUTES, *EXPORT_ROUTES)
"""For a kind that counts in a way of its own."""

STORE_ROUTES = (*UNCOUNTED_STORE_ROUTES, *STATISTICS_ROUTES)
