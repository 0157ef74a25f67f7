"""What the application holds: one typed key per resource, filled in `app.py` in the order of need."""

from concurrent.futures import ThreadPoolExecutor

from aiohttp import web

from cencomm.clock import Clock
from cencomm.relay.browser_client import BrowserClient
from cencomm.relay.bulk_turns import BulkTurns
from cencomm.relay.chunk_files import ChunkFiles
from cencomm.relay.config import RelayConfig
from cencomm.relay.database import Database
from cencomm.relay.fanout import Fanout
from cencomm.relay.metrics import RelayMetrics
from cencomm.relay.notary import Notary
from cencomm.relay.operations import Registry
from cencomm.relay.pacing import Pacing
from cencomm.relay.page_memo import PageMemo
from cencomm.relay.publishing import Publishing
from cencomm.relay.quota import Quota
from cencomm.relay.sign_in import SignInDesk
from cencomm.relay.state import State
from cencomm.relay.writer import Writer
from cencomm.secret import Entropy

CONFIG = web.AppKey("CONFIG", RelayConfig)
CLOCK: web.AppKey[Clock] = web.AppKey("CLOCK")
ENTROPY: web.AppKey[Entropy] = web.AppKey("ENTROPY")
DATABASE = web.AppKey("DATABASE", Database)
STATE = web.AppKey("STATE", State)
NOTARY = web.AppKey("NOTARY", Notary)
PACING = web.AppKey("PACING", Pacing)
PUBLISHING = web.AppKey("PUBLISHING", Publishing)
FANOUT = web.AppKey("FANOUT", Fanout)
WRITER = web.AppKey("WRITER", Writer)
REGISTRY = web.AppKey("REGISTRY", Registry)
DESK = web.AppKey("DESK", SignInDesk)
CLAIMS = web.AppKey("CLAIMS", Quota)
PUBLISHES = web.AppKey("PUBLISHES", Quota)
METRICS = web.AppKey("METRICS", RelayMetrics)
LOG_PAGES = web.AppKey("LOG_PAGES", PageMemo)
BULK_TURNS = web.AppKey("BULK_TURNS", BulkTurns)
PACKING = web.AppKey("PACKING", ThreadPoolExecutor)  # of one thread
BULK_TURNS = web.AppKey("BULK_TURNS", BulkTurns)
PACKING = web.AppKey("PACKING", ThreadPoolExecutor)  # of one thread
CHUNK_FILES = web.AppKey("CHUNK_FILES", ChunkFiles)
BROWSER_CLIENT: web.AppKey[BrowserClient | None] = web.AppKey("BROWSER_CLIENT")  # None: it was not built here
