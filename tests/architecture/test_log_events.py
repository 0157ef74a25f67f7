"""What a log line can hold: static event names, and facts under names from this list. A new one is a decision."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "cencomm"
LEVELS = frozenset({"debug", "info", "warning", "error", "exception", "critical"})
SHORTENED = frozenset({"account", "channel", "operation", "message", "device"})  # given through `short` alone
COUNTS_AND_WORDS = frozenset(
    {
        *("port", "tls", "waiting", "cause", "route", "ends", "failures", "channels", "operations", "number"),
        *("state", "kind", "reason", "messages", "missing", "closed_operations", "waits_to_be_let_in", "why"),
        *("records", "bodies", "files", "days", "chunks", "retry_seconds"),
    }
)


def calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="_log" | "level"), attr=name)) if name in LEVELS:
                yield node


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_log_events_are_static_and_their_facts_are_counts_words_and_shortened_ids(path: Path) -> None:
    for call in calls(path):
        (event,) = call.args
        assert isinstance(event, ast.Constant), ast.unparse(call)
        for keyword in call.keywords:
            assert keyword.arg in SHORTENED | COUNTS_AND_WORDS, ast.unparse(call)
            if keyword.arg in SHORTENED:
                assert ast.unparse(keyword.value).startswith("short("), ast.unparse(call)
