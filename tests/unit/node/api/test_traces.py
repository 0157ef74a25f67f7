"""What is left of a look, where it is described, and how files and slow readers are dealt with."""

import asyncio
import contextlib
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from click.testing import CliRunner
from sqlalchemy import text

from cencomm.archive.cli import archive as archive_command
from cencomm.node.api.app import build_api, routes_of
from cencomm.node.api.edge import answer_errors
from cencomm.node.api.openapi import OPENAPI_PATH, describe_api
from cencomm.node.api.room import Room
from cencomm.node.api.route import Download
from cencomm.node.api.sending import OCTETS, disposition, harmless_type, send_download, spool_file
from cencomm.node.files.attachments import FileState, put_piece, set_state
from cencomm.node.key_file import NodeKeys, write_keys
from cencomm.secret import system_entropy
from cencomm.site.people import accounts
from cencomm.site.people.person import Role
from tests.unit.node.api.visitor import Visitor
from tests.unit.node.records.keep import Keep
from tests.unit.node.records.operation import Desk
from tests.unit.node.records.test_attachments import CONTENT, described

REF = re.compile(r'"\$ref": "#/components/schemas/(\w+)"')
LONG_BYTES = 64 << 20  # more than sockets hold on their way
ShutOut = Callable[[Room], Awaitable[object]]


async def end_in_the_room(room: Room) -> None:
    await accounts.end_person(room.database, "eve", now=room.clock())


async def reset_in_the_room(room: Room) -> None:
    await accounts.reset_person(room.desk, "eve", now=room.clock())


class Queue(asyncio.Semaphore):
    """Nobody's turn comes before it is released; says when somebody waits."""

    def __init__(self) -> None:
        super().__init__(0)
        self.waits = asyncio.Event()

    async def acquire(self) -> Literal[True]:
        self.waits.set()
        return await super().acquire()


async def as_auditor(visitor: Visitor) -> Visitor:
    await visitor.has_token("auditor", Role.AUDITOR)
    return visitor


@pytest.mark.usefixtures("seized")
async def test_e8_each_look_is_in_the_log_before_it_is_seen(eve: Visitor) -> None:
    await eve.get("/v1/records?text=valise")
    await eve.get("/v1/records/1")
    await eve.get("/v1/export?format=json&recipient=Prosecutor")
    await eve.get("/v1/records/99")  # nothing was seen

    log = (await (await as_auditor(eve)).get("/v1/log")).document

    seen = [(one["person"], one["deed"], one["purpose"], one["found"], one["recipient"]) for one in log["entries"]]
    purpose = "support_investigation"
    assert seen == [
        ("eve", "export", purpose, 1, "Prosecutor"),
        ("eve", "open", purpose, 1, None),
        ("eve", "search", purpose, 1, None),
    ]
    assert json.loads(log["entries"][2]["asked"])["text"] == "valise"
    assert log["entries"][2]["told"] == "Searched. Words: valise"
    in_french = (await eve.get("/v1/log", headers={"Accept-Language": "fr"})).document["entries"]
    assert [one["told"] for one in in_french[1:3]] == ["Export. Format : json", "Consultation. Fiche n° 1"]
    head = (await eve.get("/v1/log/head")).document
    assert head["number"] == 5  # the auditor's own looks at the log are in it
    assert (await eve.get(f"/v1/log/head?number={head['number']}&chain={head['chain']}")).status == 200


@pytest.mark.usefixtures("seized")
async def test_e8_what_cannot_be_logged_is_not_shown(eve: Visitor) -> None:
    """Whatever keeps the log from being written: nobody reads meanwhile."""
    await eve.room.database.transact(lambda connection: connection.execute(text("DROP TABLE consultations")))

    for path in ("/v1/records", "/v1/records/1", "/v1/export?recipient=x"):
        reply = await eve.get(path)
        assert reply.status == 503
        assert b"KE-2026-0117" not in reply.body
    assert list(eve.room.spool.iterdir()) == []


@pytest.mark.parametrize("shut_out", [end_in_the_room, reset_in_the_room])
@pytest.mark.usefixtures("seized")
async def test_who_is_shut_out_while_an_export_is_made_does_not_get_it(eve: Visitor, shut_out: ShutOut) -> None:
    """The export waits behind others, as long as those take."""
    eve.room.making = queue = Queue()
    export = asyncio.create_task(eve.get("/v1/export?format=json&recipient=Prosecutor"))
    await queue.waits.wait()
    await shut_out(eve.room)
    queue.release()
    reply = await export

    assert reply.code == "no_session"
    assert list(eve.room.spool.iterdir()) == []


async def test_of_a_download_that_breaks_off_nothing_else_comes_behind_its_beginning(room: Room) -> None:
    """An error that is sent on the same connection would be kept as the rest of the file, which its length covers."""
    path, left = spool_file(room.folder.spool), asyncio.Event()
    path.write_bytes(bytes(LONG_BYTES))

    async def stalls(request: web.Request) -> web.StreamResponse:
        try:
            download = Download(path=path, media_type=OCTETS, name="long")
            return await send_download(request, download, patience=0.01)
        finally:
            left.set()

    app = web.Application(middlewares=[answer_errors(room)])
    app.router.add_get("/long", stalls)
    async with TestServer(app) as server:
        reader, writer = await asyncio.open_connection(server.host, server.port, limit=1024)
        writer.write(b"GET /long HTTP/1.1\r\nHost: here\r\n\r\n")
        await left.wait()
        came = bytearray()
        with contextlib.suppress(ConnectionResetError):
            async with asyncio.timeout(5):
                while piece := await reader.read(1 << 20):
                    came += piece
        writer.close()

    assert came.count(b"HTTP/1.1 ") <= 1
    assert len(came) < LONG_BYTES


