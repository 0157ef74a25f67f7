"""The browser client's files: the ones that were built, under headers that let nothing else run."""

import gzip
import hashlib
import json
import os
from pathlib import Path

import aiohttp
import pytest
from click.testing import CliRunner

from cencomm.errors import UsageError
from cencomm.relay.browser_client import load_browser_client
from cencomm.relay.keys import BROWSER_CLIENT
from cencomm.relay.web_commands import fingerprint_command, manifest_command
from cencomm.site.headers import PAGE_HEADERS
from tests.fakes.served_relay import Relay

SCRIPT = b"export {};\n"
BROTLI = b"as the build packed it"
POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types cencomm-worker"
)


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A folder of resources with a client of two files."""
    files = {"index.html": b"<!doctype html>", "assets/page.js": SCRIPT}
    folder = tmp_path / "resources" / "web" / "dist"
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        (folder / f"{name}.br").write_bytes(BROTLI)
    manifest = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "packed.json").write_text(json.dumps(dict.fromkeys(files, hashlib.sha256(BROTLI).hexdigest())))
    return tmp_path / "resources"


@pytest.fixture
def serving(relay: Relay, built: Path) -> Relay:
    relay.app._state[BROWSER_CLIENT] = load_browser_client(override=built)
    return relay


async def test_page_and_assets_are_served_under_a_policy_that_lets_nothing_else_run(serving: Relay) -> None:
    for path, media_type in (("/", "text/html"), ("/assets/page.js", "text/javascript")):
        answer = await serving.ask("GET", path)

        assert answer.status == 200
        assert answer.headers["Content-Type"] == f"{media_type}; charset=utf-8"
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-cache"


async def test_a_browser_that_has_the_file_is_not_sent_it_again(serving: Relay) -> None:
    url = serving.server.make_url("/assets/page.js")

    async with serving.http.get(url) as answer:
        tag = answer.headers["ETag"]
    async with serving.http.get(url, headers={"If-None-Match": tag}) as answer:
        assert answer.status == 304
        assert answer.headers["Content-Security-Policy"] == PAGE_HEADERS["Content-Security-Policy"]
    async with serving.http.get(url, headers={"If-None-Match": '"other"'}) as answer:
        assert await answer.read() == SCRIPT


@pytest.mark.parametrize("path", ["/assets/..%2f..%2fmanifest.json", "/assets/other.js", "/assets/", "/index.html"])
async def test_only_files_of_the_client_are_served(serving: Relay, path: str) -> None:
    assert (await serving.ask("GET", path)).code == "not_found"


async def test_a_page_is_told_what_there_is(serving: Relay, built: Path) -> None:
    async with serving.http.get(serving.server.make_url("/manifest.json")) as answer:
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert await answer.json() == load_browser_client(override=built).manifest


async def test_a_relay_without_the_client_says_so_and_serves_programs(relay: Relay) -> None:
    relay.app._state[BROWSER_CLIENT] = None

    for path in ("/", "/manifest.json"):
        assert "without the browser client" in (await relay.ask("GET", path)).error.message
    assert (await relay.ask("GET", "/v1/relay")).status == 200


def test_a_file_that_was_changed_after_it_was_built_is_not_served(built: Path) -> None:
    (built / "web" / "dist" / "assets" / "page.js").write_bytes(b"export const evil = 1;\n")

    with pytest.raises(UsageError, match=r"assets/page\.js .* is not the file that was built"):
        load_browser_client(override=built)


def test_what_is_sent_packed_is_the_same_file(built: Path) -> None:
    for file in load_browser_client(override=built).files.values():
        assert gzip.decompress(file.packed["gzip"]) == file.content


@pytest.mark.parametrize(
    ("accepted", "coding"), [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("identity", None)]
)
async def test_a_file_is_sent_as_its_reader_takes_it_in_the_fewest_bytes(
    serving: Relay, accepted: str, coding: str | None
) -> None:
    url = serving.server.make_url("/assets/page.js")

    async with (
        aiohttp.ClientSession(auto_decompress=False) as plain,
        plain.get(url, headers={"Accept-Encoding": accepted}) as answer,
    ):
        content = await answer.read()

    assert answer.headers.get("Content-Encoding") == coding
    assert content == {"br": BROTLI, "gzip": gzip.compress(SCRIPT, mtime=0), None: SCRIPT}[coding]


def test_a_packed_file_that_was_changed_after_it_was_built_is_not_served(built: Path) -> None:
    (built / "web" / "dist" / "assets" / "page.js.br").write_bytes(b"another")

    with pytest.raises(UsageError, match=r"assets/page\.js\.br .* is not the file that was built"):
        load_browser_client(override=built)


def test_the_manifest_lists_what_is_served() -> None:
    try:
        client = load_browser_client()
    except UsageError as absent:
        if os.environ.get("CENCOMM_REQUIRE_ALL") == "1":
            raise
        pytest.skip(str(absent))

    said = CliRunner().invoke(manifest_command).output.splitlines()

    assert said == [f"{digest}  {path}" for path, digest in client.manifest.items()]
    assert "assets/worker.js" in client.manifest
    assert CliRunner().invoke(fingerprint_command).output == f"{client.fingerprint}\n"


def test_the_fingerprint_is_one_number_for_the_lines_of_the_manifest(built: Path) -> None:
    client = load_browser_client(override=built)
    lines = "".join(f"{digest}  {path}\n" for path, digest in client.manifest.items())

    assert client.fingerprint.replace(" ", "") == hashlib.sha256(lines.encode()).hexdigest()
    assert {len(group) for group in client.fingerprint.split(" ")} == {4}
