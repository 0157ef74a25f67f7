"""What a browser that was never here fetches until the sign-in screen stands in the officer's language and works."""

import gzip

from cencomm.relay.browser_client import load_browser_client

MAX_BYTES = 250_000
ALWAYS = (
    "index.html",
    "assets/page.js",
    "assets/worker.js",
    "assets/style.css",
    "assets/icon.svg",
    "assets/codes.json",
)


def test_the_first_load_is_at_most_250_kb_in_every_language(chromium: str) -> None:
    """As the relay sends it, compressed; Argon2 is among it."""
    assert chromium  # where it is asked for, the client has to be built
    files = load_browser_client().files
    for language in ("en", "fr", "ar"):
        spoken = [
            f"assets/{kind}-{language}.json" for kind in ("words", "terms") if (kind, language) != ("words", "en")
        ]
        fetched = sum(
            len(files[name].packed) for name in (*ALWAYS, *spoken) if name in files
        )  # English needs no catalogue

        assert fetched <= MAX_BYTES, f"{language}: {fetched} bytes"
        assert gzip.decompress(files["assets/page.js"].packed) == files["assets/page.js"].content
