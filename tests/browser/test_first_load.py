"""What a browser that was never here fetches: until the sign-in screen stands in the officer's language, and then."""

import gzip
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import pytest

from cencomm.relay.browser_client import BuiltFile, load_browser_client
from tests.browser.conftest import Desk
from tests.fakes.loopback_relay import LoopbackRelay

MAX_BYTES_TO_TYPE = 50_000  # a second at 400 kbit/s
MAX_BYTES = 225_000
MAX_BYTES_UNTIL_MESSAGES = 240_000
FIRST = ("index.html", "assets/page.js", "assets/worker.js", "assets/style.css", "assets/icon.svg")
FETCHED = """async (path) => {
    const answer = await fetch(path);
    return [answer.headers.get("content-encoding"), await answer.text()];
}"""
PART = re.compile(r'(?:from|import)\s*"\./(part-[0-9A-Z]+\.js)"')


def parts(files: Mapping[str, BuiltFile]) -> set[str]:
    return {name for name in files if name.startswith("assets/part-")}


def at_once(files: Mapping[str, BuiltFile]) -> set[str]:
    """What page and worker name at their beginning: without it they do not start."""
    named = [PART.findall(files[f"assets/{entry}.js"].content.decode()) for entry in ("page", "worker")]
    return {f"assets/{part}" for found in named for part in found}


def first(language: str) -> tuple[str, ...]:
    return FIRST if language == "en" else (*FIRST, f"assets/words-{language}.json")  # English needs no catalogue


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_the_first_load_is_small_in_every_language(chromium: str, language: str) -> None:
    """As the relay sends it, compressed. Argon2 is in what comes at once; the rest comes while keys are made."""
    assert chromium  # where it is asked for, the client has to be built
    files = load_browser_client().files

    to_type = {*first(language), *at_once(files)}
    fetched = to_type | parts(files)
    signing_in = fetched | {"assets/codes.json", f"assets/terms-{language}.json"}

    assert len(at_once(files)) == 2  # one of the page, one of its worker
    assert sizes(files, to_type) <= MAX_BYTES_TO_TYPE
    assert sizes(files, fetched) <= MAX_BYTES
    assert sizes(files, signing_in) <= MAX_BYTES_UNTIL_MESSAGES
    assert gzip.decompress(files["assets/page.js"].packed["gzip"]) == files["assets/page.js"].content


def sizes(files: Mapping[str, BuiltFile], names: set[str]) -> int:
    return sum(len(files[name].packed["br"]) for name in names)


async def test_what_is_packed_at_the_build_is_the_program(desk: Desk, server: LoopbackRelay) -> None:
    await desk.page.goto(server.url)

    for name in FIRST:
        path = "/" if name == "index.html" else f"/{name}"
        encoding, unpacked = await desk.page.evaluate(FETCHED, path)
        assert (encoding, unpacked.encode()) == ("br", load_browser_client().files[name].content), name


async def test_nothing_else_is_fetched_before_somebody_signs_in(desk: Desk, server: LoopbackRelay) -> None:
    await desk.page.goto(server.url)
    await desk.page.get_by_label("Nom").wait_for()
    await desk.page.wait_for_load_state("networkidle")

    asked = {urlsplit(line.split()[1]).path.removeprefix("/") or "index.html" for line in desk.sent}

    assert {"index.html", "assets/page.js", "assets/worker.js"} <= asked
    assert {path for path in asked if not path.startswith("v1/")} <= {
        *first("fr"),
        *parts(load_browser_client().files),
        "manifest.json",
    }
