"""The operation that the browser's tests play is one that the code makes."""

import json

from tests.vectors.sending.fixtures import FOLDER, fixture


def test_the_code_writes_what_the_fixture_holds() -> None:
    assert fixture() == json.loads((FOLDER / "operation.json").read_text(encoding="utf-8"))
