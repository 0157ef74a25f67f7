"""What docs/api.md shows to type, works."""

import asyncio
import json
import os
import re
import shutil
from pathlib import Path

import pytest

from tests.unit.node.api.visitor import Visitor

DOCUMENT = Path(__file__).parents[4] / "docs/api.md"
CURL = re.compile(r"^curl .*$", re.MULTILINE)


@pytest.mark.usefixtures("seized")
@pytest.mark.skipif(shutil.which("curl") is None, reason="the document shows curl")
async def test_every_curl_line_of_the_document_is_answered(ana: Visitor) -> None:
    lines = CURL.findall(DOCUMENT.read_text("utf-8"))
    node = str(ana.server.make_url("")).rstrip("/")
    environment = {"PATH": os.environ["PATH"], "TOKEN": ana.token or "", "NODE": node}

    answers = []
    for line in lines:
        process = await asyncio.create_subprocess_shell(
            line.replace("curl ", "curl --silent --fail-with-body ", 1), env=environment, stdout=asyncio.subprocess.PIPE
        )
        output, _ = await process.communicate()
        assert process.returncode == 0, (line, output)
        answers.append(json.loads(output))

    assert len(lines) == 4
    assert answers[0]["total"] == 1
    assert answers[3]["name"] == "ana"