@pytest.mark.usefixtures("seized")
async def test_e8_a_log_that_was_tampered_with_is_told_to_the_auditor(eve: Visitor) -> None:
    await eve.get("/v1/records")
    await eve.get("/v1/records/1")

    async def tamper(connection: object) -> None:
        for statement in (
            "DROP TRIGGER consultations_no_delete",
            "DELETE FROM consultations WHERE number = 1",
        ):
            await connection.execute(text(statement))  # type: ignore[attr-defined]  # a connection, whose type is long

    await eve.room.database.transact(tamper)

    assert (await (await as_auditor(eve)).get("/v1/log/head")).code == "log_broken"


async def test_a_file_leaves_as_its_author_signed_it_or_not_at_all(ana: Visitor, archive: Keep, desk: Desk) -> None:
    await archive.take(desk.message("note", {"text": "with files"}, attachments=(described(name="../../x.html"),)))
    assert (await ana.get("/v1/records/1/files/1")).code == "file_not_here"
    await archive.database.transact(lambda connection: put_piece(connection, 1, 0, CONTENT))
    await archive.database.transact(lambda connection: set_state(connection, 1, FileState.KEPT))

    reply = await ana.get("/v1/records/1/files/1")

    assert (reply.status, reply.body) == (200, CONTENT)
    assert reply.headers["Content-Disposition"] == "attachment; filename*=UTF-8''x.html"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    await archive.database.transact(
        lambda connection: connection.execute(text("UPDATE attachment_pieces SET content = x'00'"))
    )
    assert (await ana.get("/v1/records/1/files/1")).code == "file_not_here"
    assert list(ana.room.spool.iterdir()) == []


def test_no_name_leaves_its_folder_and_no_type_runs() -> None:
    """Path tricks, line breaks in headers, pages and pictures with scripts."""
    tricks = "../../etc/passwd", "..\\..\\x", "a\r\nSet-Cookie: x=1", 'x"; filename="y', "é" * 500
    for name in tricks:
        value = disposition(name)
        assert value.isascii()
        assert re.fullmatch(r"attachment; filename\*=UTF-8''[\w.%~-]+", value)
    assert harmless_type("text/html") == harmless_type("image/svg+xml") == "application/octet-stream"
    assert harmless_type("image/png") == "image/png"


def test_the_description_has_every_route_and_nothing_that_is_not_there(room: Room) -> None:
    document = describe_api(routes_of(room), title="x", nominal=True)
    mounted = {
        (route.resource.canonical, route.method)
        for route in build_api(room).router.routes()
        if route.resource is not None and route.method != "HEAD"
    }

    described_ = {(path, method.upper()) for path, methods in document["paths"].items() for method in methods}
    assert described_ == mounted
    assert document["openapi"].startswith("3.1.")
    written = json.dumps(document)
    assert set(REF.findall(written)) <= document["components"]["schemas"].keys()
    operations = [one for methods in document["paths"].values() for one in methods.values() if "operationId" in one]
    assert len({one["operationId"] for one in operations}) == len(operations)
    for path, methods in document["paths"].items():
        for operation in methods.values():
            named = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"}
            assert named == set(re.findall(r"\{(\w+)\}", path))
            assert operation["responses"]


async def test_the_description_is_open_and_asks_for_a_purpose_where_one_is_needed(visitor: Visitor) -> None:
    document = (await visitor.get(OPENAPI_PATH)).document

    parameters = document["paths"]["/v1/records"]["get"]["parameters"]
    assert next(one for one in parameters if one["name"] == "Cencomm-Purpose")["required"]


def test_accounts_are_made_and_the_log_is_read_at_the_console(blank: bytes, tmp_path: Path) -> None:

    (tmp_path / "node.sqlite").write_bytes(blank)
    write_keys(tmp_path / "node.key", NodeKeys.generate(relay_url="http://127.0.0.1:1", entropy=system_entropy))

    def run(*words: str) -> object:
        result = CliRunner().invoke(
            archive_command, [*words, "--data", str(tmp_path), "--json"], catch_exceptions=False
        )
        assert result.exit_code == 0, result.output
        return json.loads(result.output)

    made = run("user", "add", "ana", "--role", "analyst")
    token = run("user", "token", "add", "ana", "--label", "nightly", "--expires", "7")
    listed = run("user", "list")
    log = run("log")
    run("user", "reset", "ana")
    run("user", "end", "ana")

    assert isinstance(made, dict)
    assert len(made["password"]) == 23
    assert isinstance(token, dict)
    assert len(token["token"]) == 43
    assert isinstance(listed, list)
    assert (listed[0]["name"], listed[0]["state"], listed[0]["sessions"][0]["label"]) == ("ana", "active", "nightly")
    assert isinstance(log, dict)
    assert [one["asked"] for one in log["entries"]] == [
        '{"days":7,"label":"nightly","token_for":"ana"}',
        '{"added":"ana","role":"analyst"}',
    ]
    assert made["password"] not in json.dumps([log, listed])
    in_french = CliRunner().invoke(archive_command, ["log", "--data", str(tmp_path), "--language", "fr"]).output
    assert "Compte créé : ana; Rôle : analyst" in in_french
