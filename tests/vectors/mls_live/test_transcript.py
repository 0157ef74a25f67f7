"""Python writes what the browser's tests follow (web/tests/mls/transcript.test.ts)."""

import json

from tests.vectors.mls_live.transcript import FILE, transcripts


def test_the_code_writes_the_transcripts_that_the_browser_follows() -> None:
    assert json.loads(FILE.read_text(encoding="utf-8")) == transcripts()
