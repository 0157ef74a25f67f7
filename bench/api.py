"""A search through a node's whole API beside the same questions in SQL by hand.

    python -m bench.api [RECORDS]

The API: HTTP on loopback, session, purpose, the page, the total, labels, and a durable entry in the log of
consultations for each. Raw: the same two statements (page and total) on the same file by Python's sqlite3.
Sought: p95 at most 1.5 times raw and 3 ms.
"""

import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import aiohttp
from aiohttp.test_utils import TestServer

from bench._figures import Figure, report
from cencomm.archive.kind import ARCHIVE
from cencomm.client.reports import Reports
from cencomm.client.vault.header import StoreKey
from cencomm.clock import system_clock
from cencomm.forms.code_list import load_code_lists
from cencomm.forms.library import load_forms
from cencomm.node.api.app import build_api
from cencomm.node.api.room import Room
from cencomm.node.data_folder import DataFolder
from cencomm.node.database import NODE, Database, migrate, open_database
from cencomm.node.people import PEOPLE
from cencomm.node.records.recording import RECORDS, MessageRecorder
from cencomm.node.sealing import Sealer
from cencomm.secret import Secret, system_entropy
from cencomm.site.people.accounts import add_person, add_token
from cencomm.site.people.consultation import LogKey
from cencomm.site.people.desk import Desk as PeopleDesk
from cencomm.site.people.person import Role
from cencomm.site.verifiers import Verifiers
from tests.scenarios.archive import SEIZURE
from tests.unit.node.records.operation import NOW, open_desk

MANY = 5_000
QUERIES = 200
COUNTRIES = ("KE", "FR", "TH", "BR", "ET", "AE", "US", "VN")
TO_MILLISECONDS = 1000


async def fill(database: Database, reports: Reports, count: int) -> None:
    desk, recorder = open_desk(load_forms(reports.lists)), MessageRecorder(reports)
    async with database.writer.begin() as connection:
        for number in range(count):
            country = COUNTRIES[number % len(COUNTRIES)]
            values = {**SEIZURE, "case_ref": f"{country}-{number}", "reporting_country": country}
            message = desk.message("seizure", values, written_at=NOW + number)
            await recorder.record(connection, message, desk.operation, now=NOW)


async def p95(ask: Callable[[int], Awaitable[object]]) -> float:
    times = []
    for number in range(QUERIES):
        began = time.perf_counter()
        await ask(number)
        times.append(time.perf_counter() - began)
    return sorted(times)[int(QUERIES * 0.95)] * TO_MILLISECONDS


async def measure(folder: Path, count: int) -> None:
    path = folder / "node.sqlite"
    migrate(path, (NODE, PEOPLE, RECORDS))
    database, reports = open_database(path), Reports(load_code_lists())
    await fill(database, reports, count)
    with ThreadPoolExecutor(2) as pool:
        desk = PeopleDesk(
            store=database,
            verifiers=Verifiers(pool, system_entropy),
            sealing=Sealer(StoreKey(bytes(32)), system_entropy),
            pepper=Secret(bytes(32)),
            policy=ARCHIVE.api.policy,
            entropy=system_entropy,
        )
        room = Room(
            kind=ARCHIVE.api,
            folder=DataFolder(folder),
            database=database,
            desk=desk,
            log_key=LogKey(bytes(32)),
            lists=reports.lists,
            clock=system_clock,
        )
        await add_person(desk, "ana", Role.ANALYST, now=system_clock())
        token = (await add_token(desk, "ana", "bench", days=1, now=system_clock())).text
        headers = {"Authorization": f"Bearer {token}", "Cencomm-Purpose": "support_investigation"}
        async with TestServer(build_api(room)) as server, aiohttp.ClientSession(headers=headers) as http:
            raw, api = await _both(path, http, str(server.make_url("/v1/records")))
    await database.dispose()
    print(f"{count} records: p95 raw {raw:.1f} ms, API {api:.1f} ms")
    report(Figure(name="search through the API, p95", reached=api, wanted=1.5 * raw + 3, unit="ms", sense="most"))


async def _both(path: Path, http: aiohttp.ClientSession, url: str) -> tuple[float, float]:
    plain = sqlite3.connect(path)
    plain.execute("PRAGMA cache_size=-65536")
    (field,) = plain.execute("SELECT id FROM fields WHERE name = 'reporting_country'").fetchone()
    wanted = "FROM messages m WHERE m.id IN (SELECT message FROM cells WHERE field = ? AND code = ?)"

    async def by_hand(number: int) -> object:
        asked = (field, COUNTRIES[number % len(COUNTRIES)])
        page = f"SELECT m.* {wanted} ORDER BY written_at DESC, m.id DESC LIMIT 50"
        return plain.execute(page, asked).fetchall(), plain.execute(f"SELECT count(*) {wanted}", asked).fetchone()

    async def by_api(number: int) -> object:
        async with http.get(url, params={"reporting": COUNTRIES[number % len(COUNTRIES)]}) as answer:
            assert answer.status == 200
            return await answer.read()

    await by_api(0)
    raw, api = await p95(by_hand), await p95(by_api)
    plain.close()
    return raw, api


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(measure(Path(name), int(sys.argv[1]) if len(sys.argv) > 1 else MANY))
