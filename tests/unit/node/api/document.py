"""The lines that docs/api.md shows to type."""

import asyncio
import json
import os
import re
from pathlib import Path
from typing import Any

from tests.unit.node.api.visitor import Visitor

DOCUMENT = Path(__file__).parents[4] / "docs/api.md"
CURL = re.compile(r"^curl .*$", re.MULTILINE)


async def answers_of(visitor: Visitor, variable: str) -> list[Any]:
    """What a node answers to the lines of the document that are for it: they name its address by `variable`."""
    node = str(visitor.server.make_url("")).rstrip("/")
    environment = {"PATH": os.environ["PATH"], "TOKEN": visitor.token or "", variable: node}
    answers = []
    for line in CURL.findall(DOCUMENT.read_text("utf-8")):
        if f'"${variable}/' not in line:
            continue
        process = await asyncio.create_subprocess_shell(
            line.replace("curl ", "curl --silent --fail-with-body ", 1), env=environment, stdout=asyncio.subprocess.PIPE
        )
        output, _ = await process.communicate()
        assert process.returncode == 0, (line, output)
        answers.append(json.loads(output))
    return answers
