"""What a node is told is documented."""

from dataclasses import fields
from pathlib import Path

from cencomm.node.config import NodeConfig

DOCUMENT = Path(__file__).parents[3] / "docs/archive.md"


def test_every_field_of_the_configuration_is_documented() -> None:
    text = DOCUMENT.read_text("utf-8")

    assert [field.name for field in fields(NodeConfig) if f"`{field.name}`" not in text] == []
