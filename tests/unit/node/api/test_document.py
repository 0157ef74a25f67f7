"""What docs/api.md shows to type, works."""

import shutil

import pytest

from tests.unit.node.api.document import CURL, DOCUMENT, answers_of
from tests.unit.node.api.visitor import Visitor


@pytest.mark.usefixtures("seized")
@pytest.mark.skipif(shutil.which("curl") is None, reason="the document shows curl")
async def test_every_curl_line_of_the_document_is_answered(ana: Visitor) -> None:
    answers = await answers_of(ana, "NODE")

    assert len(answers) == 4
    assert answers[0]["total"] == 1
    assert answers[3]["name"] == "ana"


def test_every_curl_line_is_for_a_node_at_which_it_is_tested() -> None:
    lines = CURL.findall(DOCUMENT.read_text("utf-8"))

    assert all(any(f'"${node}/' in line for node in ("NODE", "NCEN", "CEN")) for line in lines)
