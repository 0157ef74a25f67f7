"""What a browser that was never here fetches: until the sign-in screen stands in the officer's language, and then."""

import gzip
from urllib.parse import urlsplit

import pytest

from cencomm.relay.browser_client import load_browser_client
from tests.browser.conftest import Desk
from tests.fakes.loopback_relay import LoopbackRelay

MAX_BYTES = 250_000
MAX_BYTES_UNTIL_MESSAGES = 260_000
FIRST = ("index.html", "assets/page.js", "assets/worker.js", "assets/style.css", "assets/icon.svg")


def first(language: str) -> tuple[str, ...]:
    return FIRST if language == "en" else (*FIRST, f"assets/words-{language}.json")  # English needs no catalogue


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_the_first_load_is_at_most_250_kb_in_every_language(chromium: str, language: str) -> None:
    """As the relay sends it, compressed; Argon2 is among it."""
    assert chromium  # where it is asked for, the client has to be built
    files = load_browser_client().files

    fetched = sum(len(files[name].packed) for name in first(language))
    signing_in = sum(len(files[name].packed) for name in ("assets/codes.json", f"assets/terms-{language}.json"))

    assert fetched <= MAX_BYTES
    assert fetched + signing_in <= MAX_BYTES_UNTIL_MESSAGES
    assert gzip.decompress(files["assets/page.js"].packed) == files["assets/page.js"].content


async def test_nothing_else_is_fetched_before_somebody_signs_in(desk: Desk, server: LoopbackRelay) -> None:
    await desk.page.goto(server.url)
    await desk.page.get_by_label("Nom").wait_for()
    await desk.page.wait_for_load_state("networkidle")

    asked = {urlsplit(line.split()[1]).path.removeprefix("/") or "index.html" for line in desk.sent}

    assert {"index.html", "assets/page.js", "assets/worker.js"} <= asked
    assert {path for path in asked if not path.startswith("v1/")} <= {*first("fr"), "manifest.json"}
